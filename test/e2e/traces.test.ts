import { describe, expect, it } from 'vitest';
import { startExporter } from '../../deploy/local/exporter.ts';
import type { JaegerSpan } from '../../deploy/local/jaeger.ts';
import { freePort } from '../../deploy/local/process.ts';
import type { Status } from '../../src/model/status.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { lacksJaeger, startJaeger } from '../support/jaeger.ts';
import { forThisFile } from '../support/lifetime.ts';
import { startRedis } from '../support/redis.ts';

/** The Redis calls that LiteLLM made for one of the requests of a pair: its spans below that of the request. */
function redisCalls(spans: readonly JaegerSpan[], request: 'first' | 'duplicate'): string[] {
  const parents = new Map(spans.map(({ spanID, references }) => [spanID, references[0]?.spanID]));
  const start = spans.find(({ operationName }) => operationName === request)?.spanID;
  const isBelow = (span: string | undefined): boolean => span !== undefined && (span === start || isBelow(parents.get(span)));
  return spans
    .filter(({ operationName, spanID }) => operationName === 'redis' && isBelow(spanID))
    .map(({ tags }) => String(tags.find(({ key }) => key === 'call_type')?.value).replace(/ .*/, ''));
}

describe.skipIf(await lacksJaeger())('a trace of a probe', () => {
  it('leads from the exporter through LiteLLM to the read of Redis', async () => {
    const jaeger = await startJaeger();
    const redis = await startRedis();
    const gateway = await startGateway({
      redis: { port: redis.port },
      config: { litellm_settings: { callbacks: ['otel'] } },
      env: {
        OTEL_EXPORTER: 'otlp_http',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlp,
        OTEL_SERVICE_NAME: 'litellm',
      },
    });
    const config = {
      redis: [{ name: 'cache', url: redis.url, interval: '2s' }],
      gateways: [
        {
          name: 'litellm',
          url: gateway.url,
          api_key_file: 'key',
          redis: 'cache',
          model: 'cache-probe',
          price_per_pair_usd: 0,
          interval: '2s',
          routes: ['completions'],
        },
      ],
      traces: { endpoint: jaeger.otlp },
    };
    const exporter = await forThisFile(startExporter(await freePort(), config, { key: gateway.apiKey }));
    const traceId = await eventually(async () => {
      const status: Status = JSON.parse(await (await fetch(`${exporter.url}/api/v1/status`)).text());
      return status.gateways[0]?.pairs.find(({ outcome }) => outcome === 'ok')?.traceId;
    }, 30_000);

    // LiteLLM sends its spans in batches of its own; the write of the first answer comes last.
    const spans = await eventually(async () => {
      const found = await jaeger.spans(traceId);
      return redisCalls(found, 'first').includes('async_set_cache') && redisCalls(found, 'duplicate').length > 0 && found;
    }, 30_000);
    const root = spans.find(({ references }) => references.length === 0);
    expect(root?.operationName).toBe('gateway litellm');
    // The read under the duplicate, and no write, is proof of a hit in Redis that does not come from the exporter.
    expect(redisCalls(spans, 'duplicate')).toContain('async_get_cache');
    expect(redisCalls(spans, 'duplicate')).not.toContain('async_set_cache');
  });
});
