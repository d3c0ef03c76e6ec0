import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import type { Mapping } from '../../dev/merge.ts';
import { freePort } from '../../dev/process.ts';
import { eventually } from '../support/eventually.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';
import { startRedis } from '../support/redis.ts';

function target(name: string, url: string, more: Mapping = {}): Mapping {
  return { name, url, interval: '1s', timeout: '500ms', ...more };
}

/** Changes the configuration file of a running exporter; its HTTP settings stay. */
async function rewrite(exporter: RunningExporter, redis: readonly Mapping[], more: Mapping = {}): Promise<void> {
  const before = parse(await readFile(exporter.configFile, 'utf8'));
  await writeFile(exporter.configFile, stringify({ ...before, redis, ...more }));
}

function reload(exporter: RunningExporter): Promise<Response> {
  return fetch(`${exporter.url}/-/reload`, { method: 'POST' });
}

async function attempts(exporter: RunningExporter, name: string): Promise<number> {
  const text = await exporter.metrics();
  return metricValue(text, 'redis_auth_attempts_total', { redis_target: name, credential: 'exporter', outcome: 'success' }) ?? 0;
}

async function targets(exporter: RunningExporter): Promise<string[]> {
  const names = metricLines(await exporter.metrics()).flatMap(({ labels }) => labels.redis_target ?? []);
  return [...new Set(names)].sort();
}

describe('a reload', () => {
  it('leaves what is unchanged alone, drops what is removed at once, and restarts what changed', async () => {
    const redis = await startRedis();
    const exporter = await forThisFile(
      startExporter(await freePort(), { redis: ['kept', 'changed', 'removed'].map((name) => target(name, redis.url)) }, {}),
    );
    await eventually(async () => (await attempts(exporter, 'kept')) >= 3 && (await attempts(exporter, 'changed')) >= 3, 10_000);
    const before = await attempts(exporter, 'kept');

    await rewrite(exporter, [target('kept', redis.url), target('changed', redis.url, { timeout: '400ms' }), target('added', redis.url)]);
    expect((await reload(exporter)).status).toBe(200);

    expect(await targets(exporter)).toEqual(['added', 'changed', 'kept']);
    expect(await attempts(exporter, 'kept')).toBeGreaterThanOrEqual(before);
    expect(await attempts(exporter, 'changed')).toBeLessThanOrEqual(1);
    await eventually(async () => (await attempts(exporter, 'added')) >= 1);
    expect(metricValue(await exporter.metrics(), 'cache_exporter_config_last_reload_successful')).toBe(1);
  });

  it('is refused with the reasons when the file is bad, and everything goes on', async () => {
    const redis = await startRedis();
    const exporter = await forThisFile(startExporter(await freePort(), { redis: [target('cache', redis.url)] }, {}));
    await eventually(async () => (await attempts(exporter, 'cache')) >= 1);
    await rewrite(exporter, [target('cache', redis.url, { intervall: '1s' })]);

    const answer = await reload(exporter);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('redis[0].intervall: unknown key; did you mean interval?');
    const count = await attempts(exporter, 'cache');
    await eventually(async () => (await attempts(exporter, 'cache')) > count);
    expect(metricValue(await exporter.metrics(), 'cache_exporter_config_last_reload_successful')).toBe(0);
  });

  it('follows SIGHUP', async () => {
    const redis = await startRedis();
    const exporter = await forThisFile(startExporter(await freePort(), { redis: [target('one', redis.url)] }, {}));
    await rewrite(exporter, [target('two', redis.url)]);
    process.kill(exporter.pid, 'SIGHUP');
    await eventually(async () => (await targets(exporter)).join() === 'two');
  });

  it('moves the links to traces', async () => {
    const redis = [target('cache', (await startRedis()).url)];
    const gateways = [
      { name: 'gone', url: 'http://127.0.0.1:1', api_key: 'none', model: 'm', price_per_pair_usd: 0, interval: '1s', timeout: '500ms' },
    ];
    const config = { redis, gateways, traces: { ui_url: 'http://before.test' } };
    const exporter = await forThisFile(startExporter(await freePort(), config, {}));
    const page = async () => (await fetch(exporter.url)).text();
    await eventually(async () => (await page()).includes('http://before.test/trace/'), 10_000);
    await rewrite(exporter, redis, { traces: { ui_url: 'http://after.test' } });
    expect((await reload(exporter)).status).toBe(200);
    expect(await page()).toContain('http://after.test/trace/');
  });

  it('takes a rotated password from its file without one', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'before'] });
    const exporter = await forThisFile(
      startExporter(await freePort(), { redis: [target('cache', redis.url, { password_file: 'password' })] }, { password: 'before' }),
    );
    const state = async (name: string) =>
      metricValue(await exporter.metrics(), 'redis_auth_state', { credential: 'exporter', state: name }) === 1;
    await eventually(() => state('ok'));
    await redis.command('CONFIG', 'SET', 'requirepass', 'after');
    await eventually(() => state('failed'));
    expect(metricValue(await exporter.metrics(), 'redis_up')).toBe(1);
    await writeFile(`${exporter.dir}/password`, 'after\n');
    await eventually(() => state('ok'));
  });
});

describe('the end', () => {
  it('is clean and quick, also while Redis is frozen', async () => {
    const redis = await startRedis();
    const exporter = await forThisFile(
      startExporter(await freePort(), { redis: [target('cache', redis.url, { interval: '10s', timeout: '9s' })] }, {}),
    );
    redis.pause();
    // A shutdown that takes longer than ten seconds ends itself, with status 1.
    process.kill(exporter.pid, 'SIGTERM');
    expect(await exporter.ended).toBe('exited with status 0');
    redis.resume();
  });
});

describe('the start', () => {
  it('is refused with one sentence when the port is taken', async () => {
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const redis = await startRedis();
    const failure: unknown = await startExporter(port, { redis: [target('cache', redis.url)] }, {}).catch((error: unknown) => error);
    expect(String(failure)).toContain('exited with status 1');
    expect(String(failure)).toContain(
      `cannot listen on 127.0.0.1:${port}: the address is in use; stop the other process or choose another with http.listen or --listen`,
    );
    expect(await redis.command('INFO', 'clients')).toMatch(/connected_clients:1\r/);
    await new Promise((resolve) => other.close(resolve));
  });

  it('is refused with every problem and status 2 when the configuration is wrong', async () => {
    const config = { redis: [target('cache', 'redis://127.0.0.1:1', { timeout: '2s' }), target('cache', 'http://127.0.0.1')], gateway: [] };
    const failure: unknown = await startExporter(await freePort(), config, {}).catch((error: unknown) => error);
    const text = String(failure);
    expect(text).toContain('exited with status 2');
    for (const problem of [
      'redis[0].timeout: 2s is not shorter',
      'redis[1].name: cache is already',
      'redis[1].url: must begin',
      'gateway: unknown key; did you mean gateways?',
    ]) {
      expect(text).toContain(problem);
    }
    expect(text).toContain('4 problems in the configuration; nothing was started');
  });
});
