import type { MetricDefinition } from '../../catalogue/definition.ts';
import { CATALOGUE } from '../../catalogue/index.ts';
import { prometheusName } from '../../catalogue/prometheus-name.ts';
import type { Metric } from '../../catalogue/sample.ts';
import { escapeHelp, escapeQuoted } from './prometheus-text.ts';

/** `text` is the Prometheus text format 0.0.4, `openmetrics` is OpenMetrics 1.0. */
export type Format = 'text' | 'openmetrics';

/** What stands above the samples of one metric. */
export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
}

const NAMED = Object.entries<MetricDefinition>(CATALOGUE)
  .map(([metric, { kind, unit, help }]): Family & { metric: string } => ({
    metric,
    name: prometheusName(metric, kind, unit),
    type: kind === 'states' ? 'gauge' : kind,
    help,
  }))
  .sort((a, b) => (a.name < b.name ? -1 : 1));

/** The metrics of the catalogue as they are on a page, sorted by name. */
export const FAMILIES: readonly Family[] = NAMED;

const PLACES: ReadonlyMap<string, number> = new Map(NAMED.map(({ metric }, place) => [metric, place]));

/** The place of a metric in `FAMILIES`. */
export function placeOf(metric: Metric): number {
  return PLACES.get(metric) ?? -1;
}

const UNIT = /_(seconds|bytes|ratio)$/;

/** OpenMetrics names the family of a counter without `_total` and wants a unit that the name ends in; text 0.0.4 knows none. */
export function metadata({ name, type, help }: Family, format: Format): string {
  const description = help === '' ? 'No description.' : help;
  if (format === 'text') return `# HELP ${name} ${escapeHelp(description)}\n# TYPE ${name} ${type}\n`;
  const family = type === 'counter' ? name.replace(/_total$/, '') : name;
  const unit = UNIT.exec(family)?.[1];
  return `# TYPE ${family} ${type}\n${unit === undefined ? '' : `# UNIT ${family} ${unit}\n`}# HELP ${family} ${escapeQuoted(description)}\n`;
}
