import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROUTING } from '../../dev/alerting.ts';
import { parseDuration } from '../../src/source/duration.ts';
import { ALERTS, firingLabels } from '../support/alert-rules.ts';
import { lacksProgram } from '../support/prometheus.ts';

const RECEIVERS = join(dirname(ROUTING), 'receivers');
const DOCUMENTATION = join(import.meta.dirname, '../../docs/alerting.md');

const shipped = await readFile(ROUTING, 'utf8');
const others = await readdir(RECEIVERS);

function amtool(...args: string[]) {
  const { status, stdout } = spawnSync('amtool', args, { encoding: 'utf8' });
  return { status, text: stdout.trim() };
}

/** Who is told of an alert, by what it is about and how urgent it is. */
function receiverOf({ severity, category }: Record<string, string>): string {
  if (severity === 'none') return 'watchdog';
  if (severity !== 'page') return 'ticket';
  return category === 'auth' ? 'auth' : 'page';
}

describe.skipIf(await lacksProgram('amtool'))('the routing', () => {
  it.each(ALERTS.map((rule) => [rule.alert, rule] as const))('takes %s to its receiver', (_, rule) => {
    const labels = Object.entries(firingLabels(rule)).map(([name, value]) => `${name}=${value}`);
    const { status, text } = amtool(
      'config',
      'routes',
      'test',
      `--config.file=${ROUTING}`,
      `--verify.receivers=${receiverOf(rule.labels)}`,
      ...labels,
    );
    expect({ status, text }).toEqual({ status: 0, text: receiverOf(rule.labels) });
  });

  it('knows no other receivers, and amtool has nothing against it', () => {
    const { status, text } = amtool('check-config', ROUTING);
    expect({ status, text }).toMatchObject({ status: 0, text: expect.stringContaining('SUCCESS') });
    const names = parse(shipped).receivers.map(({ name }: { name: string }) => name);
    expect(names).toEqual([...new Set(ALERTS.map(({ labels }) => receiverOf(labels)))].sort());
  });

  it.each(others.map((name) => [name]))('takes %s for its receivers, by the command that the documentation gives', async (name) => {
    const folder = await mkdtemp(join(tmpdir(), 'lce-receivers-'));
    const file = join(folder, 'alertmanager.yml');
    const [command = ''] = /^ *sed .* > (?=my-alertmanager.yml)/m.exec(await readFile(DOCUMENTATION, 'utf8')) ?? [];
    expect(command).toContain('receivers/pagerduty.yml');
    const made = spawnSync('sh', ['-c', `${command.replace('pagerduty.yml', name)} ${file}`], { cwd: dirname(ROUTING) });
    const { status, text } = amtool('check-config', file);
    await rm(folder, { recursive: true });
    expect({ made: made.status, status, text }).toMatchObject({
      made: 0,
      status: 0,
      text: expect.stringMatching(/SUCCESS.*7 inhibit rules.*4 receivers/s),
    });
  });

  it('holds no secret, and every receiver reads its own from a file', async () => {
    const texts = [shipped, ...(await Promise.all(others.map((name) => readFile(join(RECEIVERS, name), 'utf8'))))];
    for (const text of texts) {
      expect(text).not.toMatch(/^\s*(-\s*)?(api_url|routing_key|service_key|auth_password|password|credentials|bearer_token):/m);
      expect(text.match(/_file: secrets\/\w+/g)).toHaveLength(parse(text).receivers.length);
    }
  });
});

describe('what mutes something else', () => {
  const SOURCES = ['RedisDown', 'RedisAuthFailing', 'RedisAuthBreaksGateway', 'GatewayUnreachable'];
  const find = (name: string) => ALERTS.find(({ alert }) => alert === name);

  it('fires before that leaves', () => {
    const { routes }: { routes: { matchers: string[]; group_wait: string }[] } = parse(shipped).route;
    const route = routes.find(({ matchers }) => matchers.some((text) => text.startsWith('category=~')));
    expect(parseDuration(route?.group_wait ?? '')).toBeGreaterThan(parseDuration(find('RedisDown')?.for ?? '') ?? Number.NaN);
  });

  it.each(SOURCES)('outlasts the page that it mutes, which ends with the first good verdict: %s', (name) => {
    expect(parseDuration(find(name)?.keep_firing_for ?? '')).toBe(3 * 60_000);
    expect(find('CacheRedisPathBroken')?.keep_firing_for).toBeUndefined();
  });

  it.each(ALERTS.filter(({ labels }) => labels.severity === 'page').map((rule) => [rule.alert, rule] as const))(
    'looks back and stays for three minutes at most, so that it is resolved within five minutes of the repair: %s',
    (_, { expr, keep_firing_for: stays = '0s' }) => {
      const increases = [...expr.matchAll(/increase\([^()]*\[(\w+)\]\)/g)].map(([, range = '']) => parseDuration(range) ?? Number.NaN);
      expect(Math.max(0, ...increases)).toBeLessThanOrEqual(3 * 60_000);
      if (stays !== '0s') expect(parseDuration(stays)).toBeLessThanOrEqual(3 * 60_000);
    },
  );
});
