import type { RunningPrometheus } from '../../../dev/prometheus.ts';
import { type PlacedQuery, type StoredDashboard, substitute } from '../dashboards.ts';
import { type DrawnPanel, type Mark, type NamedSeries, type Range, seriesName } from './data.ts';

/** What Prometheus says to a query of a dashboard. */
export interface Answer {
  series: NamedSeries[];
  /** Remarks of Prometheus, and its error. */
  remarks: string[];
}

interface Found {
  status: string;
  error?: string;
  warnings?: string[];
  infos?: string[];
  data?: { result: { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[] };
}

/**
 * The values that Grafana gives the variables of a dashboard when everything is chosen: its own for a
 * range, the step and the scrape interval, and `All` with the value of the dashboard for the others.
 */
export function grafanaVariables(range: Range, scrapeInterval: number, window: string): Record<string, string> {
  const all = ['job', 'instance', 'target', 'gateway', 'litellm_job'].map((name) => [name, '.+']);
  return {
    ...Object.fromEntries(all),
    window,
    __rate_interval: `${Math.max(range.step + scrapeInterval, 4 * scrapeInterval)}s`,
    __range: `${range.end - range.start}s`,
  };
}

/** Runs a query as its panel does: over the range, or at its end. */
export async function ask(
  prometheus: RunningPrometheus,
  query: PlacedQuery,
  range: Range,
  variables: Record<string, string>,
): Promise<Answer> {
  const when = query.instant
    ? { time: String(range.end) }
    : { start: String(range.start), end: String(range.end), step: String(range.step) };
  const body = new URLSearchParams({ query: substitute(query.expr, variables), ...when });
  const answer = await fetch(`${prometheus.url}/api/v1/${query.instant ? 'query' : 'query_range'}`, { method: 'POST', body });
  const { error, warnings = [], infos = [], data }: Found = JSON.parse(await answer.text());
  const series = (data?.result ?? []).map(({ metric, value, values = value === undefined ? [] : [value] }) => ({
    refId: query.refId,
    name: seriesName(query, metric),
    labels: metric,
    points: values.map(([at, number]) => [at, Number(number)] as const).filter(([, number]) => Number.isFinite(number)),
  }));
  return {
    series: series.filter(({ points }) => points.length > 0),
    remarks: [...(error === undefined ? [] : [error]), ...warnings, ...infos],
  };
}

/** The exemplars of a query, as Grafana asks for them: trace id, moment and value. */
export async function askExemplars(
  prometheus: RunningPrometheus,
  query: PlacedQuery,
  range: Range,
  variables: Record<string, string>,
): Promise<{ traceId: string; at: number; value: number }[]> {
  const found = await prometheus.api('query_exemplars', {
    query: substitute(query.expr, variables),
    start: String(range.start),
    end: String(range.end),
  });
  const series: { exemplars: { labels: { trace_id?: string }; value: string; timestamp: number }[] }[] = Array.isArray(found) ? found : [];
  return series.flatMap(({ exemplars }) =>
    exemplars.map(({ labels, value, timestamp }) => ({ traceId: labels.trace_id ?? '', at: timestamp, value: Number(value) })),
  );
}

/** The marks that the annotations of a dashboard make: their value is the moment, once for each that is in the range. */
export async function askMarks(
  prometheus: RunningPrometheus,
  { annotations }: StoredDashboard,
  range: Range,
  variables: Record<string, string>,
): Promise<Mark[]> {
  const marks: Mark[] = [];
  for (const { expr, iconColor, titleFormat } of annotations.list) {
    const found = await prometheus.api('query_range', {
      query: substitute(expr, variables),
      start: String(range.start),
      end: String(range.end),
      step: String(range.step),
    });
    const result: { metric: Record<string, string>; values: [number, string][] }[] = Object(found).result;
    for (const { metric, values } of result) {
      const moments = new Set(values.map(([, value]) => Number(value) / 1000));
      const text = seriesName({ legendFormat: titleFormat }, metric);
      for (const at of moments) if (at >= range.start && at <= range.end) marks.push({ at, colour: iconColor, text });
    }
  }
  return marks;
}

/** The panels of a dashboard with the answers to their queries. */
export function drawnPanels(
  { panels }: StoredDashboard,
  answers: ReadonlyMap<string, Answer>,
  exemplars: ReadonlyMap<string, readonly { at: number; value: number }[]>,
  uid: string,
): DrawnPanel[] {
  return panels.map((panel) => {
    const keys = (panel.targets ?? []).map(({ refId }) => `${uid}: ${panel.title}: ${refId}`);
    return {
      panel,
      series: keys.flatMap((key) => answers.get(key)?.series ?? []),
      exemplars: keys.flatMap((key) => (exemplars.get(key) ?? []).map(({ at, value }) => [at, value] as const)),
    };
  });
}
