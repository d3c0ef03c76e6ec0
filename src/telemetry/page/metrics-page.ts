import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { collectedFamilies, targetInfo } from './exposition.ts';
import { type Family, type Format, metadata } from './families.ts';
import { createPieces, type NamedText, type Pieces } from './pieces.ts';
import type { PartOwner, Texts } from './texts.ts';

/** A page and the value of its `Content-Type`. */
export interface MetricsPage extends Pieces {
  readonly contentType: string;
}

const CONTENT_TYPE = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;

/**
 * Reads `/metrics` from the texts of the owners. `collect` gives what the OpenTelemetry SDK says of itself, for the whole page;
 * a page that it fails for rejects.
 */
export function createMetricsPage(texts: Texts, collect: () => Promise<ResourceMetrics>) {
  return {
    /** The whole page in the format that an `Accept` header prefers. Rejects when the collection fails. */
    async whole(accept: string | undefined): Promise<MetricsPage> {
      const format = negotiate(accept);
      const collected = await collect();
      const page = { head: targetInfo(collected, format), texts: (await texts.of()) ?? [], others: collectedFamilies(collected, format) };
      return { contentType: CONTENT_TYPE[format], ...createPieces(page, format) };
    },
    /** The part of one owner, which has no families of the exporter's own, and `probe_success` where it is given; undefined where there is no such owner. */
    async part(accept: string | undefined, owner: PartOwner, success?: boolean): Promise<MetricsPage | undefined> {
      const format = negotiate(accept);
      const found = await texts.of(owner);
      if (found === undefined) return undefined;
      return {
        contentType: CONTENT_TYPE[format],
        ...createPieces({ head: '', texts: found, others: probeSuccess(success, format) }, format),
      };
    },
  };
}

const PROBE_SUCCESS: Family = {
  name: 'probe_success',
  type: 'gauge',
  help: 'Whether the cache of the gateway is as it should be: the verdict is working, or what the configuration expects instead.',
};

function probeSuccess(success: boolean | undefined, format: Format): NamedText[] {
  if (success === undefined) return [];
  return [{ name: PROBE_SUCCESS.name, text: `${metadata(PROBE_SUCCESS, format)}probe_success ${success ? 1 : 0}\n` }];
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
