import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/catalogue/index.ts';
import { prometheusName } from '../../src/catalogue/prometheus-name.ts';
import { groupMembers } from '../support/alive.ts';
import { type RunningDemo, startDemo } from '../support/demo.ts';
import { eventually } from '../support/eventually.ts';
import { lacksJaeger } from '../support/jaeger.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';
import { lacksProgram, startPrometheus } from '../support/prometheus.ts';
import { startRedis } from '../support/redis.ts';

const INTERVAL = 1_000;
/** After so many ticks with a wrong password a second try of one tick would show. */
const TICKS = 4;

async function page(demo: RunningDemo): Promise<string> {
  return (await fetch(`${demo.url}/metrics`)).text();
}

function running(demo: RunningDemo): number[] {
  return [demo.redis, demo.gateway, demo.exporter].flatMap(({ pid }) => groupMembers(pid));
}

describe('the demo', async () => {
  let demo: RunningDemo;

  beforeAll(async () => {
    demo = await startDemo();
  });

  it('prints a report that says working', () => {
    expect(demo.output).toMatch(/^litellm +WORKING/m);
  });

  it('serves a working verdict and a Redis that is up', async () => {
    const text = await page(demo);
    expect(metricValue(text, 'redis_up', { redis_target: 'cache' })).toBe(1);
    expect(metricValue(text, 'llm_cache_verdict', { gateway: 'litellm', verdict: 'working' })).toBe(1);
    expect(metricValue(text, 'llm_cache_cause', { gateway: 'litellm', cause: 'none' })).toBe(1);
    expect(metricValue(text, 'redis_auth_state', { credential: 'exporter', state: 'ok' })).toBe(1);
    expect(metricValue(text, 'redis_auth_state', { credential: 'litellm', state: 'ok' })).toBe(1);
    expect(metricValue(text, 'redis_auth_required')).toBe(1);
  });

  it('serves every metric of the catalogue that has no condition', async () => {
    const present = new Set(metricLines(await page(demo)).map(({ name }) => name));
    const expected = Object.entries(CATALOGUE)
      .filter(([, definition]) => !('when' in definition))
      .map(([name, { kind, unit }]) => prometheusName(name, kind, unit) + (kind === 'histogram' ? '_count' : ''));
    expect(expected.filter((name) => !present.has(name))).toEqual([]);
  });

  it.skipIf(await lacksProgram('promtool'))('serves what promtool accepts without a remark', async () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: await page(demo), encoding: 'utf8' });
    expect({ status, remarks: stdout + stderr }).toEqual({ status: 0, remarks: '' });
  });

  it.skipIf(await lacksProgram('prometheus'))('gives a real Prometheus exemplars with trace ids', async () => {
    const prometheus = await startPrometheus({ scrape: { exporter: `127.0.0.1:${demo.exporter.port}` } });
    const query = 'llm_cache_probe_request_duration_seconds_bucket';
    const [series] = await eventually(async () => {
      const end = Date.now() / 1000;
      const found = await prometheus.api('query_exemplars', { query, start: String(end - 600), end: String(end + 60) });
      return Array.isArray(found) && found.length > 0 && found;
    }, 30_000);
    expect(series.exemplars[0].labels.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(series.seriesLabels.gateway).toBe('litellm');
  });

  it('says within two intervals that Redis is down and that only memory answers', async () => {
    process.kill(demo.redis.pid, 'SIGKILL');
    await eventually(async () => metricValue(await page(demo), 'redis_up') === 0, 2 * INTERVAL);
    await eventually(
      async () => metricValue(await page(demo), 'llm_cache_verdict', { verdict: 'memory_only' }) === 1,
      2 * INTERVAL + 1_500,
    );
    const text = await page(demo);
    expect(metricLines(text).filter(({ name, value }) => name === 'llm_cache_verdict' && value === 1)).toHaveLength(1);
    expect(metricValue(text, 'redis_memory_used_bytes')).toBeUndefined();
  });

  it('reports a changed password on the next tick, tries each credential once a tick, and heals with the file', async () => {
    // Without the gateway the exporter is the only client, so the server's count is that of the exporter.
    process.kill(demo.gateway.pid, 'SIGKILL');
    const user = ['--user', 'exporter', 'on', '>another', '~*', '&*', '+@all'];
    const redis = await startRedis({ port: demo.redis.port, args: ['--requirepass', 'another', ...user] });
    const start = performance.now();
    const auth = (text: string, state: string) => metricValue(text, 'redis_auth_state', { credential: 'exporter', state });
    await eventually(async () => auth(await page(demo), 'failed') === 1, 2 * INTERVAL);
    const refusals = async () => Number(/WRONGPASS:count=(\d+)/.exec(String(await redis.command('INFO', 'errorstats')))?.[1]);
    await eventually(async () => (await refusals()) >= 2 * TICKS);
    const refused = await refusals();
    const ticks = Math.ceil((performance.now() - start) / INTERVAL) + 1;
    expect(refused).toBeLessThanOrEqual(2 * ticks);

    const text = await page(demo);
    expect(metricValue(text, 'redis_up')).toBe(1);
    expect(metricValue(text, 'redis_auth_failures_total', { credential: 'exporter', error_type: 'wrongpass' })).toBeGreaterThanOrEqual(
      TICKS - 1,
    );

    await writeFile(join(dirname(demo.configFile), 'exporter-password'), 'another\n');
    await eventually(async () => auth(await page(demo), 'ok') === 1, 3 * INTERVAL);
    await eventually(async () => metricValue(await page(demo), 'redis_memory_used_bytes') !== undefined, 3 * INTERVAL);
  });

  it('ends with status 0 and leaves nothing behind when interrupted', async () => {
    demo.child.signal('SIGINT');
    expect(await demo.child.ended).toBe('exited with status 0');
    expect(running(demo)).toEqual([]);
  });
});

