import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Attributes, ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { afterAll, describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../src/catalogue/definition.ts';
import { CATALOGUE } from '../../src/catalogue/index.ts';
import { exposition } from '../../src/telemetry/exposition.ts';
import { createMetricsPage } from '../../src/telemetry/metrics-page.ts';
import { emptyHistogram, observeValue } from '../../src/telemetry/points.ts';
import { eventually } from '../support/eventually.ts';
import { metricLines } from '../support/metrics-text.ts';
import { lacksProgram, startPrometheus } from '../support/prometheus.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const OWNER = { target: 'redis_target', gateway: 'gateway', exporter: undefined } as const;
const AWKWARD = 'a "quoted" \\ back\nslash’s';

/** Every combination of the labels of a metric; an open label has one awkward value. */
function rows({ owner, labels }: MetricDefinition): Attributes[] {
  const ownerLabel = OWNER[owner];
  let combined: Attributes[] = [ownerLabel === undefined ? {} : { [ownerLabel]: 'cache' }];
  for (const [label, members] of Object.entries(labels)) {
    combined = combined.flatMap((row) => (members === 'open' ? [AWKWARD] : members).map((member) => ({ ...row, [label]: member })));
  }
  return combined;
}

function metricOf([name, definition]: [string, MetricDefinition]): MetricData {
  const base = {
    descriptor: { name, description: definition.help, unit: definition.unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const times = { startTime: [0, 0] as [number, number], endTime: [0, 0] as [number, number] };
  if (definition.kind === 'histogram') {
    const dataPoints = rows(definition).map((attributes) => {
      const point = emptyHistogram(attributes, [...definition.buckets], [0, 0], [0, 0]);
      observeValue(point, definition.buckets[1] ?? 1, TRACE, Date.now());
      return point;
    });
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints };
  }
  const dataPoints = rows(definition).map((attributes) => ({ ...times, attributes, value: 1 }));
  if (definition.kind === 'counter') return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
  return { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
}

/** A page with every series that the catalogue allows. */
const FULL: ResourceMetrics = {
  resource: resourceFromAttributes({ 'service.name': 'litellm-cache-exporter' }),
  scopeMetrics: [{ scope: { name: 'litellm-cache-exporter' }, metrics: Object.entries<MetricDefinition>(CATALOGUE).map(metricOf) }],
};

describe.skipIf(await lacksProgram('promtool'))('promtool', () => {
  it('has nothing to say about a page with every series of the catalogue', async () => {
    const promtool = spawn('promtool', ['check', 'metrics']);
    promtool.stdin.end(exposition(FULL, 'text'));
    let said = '';
    for (const stream of [promtool.stdout, promtool.stderr]) stream.on('data', (chunk) => (said += chunk));
    const code = await new Promise((resolve) => promtool.on('close', resolve));
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });
});

describe.skipIf(await lacksProgram('prometheus'))('Prometheus', () => {
  const accepted: (string | undefined)[] = [];
  const page = createMetricsPage(async () => FULL);
  const server = createServer(async (request, response) => {
    accepted.push(request.headers.accept);
    const { contentType, body } = await page(request.headers.accept);
    response.setHeader('content-type', contentType).end(body);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('takes every series and the exemplars from the OpenMetrics page', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const prometheus = await startPrometheus({ scrape: { exporter: `127.0.0.1:${(server.address() as AddressInfo).port}` } });
    const instant = async (query: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
      const { result } = (await prometheus.api('query', { query })) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return result;
    };
    const up = await eventually(async () => (await instant('up'))[0], 20_000);
    expect(up.value[1]).toBe('1');
    const shown = metricLines(exposition(FULL, 'openmetrics'));
    expect((await instant('scrape_samples_scraped'))[0]?.value[1]).toBe(String(shown.length));
    expect(await instant('{job="exporter",__name__!~"up|scrape_.+"}')).toHaveLength(shown.length);
    expect(accepted[0]).toContain('openmetrics');
    const [series] = await instant('cache_exporter_build_info');
    expect(series?.metric.version).toBe(AWKWARD);
    const exemplars = await prometheus.api('query_exemplars', {
      query: 'llm_cache_probe_write_lag_seconds_bucket{route="chat"}',
      start: String(Date.now() / 1000 - 600),
      end: String(Date.now() / 1000 + 60),
    });
    expect(exemplars).toMatchObject([
      { seriesLabels: { le: '0.002', gateway: 'cache' }, exemplars: [{ labels: { trace_id: TRACE }, value: '0.002' }] },
    ]);
  });
});
