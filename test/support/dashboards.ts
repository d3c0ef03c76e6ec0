import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARDS } from '../../grafana/src/dashboards.ts';

const FOLDER = join(import.meta.dirname, '../../grafana/dashboards');

/** A query of a panel, as far as tests look at it. */
export interface StoredTarget {
  refId: string;
  expr: string;
  legendFormat?: string;
  instant?: boolean;
  exemplar?: boolean;
  format?: string;
}

/** A panel, as far as tests look at it. */
export interface StoredPanel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type: string; uid: string };
  targets?: StoredTarget[];
  links?: { title: string; url: string }[];
  transformations?: { id: string; options: Record<string, Record<string, string | number | boolean>> }[];
  options?: { sortBy?: { displayName: string; desc: boolean }[]; textMode?: string };
  fieldConfig?: {
    defaults: StoredDefaults;
    overrides: { matcher: { id: string; options: string }; properties: { id: string; value: unknown }[] }[];
  };
}

/** How the values of a panel look. */
export interface StoredDefaults {
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  mappings?: StoredMapping[];
  thresholds?: StoredThresholds;
  custom?: { drawStyle?: string; scaleDistribution?: { type: string } };
}
export interface StoredMapping {
  options: Record<string, { text: string; color: string }>;
}
export interface StoredThresholds {
  steps: { value: number | null; color: string }[];
}

/** A dashboard as Grafana reads it from its file, as far as tests look at it. */
export interface StoredDashboard {
  uid: string;
  title: string;
  description: string;
  editable: boolean;
  schemaVersion: number;
  tags: string[];
  templating: { list: StoredVariable[] };
  annotations: { list: { name: string; expr: string; iconColor: string; titleFormat: string; datasource: { uid: string } }[] };
  links: { title: string; type: string; url?: string; tags: string[] }[];
  panels: StoredPanel[];
}
interface StoredVariable {
  name: string;
  type: string;
  label: string;
  multi: boolean;
  allValue?: string;
  refresh?: number;
  datasource?: { uid: string };
  query: string | { query: string };
}

/** The dashboards as they are stored. */
export function storedDashboards(): StoredDashboard[] {
  return DASHBOARDS.map(({ uid }) => JSON.parse(readFileSync(join(FOLDER, `${uid}.json`), 'utf8')));
}

/** A query with where it is. */
export interface PlacedQuery extends StoredTarget {
  dashboard: string;
  panel: StoredPanel;
  /** Name for messages. */
  at: string;
}

/** Every query of every panel. */
export function placedQueries(dashboards: readonly StoredDashboard[]): PlacedQuery[] {
  return dashboards.flatMap(({ uid, panels }) =>
    panels.flatMap((panel) =>
      (panel.targets ?? []).map((target) => ({ ...target, dashboard: uid, panel, at: `${uid}: ${panel.title}: ${target.refId}` })),
    ),
  );
}

/** Puts values in the place of Grafana's variables, `$name` and `${name}`; one without a value stays. */
export function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (found, braced, bare) => values[braced ?? bare] ?? found);
}
