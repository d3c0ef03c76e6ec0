import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { exposition, type Format } from './exposition.ts';

/** A page and the value of its `Content-Type`. */
export interface MetricsPage {
  readonly contentType: string;
  readonly body: string;
}

const CONTENT_TYPE = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

/**
 * Renders `/metrics` in the format that an `Accept` header prefers. Rejects when the collection fails.
 * Scrapes of the same format at the same time share one collection.
 */
export function createMetricsPage(collect: () => Promise<ResourceMetrics>): (accept: string | undefined) => Promise<MetricsPage> {
  const rendering = new Map<Format, Promise<MetricsPage>>();

  async function render(format: Format): Promise<MetricsPage> {
    return { contentType: CONTENT_TYPE[format], body: exposition(await collect(), format) };
  }

  return (accept) => {
    const format = negotiate(accept);
    const shared = rendering.get(format);
    if (shared !== undefined) return shared;
    const page = render(format).finally(() => rendering.delete(format));
    rendering.set(format, page);
    return page;
  };
}

/**
 * OpenMetrics when the client accepts its version 1.0.0 and does not like the text format better, as
 * Prometheus does; the text format for all other clients (RFC 9110, 12.5.1; the most specific range counts).
 */
export function negotiate(accept: string | undefined): Format {
  const ranges = (accept ?? '').split(',').map(parseRange);
  const quality = (...types: string[]) =>
    types.map((type) => ranges.filter((range) => range.type === type).map((range) => range.quality)).find((found) => found.length > 0);
  const openmetrics = Math.max(0, ...(quality('application/openmetrics-text') ?? []));
  const text = Math.max(0, ...(quality('text/plain', 'text/*', '*/*') ?? []));
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'text';
}

/** One media range. Another version than the one that is spoken here makes it a type that nobody asks for. */
function parseRange(range: string): { type: string; quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const parameter = new Map(parameters.map((part): [string, string] => [part.split('=')[0] ?? '', part.split('=')[1] ?? '']));
  const version = parameter.get('version');
  const foreign = type === 'application/openmetrics-text' && version !== undefined && version !== '1.0.0';
  return { type: foreign ? '' : type, quality: Number(parameter.get('q') ?? 1) || 0 };
}
