import { emptyResource } from '@opentelemetry/resources';
import { describe, expect, it } from 'vitest';
import { createMetricsPage, negotiate } from '../../../src/telemetry/metrics-page.ts';

const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

describe('the format', () => {
  it.each([
    ['Prometheus 2', PROMETHEUS_2, 'openmetrics'],
    ['Prometheus 3', PROMETHEUS_3, 'openmetrics'],
    [
      'Prometheus with PrometheusText0.0.4 first',
      'text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1',
      'text',
    ],
    ['a client without the header', undefined, 'text'],
    ['an empty header', '', 'text'],
    ['curl', '*/*', 'text'],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
    ['OpenMetrics of any version', 'application/openmetrics-text', 'openmetrics'],
    ['OpenMetrics of an older version only', 'application/openmetrics-text;version=0.0.1', 'text'],
    ['either format alike', 'text/plain, application/openmetrics-text', 'openmetrics'],
    ['OpenMetrics refused', 'application/openmetrics-text;q=0, text/plain;q=0.5', 'text'],
    ['other case and spaces', 'Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.9', 'openmetrics'],
    ['nonsense', ';;=,q', 'text'],
  ])('for %s', (_, accept, format) => {
    expect(negotiate(accept)).toBe(format);
  });
});

describe('the page', () => {
  const empty = { resource: emptyResource(), scopeMetrics: [] };

  it('says what it is', async () => {
    const page = createMetricsPage(async () => empty);
    expect(await page(undefined)).toEqual({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: '' });
    expect(await page(PROMETHEUS_2)).toEqual({
      contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
      body: '# EOF\n',
    });
  });

  it('collects once for scrapes of one format at the same time', async () => {
    let collections = 0;
    const page = createMetricsPage(async () => {
      collections++;
      return empty;
    });
    const [first, second] = await Promise.all([page(undefined), page('*/*'), page(PROMETHEUS_2)]);
    expect(first).toBe(second);
    expect(collections).toBe(2);
    await page(undefined);
    expect(collections).toBe(3);
  });

  it('fails when the collection fails, and is there again afterwards', async () => {
    const results = [Promise.reject(new Error('out of order')), Promise.resolve(empty)];
    const page = createMetricsPage(() => results.shift() ?? Promise.resolve(empty));
    await expect(page(undefined)).rejects.toThrow('out of order');
    expect((await page(undefined)).body).toBe('');
  });
});
