import type { StoredDashboard, StoredPanel } from '../dashboards.ts';
import { chart } from './chart.ts';
import type { DrawnPanel, Mark, Range } from './data.ts';
import { DARK, escaped } from './format.ts';
import { stat, timeline } from './states.ts';
import { table } from './table.ts';

/** Width of the page in CSS pixels. */
export const PAGE_WIDTH = 1500;
const GAP = 8;
const LINE = 30;
const TITLE = 26;

const STYLE = `
body { margin: 0; width: ${PAGE_WIDTH}px; background: ${DARK.page}; color: ${DARK.text}; font: 12px Inter, system-ui, sans-serif; }
header { padding: 14px 16px 4px; } h1 { display: inline; font-size: 18px; font-weight: 500; margin-right: 14px; } header p { color: ${DARK.quiet}; margin: 6px 0 0; }
.note { float: right; color: #111217; background: #f2cc0c; border-radius: 3px; padding: 3px 8px; }
.grid { position: relative; } .panel, .row { position: absolute; overflow: hidden; box-sizing: border-box; }
.panel { background: ${DARK.panel}; border: 1px solid ${DARK.line}; border-radius: 3px; } .panel h2 { font-size: 13px; font-weight: 500; margin: 5px 9px; height: 16px; white-space: nowrap; }
.row { font-size: 15px; font-weight: 500; padding: 6px 2px; } .row::before { content: '\\25be'; margin-right: 8px; color: ${DARK.quiet}; }
svg { display: block; } svg text { font-size: 11px; fill: ${DARK.quiet}; }
.legend { overflow: hidden; padding: 0 10px; color: ${DARK.quiet}; font-size: 11px; line-height: 18px; } .legend span { margin-right: 12px; display: inline-block; white-space: nowrap; } .legend i { display: inline-block; width: 12px; height: 4px; margin-right: 5px; vertical-align: 3px; border-radius: 2px; }
.stats { display: flex; flex-wrap: wrap; gap: 4px; padding: 0 2px; } .stat { display: flex; align-items: center; justify-content: space-between; gap: 8px; padding: 2px 10px; box-sizing: border-box; border-radius: 2px; white-space: nowrap; overflow: hidden; } .stat small { font-size: 12px; } .stat b { font-weight: 500; line-height: 1.1; } .stat.tall { flex-direction: column; align-items: flex-start; justify-content: center; gap: 2px; }
table { border-collapse: collapse; width: calc(100% - 16px); margin: 0 8px; } th { text-align: left; font-weight: 500; color: #6e9fff; } th, td { padding: 5px 8px; border-bottom: 1px solid ${DARK.line}; white-space: nowrap; }
.empty { display: flex; align-items: center; justify-content: center; color: ${DARK.quiet}; font-size: 14px; }
`;

/** A dashboard with its data as a page: what is where, in which colours. It is drawn by this project, not by Grafana. */
export function previewPage(dashboard: StoredDashboard, drawn: readonly DrawnPanel[], range: Range, marks: readonly Mark[]): string {
  const column = (PAGE_WIDTH - 2 * GAP + GAP) / 24;
  const height = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h)) * (LINE + GAP);
  const boxes = dashboard.panels.map((panel) => {
    const { x, y, w, h } = panel.gridPos;
    const [wide, high] = [w * column - GAP, h * (LINE + GAP) - GAP];
    const place = `left:${GAP + x * column}px;top:${y * (LINE + GAP)}px;width:${wide}px;height:${high}px`;
    if (panel.type === 'row') return `<div class="row" style="${place}">${escaped(panel.title)}</div>`;
    const found = drawn.find((each) => each.panel.id === panel.id) ?? { panel, series: [], exemplars: [] };
    return `<div class="panel" style="${place}"><h2>${escaped(panel.title)}</h2>${content(found, range, marks, wide - 4, high - TITLE - 4)}</div>`;
  });
  const when = `${new Date(range.start * 1000).toISOString().slice(11, 19)} to ${new Date(range.end * 1000).toISOString().slice(11, 19)} UTC`;
  const head = `<header><span class="note">Preview by the tests of the project, not a picture of Grafana. &#9670; is a request: its trace opens in Jaeger</span><h1>${escaped(dashboard.title)}</h1>${when}<p>${escaped(dashboard.description)}</p></header>`;
  return `<!doctype html><meta charset="utf-8"><title>${escaped(dashboard.title)}</title><style>${STYLE}</style>${head}<div class="grid" style="height:${height}px">${boxes.join('')}</div>`;
}

function content(drawn: DrawnPanel, range: Range, marks: readonly Mark[], width: number, height: number): string {
  if (drawn.series.length === 0) return `<div class="empty" style="height:${height}px">${escaped(empty(drawn.panel))}</div>`;
  const drawing = {
    timeseries: () => chart(drawn, range, marks, width, height),
    'state-timeline': () => timeline(drawn, range, marks, width, height),
    stat: () => stat(drawn, width, height),
    bargauge: () => stat(drawn, width, height),
    table: () => table(drawn),
  }[drawn.panel.type];
  if (drawing === undefined) throw new Error(`no preview for panels of type ${drawn.panel.type}`);
  return drawing();
}

function empty({ fieldConfig }: StoredPanel): string {
  return fieldConfig?.defaults.noValue ?? 'No data';
}
