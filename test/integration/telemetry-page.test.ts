import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { afterAll, describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../src/catalogue/definition.ts';
import { CATALOGUE } from '../../src/catalogue/index.ts';
import type { Metric, Sample } from '../../src/catalogue/sample.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { createMetricsPage } from '../../src/telemetry/page/metrics-page.ts';
import { createTexts } from '../../src/telemetry/page/texts.ts';
import { createStore } from '../../src/telemetry/store.ts';
import { eventually } from '../support/eventually.ts';
import { metricLines } from '../support/metrics-text.ts';
import { pageText } from '../support/page-text.ts';
import { lacksProgram, startPrometheus } from '../support/prometheus.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const AWKWARD = 'a "quoted" \\ back\nslash’s';

/** Every combination of the labels of a metric; an open label has one awkward value. */
function rows({ labels }: MetricDefinition): Record<string, string>[] {
  let combined: Record<string, string>[] = [{}];
  for (const [label, members] of Object.entries(labels)) {
    combined = combined.flatMap((row) => (members === 'open' ? [AWKWARD] : members).map((member) => ({ ...row, [label]: member })));
  }
  return combined;
}

/** Pages with every series that the catalogue allows. */
function fullPage() {
  const store = createStore(systemClock);
  for (const kind of ['target', 'gateway', 'exporter'] as const) {
    const series = store.open({ kind, name: 'cache', staleAfter: Infinity });
    const own = Object.entries<MetricDefinition>(CATALOGUE).filter(([, { owner }]) => owner === kind);
    const samples: Sample[] = [];
    for (const [metric, definition] of own) {
      for (const labels of rows(definition)) {
        const one = { metric, labels } as Sample;
        if (definition.kind !== 'histogram') samples.push({ ...one, value: 1 } as Sample);
        else series.observe(one.metric as Metric<'histogram'>, one.labels as never, definition.buckets[1] ?? 1, TRACE);
      }
    }
    series.replace('health', samples, Date.now());
  }
  const collected = { resource: resourceFromAttributes({ 'service.name': 'litellm-cache-exporter' }), scopeMetrics: [] };
  return createMetricsPage(createTexts(store, systemClock), async () => collected).whole;
}

const page = fullPage();
const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';

describe.skipIf(await lacksProgram('promtool'))('promtool', () => {
  it('has nothing to say about a page with every series of the catalogue', async () => {
    const promtool = spawn('promtool', ['check', 'metrics']);
    promtool.stdin.end(pageText(await page(undefined)));
    let said = '';
    for (const stream of [promtool.stdout, promtool.stderr]) stream.on('data', (chunk) => (said += chunk));
    const code = await new Promise((resolve) => promtool.on('close', resolve));
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });
});

describe.skipIf(await lacksProgram('prometheus'))('Prometheus', () => {
  const accepted: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    accepted.push(request.headers.accept);
    const text = await page(request.headers.accept);
    response.setHeader('content-type', text.contentType).end(pageText(text));
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
    const shown = metricLines(pageText(await page(OPENMETRICS)));
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
