import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { combinations, type Sample, sample } from '../../src/catalogue/sample.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { createMetricsPage } from '../../src/telemetry/page/metrics-page.ts';
import { createTexts } from '../../src/telemetry/page/texts.ts';
import { createProducer } from '../../src/telemetry/producer.ts';
import { createStore } from '../../src/telemetry/store.ts';

const TARGETS = 77;
const BLOCKS = 5;
const ROUNDS = 20;

/**
 * The time from values in memory to the bytes of a page of 10,000 series, ours against the serializer of the stock
 * exporter over a collection of the same values; medians, in milliseconds. Every round changes every value, so that no text
 * is kept from the round before.
 */
export async function run(): Promise<{ series: number; ours_ms: number; stock_ms: number; ratio: number }> {
  const store = createStore(systemClock);
  const owners = Array.from({ length: TARGETS }, (_, index) => store.open({ kind: 'target', name: `cache-${index}`, staleAfter: 60_000 }));
  const exporter = new PrometheusExporter({
    preventServerStart: true,
    metricProducers: [createProducer(store, systemClock, { name: 'litellm-cache-exporter', version: '0' }, () => undefined)],
  });
  const own = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter, own] });
  const whole = createMetricsPage(createTexts(store, systemClock), async () => (await own.collect()).resourceMetrics).whole;
  const stock = new PrometheusSerializer('', false, undefined, false, true);
  const times: Record<'ours' | 'stock', number[]> = { ours: [], stock: [] };
  let series = 0;
  // Blocks rather than turns: else the garbage of the one is collected in the time of the other.
  for (let block = 0; block < BLOCKS; block++) {
    for (const side of ['ours', 'stock'] as const) {
      for (let round = 0; round < ROUNDS; round++) {
        for (const owner of owners) owner.replace('scrape', samples(block * ROUNDS + round), Date.now());
        const collection = side === 'stock' ? (await exporter.collect()).resourceMetrics : undefined;
        const start = performance.now();
        const pieces = collection === undefined ? [...(await whole(undefined)).pieces()] : [Buffer.from(stock.serialize(collection))];
        if (block > 0) times[side].push(performance.now() - start);
        if (collection !== undefined) series = pieces[0]?.toString().match(/^[^#]/gm)?.length ?? 0;
      }
    }
  }
  await provider.shutdown();
  const ours_ms = median(times.ours);
  const stock_ms = median(times.stock);
  return { series, ours_ms, stock_ms, ratio: ours_ms / stock_ms };
}

/** About 130 series with the labels of real ones, one in five of them a bucket. */
function samples(round: number): Sample[] {
  return [
    ...combinations('redis.cmd.calls', {}).map((labels, index) => sample('redis.cmd.calls', labels, round * 1000 + index)),
    ...combinations('redis.cmd.time', {}).map((labels, index) => sample('redis.cmd.time', labels, round + index / 1000)),
    ...combinations('redis.cmd.rejected', {}).map((labels, index) => sample('redis.cmd.rejected', labels, round + index)),
    ...combinations('redis.errors', {}).map((labels, index) => sample('redis.errors', labels, round + index)),
    ...combinations('redis.cpu.time', {}).map((labels, index) => sample('redis.cpu.time', labels, round + index / 7)),
    ...Array.from({ length: 16 }, (_, db) => sample('redis.db.keys', { db: String(db) }, round + db)),
    sample('redis.memory.used', {}, 1e6 + round),
    sample('redis.keyspace.hits', {}, 5e5 + round),
    sample('redis.cmd.duration', { cmd: 'get' }, { counts: new Array<number>(22).fill(round), sum: round / 10 }),
  ];
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
