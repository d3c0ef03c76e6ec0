import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startExporter } from '../../dev/exporter.ts';
import { install } from '../../dev/install.ts';
import type { JaegerSpan, RunningJaeger } from '../../dev/jaeger.ts';
import { freePort } from '../../dev/process.ts';
import type { PairStatus, Status } from '../../src/model/status.ts';
import { blocks, page } from '../support/documentation.ts';
import { eventually } from '../support/eventually.ts';
import { startGateway } from '../support/gateway.ts';
import { lacksJaeger, startJaeger } from '../support/jaeger.ts';
import { forThisFile } from '../support/lifetime.ts';
import { startRedis } from '../support/redis.ts';
import { documentedWays } from '../support/trace-tree.ts';

const [, tree = ''] = blocks(page('docs/traces.md').text, 'text');

function parentOf(spans: readonly JaegerSpan[], { references }: JaegerSpan): JaegerSpan | undefined {
  return spans.find(({ spanID }) => spanID === references[0]?.spanID);
}

/** The way from the root to a span, by names. */
function path(spans: readonly JaegerSpan[], span: JaegerSpan): string {
  const parent = parentOf(spans, span);
  return parent === undefined ? span.operationName : `${path(spans, parent)} > ${span.operationName}`;
}

describe.skipIf(await lacksJaeger())("a trace with LiteLLM's second OpenTelemetry integration", () => {
  let jaeger: RunningJaeger;
  let url: string;

  async function pairs(): Promise<readonly PairStatus[]> {
    const status: Status = JSON.parse(await (await fetch(`${url}/api/v1/status`)).text());
    return status.gateways[0]?.pairs ?? [];
  }

  /** The spans below the duplicate of a route, once the gateway has sent its own. */
  function below(spans: readonly JaegerSpan[], route: string): JaegerSpan[] {
    const top = spans.find(
      ({ operationName, tags }) => operationName === 'duplicate' && tags.some(({ key, value }) => key === 'route' && value === route),
    );
    const isBelow = (span: JaegerSpan | undefined): boolean =>
      span !== undefined && (parentOf(spans, span) === top || isBelow(parentOf(spans, span)));
    return top === undefined ? [] : spans.filter(isBelow);
  }

  beforeAll(async () => {
    const packages = join(await install('only-otel-v2', () => undefined), 'packages');
    jaeger = await startJaeger();
    const redis = await startRedis();
    const gateway = await startGateway({
      release: '1.110.2',
      redis: { port: redis.port },
      config: { litellm_settings: { callbacks: ['otel'] } },
      env: {
        PYTHONPATH: packages,
        LITELLM_OTEL_V2: 'true',
        OTEL_EXPORTER: 'otlp_http',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlp,
        OTEL_SERVICE_NAME: 'litellm',
      },
    });
    const probe = { model: 'cache-probe', price_per_pair_usd: 0, interval: '5s', routes: ['completions', 'chat', 'messages'] };
    const config = {
      redis: [{ name: 'cache', url: redis.url, interval: '2s' }],
      gateways: [{ name: 'litellm', url: gateway.url, api_key_file: 'key', redis: 'cache', ...probe }],
      traces: { endpoint: jaeger.otlp },
    };
    ({ url } = await forThisFile(startExporter(await freePort(), config, { key: gateway.apiKey })));
  });

  it('shows below each duplicate whether Redis was read, as the documentation says', async () => {
    const spans = await eventually(async () => {
      const good = await pairs();
      if (good.length < 3 || good.some(({ outcome }) => outcome !== 'ok')) return undefined;
      const found = await jaeger.spans(good[0]?.traceId ?? '');
      const ended = found.some(({ references, operationName }) => references.length === 0 && operationName === 'gateway litellm');
      const sent = ['completions', 'chat', 'messages'].every((route) =>
        below(found, route).some(({ operationName }) => operationName.startsWith('auth ')),
      );
      return ended && sent ? found : undefined;
    }, 90_000);
    const found = spans.map((span) => path(spans, span));
    expect(documentedWays(tree).filter((way) => !found.includes(way))).toEqual([]);
    const reads = (route: string) => below(spans, route).filter(({ operationName }) => operationName === 'redis.get llm_response');
    expect([reads('completions').length, reads('messages').length, reads('chat').length]).toEqual([1, 1, 0]);
    expect(below(spans, 'chat').map(({ operationName }) => operationName)).toContain('cache.get llm_response');
    const tags = new Map(reads('completions')[0]?.tags.map(({ key, value }) => [key, value]));
    expect([tags.get('db.system.name'), tags.get('litellm.service.target')]).toEqual(['redis', 'llm_response']);
  });
});
