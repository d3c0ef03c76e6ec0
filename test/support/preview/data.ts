import type { StoredPanel, StoredTarget } from '../dashboards.ts';

/** A series with its name as the legend of its query gives it. Times are Unix seconds. */
export interface NamedSeries {
  refId: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  points: readonly (readonly [number, number])[];
}

/** What a panel is drawn from. */
export interface DrawnPanel {
  panel: StoredPanel;
  series: readonly NamedSeries[];
  /** Moments with requests whose traces can be opened, and how long those took. */
  exemplars: readonly (readonly [number, number])[];
}

/** A moment that is marked on every panel. */
export interface Mark {
  at: number;
  colour: string;
  text: string;
}

/** The range that is drawn, in Unix seconds, and the distance of its points. */
export interface Range {
  start: number;
  end: number;
  step: number;
}

/** The name that Grafana gives a series. */
export function seriesName({ legendFormat = '' }: Pick<StoredTarget, 'legendFormat'>, labels: Readonly<Record<string, string>>): string {
  return legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '').trim();
}

/** The colour that a panel gives the series of a name. */
export function colourOf({ fieldConfig }: StoredPanel, name: string): string | undefined {
  const found = fieldConfig?.overrides.find(({ matcher }) => matcher.id === 'byName' && matcher.options === name);
  const { fixedColor }: { fixedColor?: string } = Object(found?.properties.find(({ id }) => id === 'color')?.value);
  return fixedColor;
}

/** Whether a panel changes the look of the lines of a query, which is to dash them. */
export function isDashed({ fieldConfig }: StoredPanel, refId: string): boolean {
  return fieldConfig?.overrides.some(({ matcher }) => matcher.id === 'byFrameRefID' && matcher.options === refId) ?? false;
}
