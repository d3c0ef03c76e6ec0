import { expect, it } from 'vitest';
import { prometheusName } from '../../src/catalogue/prometheus-name.ts';
import { sample, states } from '../../src/catalogue/sample.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { startTelemetry } from '../../src/telemetry/telemetry.ts';
import { eventually } from '../support/eventually.ts';
import { metricLines } from '../support/metrics-text.ts';
import { type OtlpReceiver, plain, type ReceivedMetric, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { pageText } from '../support/page-text.ts';

/** `name{labels}` and value of every series of a page, the parts of histograms summed up by their count. */
function onPage(text: string): Record<string, number> {
  const lines = metricLines(text).filter(({ name }) => !/^(target_info|process_|nodejs_|otel_sdk_)|_(bucket|sum)$/.test(name));
  return Object.fromEntries(lines.map(({ name, labels, value }) => [`${name.replace(/_count$/, '')}${JSON.stringify(labels)}`, value]));
}

/** The same of a push, with the names and labels that Prometheus gives it. */
function inPush(metrics: readonly ReceivedMetric[]): Record<string, number> {
  const rows = metrics
    .filter(({ name }) => !/^(process|nodejs|otel)\./.test(name))
    .flatMap(({ name, unit, gauge, sum, histogram }) => {
      const prometheus = prometheusName(name, sum?.isMonotonic ? 'counter' : histogram === undefined ? 'gauge' : 'histogram', unit);
      const numbers = (gauge ?? sum)?.dataPoints.map((point) => ({ ...point, value: point.asDouble ?? point.asInt ?? Number.NaN })) ?? [];
      const points = [...numbers, ...(histogram?.dataPoints.map((point) => ({ ...point, value: Number(point.count) })) ?? [])];
      return points.map(({ attributes, value }): [string, number] => [`${prometheus}${JSON.stringify(labels(plain(attributes)))}`, value]);
    });
  return Object.fromEntries(rows);
}

function labels(attributes: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.replaceAll('.', '_'), value]));
}

function started(receiver: OtlpReceiver, interval: number, out: (line: string) => void = () => undefined) {
  const config = {
    log: { level: 'info', format: 'json' },
    traces: { sample_ratio: 1 },
    metrics: { otlp: { endpoint: receiver.url, interval } },
  } as const;
  return startTelemetry({ config, version: '1.2.3', env: {}, clock: systemClock, out });
}

it('pushes every series of the page with the same name and value, exemplars left out', async () => {
  const receiver = await startOtlpReceiver();
  const telemetry = await started(receiver, 60_000);
  const series = telemetry.store.open({ kind: 'target', name: 'cache', staleAfter: 60_000 });
  series.replace('scrape', [sample('redis.memory.used', {}, 12_345), sample('redis.cmd.calls', { cmd: 'get' }, 7)], systemClock.now());
  series.replace('health', states('redis.auth.state', { credential: 'litellm' }, 'failed'), systemClock.now());
  series.observe('redis.scrape.duration', { outcome: 'success' }, 0.02, '0af7651916cd43dd8448eb211c80319c');
  telemetry.store.open({ kind: 'gateway', name: 'proxy', staleAfter: 60_000 }).add('llm.cache.probe.cost_usd', {}, 0.25);
  const page = onPage(pageText(await telemetry.metricsPage(undefined)));
  await telemetry.close();
  expect(inPush(receiver.metrics())).toEqual(page);
  expect(page).toMatchObject({
    'redis_memory_used_bytes{"redis_target":"cache"}': 12_345,
    'llm_cache_probe_cost_usd_total{"gateway":"proxy"}': 0.25,
  });
  expect(receiver.text()).not.toContain('0af7651916cd43dd8448eb211c80319c');
});

it('pushes at its interval, and forgets a target that was removed', async () => {
  const receiver = await startOtlpReceiver();
  const telemetry = await started(receiver, 100);
  const series = telemetry.store.open({ kind: 'target', name: 'cache', staleAfter: 60_000 });
  series.replace('health', [sample('redis.up', {}, 1)], systemClock.now());
  const has = () => receiver.metrics().some(({ name }) => name === 'redis.up');
  await eventually(has);
  series.close();
  await eventually(() => !has());
  await telemetry.close();
});

it('tells once that the receiver refuses, and once that it works again', async () => {
  const receiver = await startOtlpReceiver({ status: 404 });
  const lines: string[] = [];
  const telemetry = await started(receiver, 100, (line) => lines.push(line));
  const told = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('export of telemetry'));
  await eventually(() => receiver.text().split('\n').length > 3);
  expect(told().map(({ level, msg, outlet }) => [level, msg, outlet])).toEqual([['warn', 'The export of telemetry failed', 'metrics']]);
  await receiver.stop();
  await startOtlpReceiver({ port: Number(new URL(receiver.url).port) });
  await eventually(() => told().length > 1);
  await telemetry.close();
  expect(told().map(({ level, msg, outlet }) => [level, msg, outlet])).toEqual([
    ['warn', 'The export of telemetry failed', 'metrics'],
    ['info', 'The export of telemetry works again', 'metrics'],
  ]);
});
