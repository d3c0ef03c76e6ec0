import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../../src/catalogue/definition.ts';
import { CATALOGUE } from '../../../src/catalogue/index.ts';
import { labelName, prometheusName } from '../../../src/catalogue/prometheus-name.ts';

const METRICS = Object.entries<MetricDefinition>(CATALOGUE);
const OWNER_LABEL = { target: ['redis_target'], gateway: ['gateway'], exporter: [] };

/** The names that Prometheus sees of a metric, those of the parts of a histogram included. */
function names(metric: string, { kind, unit }: MetricDefinition): string[] {
  const name = prometheusName(metric, kind, unit);
  return kind === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

describe('names for Prometheus', () => {
  it('are not shared by two metrics', () => {
    const all = METRICS.flatMap(([metric, definition]) => names(metric, definition));
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });

  it.each(METRICS)('are legal for %s and each of its labels, and no two labels become one', (metric, definition) => {
    const labels = [...OWNER_LABEL[definition.owner], ...Object.keys(definition.labels).map(labelName)];
    expect(prometheusName(metric, definition.kind, definition.unit)).toMatch(/^[a-z][a-z0-9_]*$/);
    for (const label of labels) expect(label).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(new Set([...labels, 'le']).size).toBe(labels.length + 1);
  });

  // One character beyond Latin-1 makes V8 keep the whole page in two bytes a character: rendering takes a quarter longer.
  it.each(METRICS)('have a help in ASCII for %s', (_, { help }) => {
    expect(help).toMatch(/^[ -~]+$/);
  });
});
