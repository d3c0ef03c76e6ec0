import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shippedRules } from '../../dev/alerting.ts';
import { told } from '../../dev/page-receiver.ts';
import { type Cached, startCached, type Watch, watch } from '../paging/stack.ts';
import { eventually } from '../support/eventually.ts';
import { hasty } from '../support/hasty.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricValue } from '../support/metrics-text.ts';
import { lacksProgram } from '../support/prometheus.ts';

const PAGES = ['auth', 'page'];
/** How much faster than shipped the rules are: a minute takes a second. */
const HASTE = 60;
/**
 * How much faster the routing is. It may not be in the same haste: Prometheus, which evaluates once a second here, tells
 * a new Alertmanager within two seconds what mutes, and what is muted has to wait longer than that on a busy machine, too.
 */
const HASTE_OF_ROUTING = 15;
/** The shipped rules in haste, but for those about the exporter: the first scrape of a new Prometheus takes its own time. */
async function hastyRules(folder: string): Promise<string[]> {
  return Promise.all(
    (await shippedRules()).map(async (file) => {
      if (basename(file) === 'exporter.yaml') return file;
      const copy = join(folder, basename(file));
      await writeFile(copy, hasty(await readFile(file, 'utf8'), HASTE));
      return copy;
    }),
  );
}

const isLacking = (await lacksProgram('prometheus')) || (await lacksProgram('prometheus-alertmanager'));

describe.skipIf(isLacking)('a page for a refused password', () => {
  let cached: Cached;
  let watched: Watch;
  let folder: string;
  const paged = (status: 'firing' | 'resolved' = 'firing') => told(watched.pages, PAGES, status);
  const namesOf = (alerts: ReturnType<typeof paged>) => alerts.map(({ labels }) => labels.alertname ?? '').sort();

  async function verdict(member: string): Promise<boolean> {
    return metricValue(await watched.exporter.metrics(), 'llm_cache_verdict', { verdict: member }) === 1;
  }

  /** The alerts that Alertmanager mutes now. */
  async function muted(): Promise<string[]> {
    const answer = await fetch(`${watched.alertmanager.url}/api/v2/alerts?active=false&silenced=false`);
    const alerts: { labels: Record<string, string> }[] = JSON.parse(await answer.text());
    return alerts.map(({ labels }) => labels.alertname ?? '').sort();
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lce-rules-'));
    cached = await forThisFile(startCached(() => undefined, { recoverySeconds: 1 }));
    watched = await forThisFile(watch(cached, { rules: await hastyRules(folder), routing: (text) => hasty(text, HASTE_OF_ROUTING) }));
    await eventually(() => verdict('working'), 30_000);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('does not come while all is well, and the watchdog says that it would', async () => {
    await eventually(() => told(watched.pages, ['watchdog']).length > 0, 10_000);
    for (let count = 0; count < 5; count += 1) {
      await cached.ask(`one of ${count % 2}`);
      await sleep(1_000);
    }
    expect(namesOf(paged())).toEqual([]);
  });

  it('comes soon, about that target and credential, and mutes what follows from it', async () => {
    await cached.rotate();
    await cached.ask('after the rotation');
    const failing = await eventually(() => paged().find(({ labels }) => labels.alertname === 'RedisAuthFailing'), 10_000);
    expect(failing.receiver).toBe('auth');
    expect(failing.labels).toEqual({
      alertname: 'RedisAuthFailing',
      severity: 'page',
      category: 'auth',
      redis_target: 'cache',
      credential: 'litellm',
    });
    expect(failing.annotations.summary).toContain('cache');
    expect(failing.annotations.runbook_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/runbooks\/RedisAuthFailing$/);
    await eventually(async () => (await muted()).includes('CacheRedisPathBroken'), 10_000);
  });

  it('comes once', async () => {
    await sleep(8_000);
    expect(namesOf(paged())).toEqual(['RedisAuthFailing']);
  });

  it('is taken back once when the password is right again, and nothing pages afterwards', async () => {
    await cached.restore();
    await eventually(() => verdict('working'), 20_000);
    await eventually(() => paged('resolved').length === paged().length, 40_000);
    await eventually(async () => !JSON.stringify(await watched.prometheus.api('alerts')).includes('"severity":"page"'), 60_000);
    await sleep(5_000);
    expect(namesOf(paged())).toEqual(['RedisAuthFailing']);
    expect(namesOf(paged('resolved'))).toEqual(['RedisAuthFailing']);
  });

  it('comes once from an Alertmanager that was down when the password was refused, and is restarted after that', async () => {
    const refused = () => told(watched.pages, ['auth']);
    const before = refused().length;
    await watched.alertmanager.restart(async () => {
      await cached.rotate();
      await cached.ask('while Alertmanager is down');
      const firing = async () => JSON.stringify(await watched.prometheus.api('alerts')).includes('RedisAuthFailing');
      await eventually(firing, 10_000);
    });
    await eventually(() => refused().length === before + 1, 10_000);
    await watched.alertmanager.restart(async () => undefined);
    await eventually(async () => (await muted()).includes('CacheRedisPathBroken'), 10_000);
    await sleep(8_000);
    expect(namesOf(refused().slice(before))).toEqual(['RedisAuthFailing']);
  });

  it('ends when Redis dies, which pages for itself and goes on muting what follows', async () => {
    const before = told(watched.pages, ['page']).length;
    const pages = () => told(watched.pages, ['page']).slice(before);
    await cached.redis.kill();
    await eventually(() => namesOf(pages()).includes('RedisDown'), 15_000);
    await eventually(async () => !(await watched.prometheus.api('alerts').then(JSON.stringify)).includes('RedisAuthFailing'), 40_000);
    await eventually(async () => (await muted()).includes('CacheRedisPathBroken'));
    await sleep(8_000);
    expect(namesOf(pages())).toEqual(['RedisDown']);
    expect(pages().map(({ labels }) => labels.redis_target)).toEqual(['cache']);
  });
});
