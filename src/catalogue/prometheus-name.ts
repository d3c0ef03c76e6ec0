import type { MetricDefinition } from './definition.ts';

const UNIT_SUFFIX: Readonly<Record<string, string>> = { s: 'seconds', By: 'bytes' };

/**
 * The Prometheus name of an OpenTelemetry metric, by the rules of the OpenTelemetry specification
 * (compatibility, Prometheus and OpenMetrics): other characters become `_`, the unit is appended unless
 * the name ends in it, `1` becomes `_ratio` on gauges, braces are dropped, counters end in `_total`.
 */
export function prometheusName(name: string, kind: MetricDefinition['kind'], unit: string): string {
  let result = labelName(name);
  const suffix = UNIT_SUFFIX[unit] ?? (unit === '1' && kind !== 'counter' && kind !== 'histogram' ? 'ratio' : undefined);
  if (suffix !== undefined && !result.endsWith(`_${suffix}`)) result += `_${suffix}`;
  if (kind === 'counter' && !result.endsWith('_total')) result += '_total';
  return result;
}

/** The Prometheus form of an attribute or metric name: everything but letters, digits and `_` becomes `_`. */
export function labelName(name: string): string {
  return name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^(?=\d)/, '_');
}
