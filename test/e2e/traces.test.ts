import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import type { JaegerSpan, RunningJaeger } from '../../dev/jaeger.ts';
import { freePort } from '../../dev/process.ts';
import type { RunningPrometheus } from '../../dev/prometheus.ts';
import type { PairStatus, Status } from '../../src/model/status.ts';
import { blocks, page } from '../support/documentation.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { lacksJaeger, startJaeger } from '../support/jaeger.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricLines } from '../support/metrics-text.ts';
import { lacksProgram, startPrometheus } from '../support/prometheus.ts';
import { startRedis } from '../support/redis.ts';
import { documentedWays } from '../support/trace-tree.ts';

const { text } = page('docs/traces.md');
const lacksPrometheus = await lacksProgram('prometheus');

/** The name of a span as the documentation has it: the spans of Redis with the method that made the call. */
function named({ operationName, tags }: JaegerSpan): string {
  if (operationName !== 'redis') return operationName;
  return `redis ${String(tags.find(({ key }) => key === 'call_type')?.value).replace(/ .*/, '')}`;
}

/** The way from the root to a span, by names. */
function path(spans: readonly JaegerSpan[], span: JaegerSpan): string {
  const parent = spans.find(({ spanID }) => spanID === span.references[0]?.spanID);
  return parent === undefined ? named(span) : `${path(spans, parent)} > ${named(span)}`;
}

/** The request of a pair on a route. */
function requestOf(spans: readonly JaegerSpan[], request: 'first' | 'duplicate', route: string): JaegerSpan | undefined {
  return spans.find(
    ({ operationName, tags }) => operationName === request && tags.some(({ key, value }) => key === 'route' && value === route),
  );
}

/** The Redis calls that LiteLLM made for a request, in order of their names. */
function redisCalls(spans: readonly JaegerSpan[], request: 'first' | 'duplicate', route: string): string[] {
  const top = requestOf(spans, request, route);
  const isBelow = (span: JaegerSpan | undefined): boolean =>
    span !== undefined && (span === top || isBelow(spans.find(({ spanID }) => spanID === span.references[0]?.spanID)));
  return spans
    .filter((span) => span.operationName === 'redis' && isBelow(span))
    .map(named)
    .sort();
}

describe.skipIf(await lacksJaeger())('a trace of a round of pairs', () => {
  let jaeger: RunningJaeger;
  let exporter: RunningExporter;
  let prometheus: RunningPrometheus | undefined;

  async function pairs(): Promise<readonly PairStatus[]> {
    const status: Status = JSON.parse(await (await fetch(`${exporter.url}/api/v1/status`)).text());
    return status.gateways[0]?.pairs ?? [];
  }

  /** The spans of a trace, once LiteLLM has sent its own: in batches, the write of the last first answer at the end. */
  function complete(traceId: string): Promise<JaegerSpan[]> {
    return eventually(async () => {
      const spans = await jaeger.spans(traceId);
      const written = (['completions', 'chat'] as const).every((route) =>
        redisCalls(spans, 'first', route).includes('redis async_set_cache'),
      );
      const ended = spans.some(({ references }) => references.length === 0);
      return ended && written && redisCalls(spans, 'duplicate', 'completions').length > 0 && spans;
    }, 30_000);
  }

  beforeAll(async () => {
    jaeger = await startJaeger();
    const redis = await startRedis();
    const gateway = await startGateway({
      release: '1.106.0',
      redis: { port: redis.port },
      config: { litellm_settings: { callbacks: ['otel'] } },
      env: {
        OTEL_EXPORTER: 'otlp_http',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlp,
        OTEL_SERVICE_NAME: 'litellm',
      },
    });
    const probe = { model: 'cache-probe', price_per_pair_usd: 0, interval: '2s', routes: ['completions', 'chat'] };
    const config = {
      redis: [{ name: 'cache', url: redis.url, interval: '2s' }],
      gateways: [{ name: 'litellm', url: gateway.url, api_key_file: 'key', redis: 'cache', ...probe }],
      traces: { endpoint: jaeger.otlp },
    };
    exporter = await forThisFile(startExporter(await freePort(), config, { key: gateway.apiKey }));
    if (!lacksPrometheus) prometheus = await startPrometheus({ scrape: { 'litellm-cache-exporter': `127.0.0.1:${exporter.port}` } });
  });

  it('leads from the exporter through LiteLLM to the read of Redis, as the documentation shows', async () => {
    const traceId = await eventually(async () => (await pairs()).find(({ outcome }) => outcome === 'ok')?.traceId, 30_000);
    const spans = await complete(traceId);
    const ids = new Set(spans.map(({ spanID }) => spanID));
    expect(spans.filter(({ references }) => references.length === 0).map(named)).toEqual(['gateway litellm']);
    expect(spans.filter(({ references }) => references.some(({ spanID }) => !ids.has(spanID)))).toEqual([]);
    const found = spans.map((span) => path(spans, span));
    const [tree = ''] = blocks(text, 'text');
    expect(documentedWays(tree).filter((way) => !found.includes(way))).toEqual([]);
    // The read below the duplicate, and no write, is proof of a hit in Redis that does not come from the exporter.
    expect(redisCalls(spans, 'duplicate', 'completions')).toEqual(['redis async_get_cache']);
    // The worker answers the duplicate of chat from its own memory: nobody asks Redis.
    expect(redisCalls(spans, 'duplicate', 'chat')).toEqual([]);
  });

  it.skipIf(lacksPrometheus)('is what the exemplar of a duration in Prometheus leads to', async () => {
    const [, command = ''] = /(curl[\s\S]*)/.exec(blocks(text, 'sh')[0] ?? '') ?? [];
    const script = command.replace('http://prometheus:9090', prometheus?.url ?? '');
    const exemplar = await eventually(() => {
      const answer: { data: { seriesLabels: Record<string, string>; exemplars: { labels: { trace_id: string }; value: string }[] }[] } =
        JSON.parse(spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).stdout);
      return answer.data.find(({ seriesLabels }) => seriesLabels.route === 'completions' && seriesLabels.cache === 'hit')?.exemplars[0];
    }, 20_000);
    const spans = await complete(exemplar.labels.trace_id);
    expect(spans.filter(({ references }) => references.length === 0).map(named)).toEqual(['gateway litellm']);
    const duplicate = requestOf(spans, 'duplicate', 'completions');
    expect(Math.abs(Number(exemplar.value) - (duplicate?.duration ?? 0) / 1e6)).toBeLessThan(0.02);
  });

  it('is lost while Jaeger is down, and nothing else: pairs go on, the log says it once, the end is quick', async () => {
    await jaeger.stop();
    const lost = async () =>
      metricLines(await exporter.metrics()).find(
        ({ name, labels }) => name === 'otel_sdk_exporter_span_exported_total' && labels.error_type !== undefined,
      );
    const before = (await eventually(lost, 20_000)).value;
    await eventually(async () => ((await lost())?.value ?? 0) > before, 20_000);
    const [pair] = await pairs();
    expect(pair?.outcome).toBe('ok');
    expect(exporter.log().match(/The export of telemetry failed/g)).toHaveLength(1);
    await exporter.stop();
    expect(await exporter.ended).toBe('exited with status 0');
  });
});