describe('the incident, in full', async () => {
  const hasAlerts = !(await lacksProgram('prometheus')) && !(await lacksProgram('prometheus-alertmanager'));
  let demo: RunningDemo;

  beforeAll(async () => {
    demo = await startDemo('--incident', '--full');
  });

  it('is told as memory_only for redis_auth, with the refusals counted', () => {
    expect(demo.output).toMatch(/^ +verdict +memory_only$/m);
    expect(demo.output).toMatch(/^ +cause +redis_auth$/m);
    expect(Number(/NOAUTH refusals of the Redis +\+(\d+)/.exec(demo.output)?.[1])).toBeGreaterThan(0);
    expect(demo.output).toMatch(/^ +\/health\/readiness of the gateway +200$/m);
  });

  it.runIf(hasAlerts)('pages that the gateway is locked out, and shows the page', () => {
    expect(demo.output).toMatch(/^ +alert +RedisAuthBreaksGateway$/m);
    expect(demo.output).toMatch(/^ +receiver +auth, because it is a page about auth$/m);
    expect(demo.output).toMatch(/^ +about +gateway=litellm redis_target=cache$/m);
    expect(demo.output).toMatch(/^ +summary +\S.*litellm/m);
    expect(demo.output).toMatch(/^ +runbook +http:\/\/127\.0\.0\.1:\d+\/runbooks\/RedisAuthBreaksGateway$/m);
  });

  it.runIf(hasAlerts)('shows where Prometheus and Alertmanager answer, and both know of the alert', async () => {
    for (const name of ['Prometheus', 'Alertmanager']) {
      const [, url = ''] = new RegExp(`^ +${name} .* (http:\\S+)$`, 'm').exec(demo.output) ?? [];
      expect(await (await fetch(url)).text()).toContain('RedisAuthBreaksGateway');
    }
  });

  it.skipIf(await lacksJaeger())('shows where Jaeger answers, and that has the spans of a pair', async () => {
    const [, url = ''] = /^ +Jaeger .* (http:\S+)$/m.exec(demo.output) ?? [];
    await eventually(async () => {
      const answer = await (await fetch(`${url}&operation=duplicate&limit=20`)).text();
      return answer.includes('"operationName":"gateway litellm"');
    }, 20_000);
  });

  it('leaves nothing behind when it is killed', async () => {
    const pids = [...demo.output.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids.flatMap(groupMembers).length).toBeGreaterThanOrEqual(3);
    process.kill(demo.child.pid, 'SIGKILL');
    await eventually(() => pids.flatMap(groupMembers).length === 0);
  });
});
