import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  type RowPanel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE, visible } from './panel.ts';
import { calc, gauge, max, type Vector } from './query.ts';
import { EXPORTER_URL } from './runbooks.ts';
import { COLOUR, WORKING } from './states.ts';
import { commonVariables } from './variables.ts';

const TAG = 'litellm-cache';
const COLUMNS = 24;

interface DashboardOptions {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Beside the variables that every dashboard has. */
  readonly variables: readonly VariableModel[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

/** A dashboard in the format that the file provisioning of Grafana 10 to 13 reads, with every panel in its place. */
export function dashboard({ uid, title, description, variables, rows }: DashboardOptions): Dashboard {
  const built = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .build();
  return {
    ...built,
    templating: { list: [...commonVariables(), ...variables] },
    annotations: { list: ANNOTATIONS },
    links: LINKS,
    panels: placed(rows),
  };
}

/** Rows below each other, their panels from left to right and in as many lines as they need. */
function placed(rows: DashboardOptions['rows']): (Panel | RowPanel)[] {
  const result: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const [row, { title, panels }] of rows.entries()) {
    const id = 100 * (row + 1);
    result.push({ type: 'row', id, title, collapsed: false, panels: [], gridPos: { x: 0, y, w: COLUMNS, h: 1 } });
    y += 1;
    let [x, height] = [0, 0];
    for (const [place, panel] of panels.entries()) {
      const { w = COLUMNS, h = 1 } = panel.gridPos ?? {};
      if (x + w > COLUMNS) [x, y, height] = [0, y + height, 0];
      result.push({ ...panel, id: id + place + 1, gridPos: { x, y, w, h } });
      [x, height] = [x + w, Math.max(height, h)];
    }
    y += height;
  }
  return result;
}

/**
 * Marks where a cache stopped or resumed working. The value of the query is the moment itself, so that the
 * mark does not move with the resolution of the dashboard.
 */
const SINCE = max(['gateway'], gauge('llm.cache.verdict_since.timestamp'));
const ANNOTATIONS = [
  mark(
    'Cache stopped working',
    '{{gateway}}: the cache does not work since then',
    COLOUR.bad,
    calc`1000 * ${SINCE} and on (gateway) ${WORKING} == 0`,
  ),
  mark('Cache works', '{{gateway}}: the cache works since then', COLOUR.good, calc`1000 * ${SINCE} and on (gateway) ${WORKING} == 1`),
];

function mark(name: string, title: string, colour: string, { promql }: Vector<'gateway'>): AnnotationQuery {
  const builder = new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .enable(true)
    .iconColor(colour)
    .expr(promql)
    .titleFormat(title)
    .useValueForTime(true)
    .step('15s');
  return visible(builder).build();
}

const LINKS: DashboardLink[] = [
  new DashboardLinkBuilder('Dashboards').type(DashboardLinkType.Dashboards).tags([TAG]).includeVars(true).keepTime(true),
  new DashboardLinkBuilder('Runbooks').icon('doc').url(`${EXPORTER_URL}/runbooks/README`).targetBlank(true),
  new DashboardLinkBuilder('Exporter').icon('info').url(`${EXPORTER_URL}/`).targetBlank(true),
].map((builder) => visible(builder).build());
