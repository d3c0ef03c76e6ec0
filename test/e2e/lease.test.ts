import { describe, expect, it } from 'vitest';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import { freePort } from '../../dev/process.ts';
import { eventually } from '../support/eventually.ts';
import { answering } from '../support/hostile-gateway.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';
import { startRedis } from '../support/redis.ts';

const TTL = 15_000;
const ATTEMPT = 1_500;

/** What an exporter says of its gateway: names of the metrics of a gateway, without repetition. */
function gatewayMetrics(text: string): string[] {
  return [...new Set(metricLines(text).flatMap(({ name, labels }) => (labels.gateway === undefined ? [] : name)))];
}

async function held(exporter: RunningExporter): Promise<number | undefined> {
  return metricValue(await exporter.metrics(), 'llm_cache_probe_lease_held', { gateway: 'litellm' });
}

async function pairs(exporter: RunningExporter): Promise<number> {
  const lines = metricLines(await exporter.metrics()).filter(({ name }) => name === 'llm_cache_probe_pairs_total');
  return lines.reduce((sum, { value }) => sum + value, 0);
}

async function skipped(exporter: RunningExporter): Promise<number> {
  return metricValue(await exporter.metrics(), 'llm_cache_probe_skipped_total', { route: 'chat', reason: 'lease' }) ?? 0;
}

describe('exporters that share a lease', () => {
  it('probe one at a time: takeover after a clean end, after a crash, and nobody without the store', async () => {
    const [redis, store] = await Promise.all([startRedis(), startRedis()]);
    let sent = 0;
    const gateway = await answering((request, response) => {
      if (request.method === 'POST') sent += 1;
      request.resume().on('end', () => response.end(JSON.stringify({ id: `a${sent}`, created: 1, choices: [], usage: {} })));
    });
    const config = {
      redis: [{ name: 'cache', url: redis.url, interval: '1s', timeout: '500ms' }],
      gateways: [{ name: 'litellm', url: gateway, model: 'm', routes: ['chat'], interval: '1s', timeout: '500ms', price_per_pair_usd: 0 }],
      lease: { redis: { url: store.url } },
    };
    const start = async () => forThisFile(startExporter(await freePort(), config, {}));

    const first = await start();
    await eventually(async () => (await held(first)) === 1 && (await pairs(first)) > 0, 10_000);
    const second = await start();
    await eventually(async () => gatewayMetrics(await second.metrics()).join() === 'llm_cache_probe_lease_held');
    expect(await held(second)).toBe(0);
    await eventually(async () => metricValue(await second.metrics(), 'redis_up') === 1);
    await eventually(async () => (await fetch(`${second.url}/-/ready`)).status === 200);
    expect(await (await fetch(`${second.url}/debug/gateways/litellm`)).text()).toContain('lease: other');

    process.kill(first.pid, 'SIGTERM');
    await eventually(async () => (await held(second)) === 1, ATTEMPT + 1_500);
    expect(await first.ended).toBe('exited with status 0');
    await eventually(async () => (await pairs(second)) > 0, 3_000);

    const third = await start();
    await eventually(async () => (await held(third)) === 0);
    process.kill(second.pid, 'SIGKILL');
    await eventually(async () => (await held(third)) === 1, TTL + 2 * ATTEMPT);
    await eventually(async () => (await pairs(third)) > 0);

    const fourth = await start();
    await eventually(async () => (await held(fourth)) === 0);
    await store.kill();
    // A pair that was under way when the lease ended may still send its duplicate; by the second skipped tick it is over.
    await eventually(async () => (await held(third)) === 0 && (await skipped(third)) > 1 && (await skipped(fourth)) > 0, TTL + 5_000);
    expect(gatewayMetrics(await third.metrics())).toEqual(['llm_cache_probe_lease_held', 'llm_cache_probe_skipped_total']);
    const before = { sent, skipped: await skipped(third) };
    await eventually(async () => (await skipped(third)) >= before.skipped + 3, 10_000);
    expect(sent).toBe(before.sent);
    expect(metricValue(await third.metrics(), 'redis_up')).toBe(1);
  });
});
