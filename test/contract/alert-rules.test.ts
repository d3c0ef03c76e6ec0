import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runbookUrl } from '../../grafana/src/runbooks.ts';
import { RULE_FILES } from '../../scripts/alerts-page.ts';
import { type Alert, readRules } from '../../scripts/rule-files.ts';
import { metricDocuments } from '../../src/catalogue/markdown.ts';
import { storedDashboards } from '../support/dashboards.ts';
import { parsePromql, queriesOf, type Selector } from '../support/promql.ts';
import { unknownToLitellm } from '../support/recorded-litellm.ts';

const root = join(import.meta.dirname, '../..');
const { alerts, recordings } = readRules(root);

/** Metrics that somebody else exports, with the labels that the rules use. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  up: [],
  otel_sdk_exporter_span_exported_total: ['error_type'],
  litellm_cache_hits_metric_total: ['model_id', 'gateway'],
  litellm_cached_tokens_metric_total: ['model', 'model_id', 'gateway'],
  litellm_total_tokens_metric_total: ['model', 'model_id', 'gateway'],
  litellm_spend_metric_total: ['model', 'model_id', 'gateway'],
  // What a collector sums of the spans of LiteLLM, under the name that docs/worth.md gives it.
  litellm_saved_cache_cost_total: ['gen_ai_request_model', 'gateway'],
  litellm_proxy_total_requests_metric_total: ['model_id', 'requested_model', 'status_code', 'gateway'],
};

/** Functions and aggregations that Prometheus 2.42 knows. */
const FUNCTIONS = [
  ...[
    'sum',
    'min',
    'max',
    'count',
    'group',
    'rate',
    'increase',
    'delta',
    'changes',
    'time',
    'vector',
    'absent',
    'abs',
    'clamp_max',
    'clamp_min',
  ],
  ...[
    'histogram_quantile',
    'label_replace',
    'last_over_time',
    'max_over_time',
    'min_over_time',
    'present_over_time',
    'sum_over_time',
    'topk',
  ],
];

/** What the tests of promtool ask of the alerts. */
const TESTED = readdirSync(join(root, 'deploy/prometheus/tests')).flatMap((file) => {
  const { tests }: { tests: { alert_rule_test?: { alertname: string; exp_alerts?: unknown[] }[] }[] } = parse(
    readFileSync(join(root, 'deploy/prometheus/tests', file), 'utf8'),
  );
  return tests.flatMap((test) => test.alert_rule_test ?? []);
});

/** Where the panels of the dashboards lead to. */
const LINKED = new Set(storedDashboards().flatMap(({ panels }) => panels.flatMap(({ links = [] }) => links.map(({ url }) => url))));

/** What an alert needs beside its rule, and whether it has it. */
const NEEDS: Readonly<Record<string, (alert: string) => boolean>> = {
  'a runbook': (alert) => existsSync(join(root, 'docs/runbooks', `${alert}.md`)),
  'a test in which it fires': (alert) => TESTED.some(({ alertname, exp_alerts = [] }) => alertname === alert && exp_alerts.length > 0),
  'a test in which it is silent': (alert) =>
    TESTED.some(({ alertname, exp_alerts = [] }) => alertname === alert && exp_alerts.length === 0),
  'a panel that leads to its runbook': (alert) => LINKED.has(runbookUrl(alert)),
};

function lacks({ alert }: Alert): string[] {
  return Object.entries(NEEDS)
    .filter(([, has]) => !has(alert))
    .map(([what]) => what);
}

/** What may wake people. An alert that is to join or to leave them is changed here as well, on purpose. */
const PAGES = [
  ...[
    'CacheBreakerStuckLong',
    'CacheErrorBudgetBurnFast',
    'CacheExporterAbsent',
    'CacheExporterDown',
    'CacheRedisPathBroken',
    'CacheWrongAnswers',
  ],
  ...['GatewayUnreachable', 'RedisAuthBreaksGateway', 'RedisAuthFailing', 'RedisAuthRejected', 'RedisDown'],
];

type Members = readonly string[] | 'open';

/** The labels of every metric that is there to be asked for. */
const LABELS = new Map<string, ReadonlyMap<string, Members>>([
  ...metricDocuments().flatMap(({ name, kind, labels }): [string, Map<string, Members>][] => {
    const own = new Map<string, Members>(Object.entries(labels));
    if (kind !== 'histogram') return [[name, own]];
    return [
      [`${name}_bucket`, new Map([...own, ['le', 'open']])],
      [`${name}_sum`, own],
      [`${name}_count`, own],
    ];
  }),
  ...Object.entries(FOREIGN).map(([name, labels]): [string, Map<string, Members>] => [
    name,
    new Map(labels.map((label) => [label, 'open'])),
  ]),
  ...recordings.map(({ record }): [string, Map<string, Members>] => [
    record,
    new Map(['gateway', 'redis_target', 'model'].map((label): [string, Members] => [label, 'open'])),
  ]),
  ...['ALERTS', 'ALERTS_FOR_STATE'].map((name): [string, Map<string, Members>] => [
    name,
    new Map<string, Members>([
      ['alertname', alerts.map(({ alert }) => alert)],
      ['alertstate', ['pending', 'firing']],
      ...['redis_target', 'gateway', 'credential'].map((label): [string, Members] => [label, 'open']),
    ]),
  ]),
]);
const OF_PROMETHEUS = ['job', 'instance'];

/** What a selector asks for that does not exist. */
function unknownIn({ metric, matchers }: Selector): string[] {
  const labels = LABELS.get(metric);
  if (labels === undefined) return [metric];
  return matchers.flatMap(({ label, values }) => {
    if (OF_PROMETHEUS.includes(label)) return [];
    const members = labels.get(label);
    if (members === undefined) return [`${metric}{${label}}`];
    return members === 'open' ? [] : values.filter((value) => !members.includes(value)).map((value) => `${metric}{${label}="${value}"}`);
  });
}

function unknownWords(expression: string): string[] {
  const { problems, selectors, grouped, called } = parsePromql(expression);
  const known = new Set([...OF_PROMETHEUS, ...selectors.flatMap(({ metric }) => [...(LABELS.get(metric)?.keys() ?? [])])]);
  return [
    ...problems,
    ...selectors.flatMap(unknownIn),
    ...grouped.filter((label) => !known.has(label)),
    ...called.filter((name) => !FUNCTIONS.includes(name)),
  ];
}

describe('the alerts that page', () => {
  it('are these and no other', () => {
    const paging = alerts.filter(({ labels }) => labels.severity === 'page').map(({ alert }) => alert);
    expect([...new Set(paging)].sort()).toEqual(PAGES);
  });
});

describe('the words of an expression', () => {
  it('are found, and a wrong one is named', () => {
    const wrong =
      'sum by (gatewy) (rate(llm_cache_verdict{verdict=~"working|brokn", gateway="x"}[5m])) > foo or llm_cache_cause{couse="none"}';
    expect(unknownWords(wrong)).toEqual(['llm_cache_verdict{verdict="brokn"}', 'foo', 'llm_cache_cause{couse}', 'gatewy']);
    expect(unknownWords('increase(redis_cmd_duration_seconds_bucket{le="0.1"}[1h] offset 5m) anchored')).toEqual(['anchored']);
    expect(queriesOf('{{ range query (printf "redis_up{redis_target=%q,x=\\"y\\"}" $labels.a) }}{{ end }}{{ query "up" }}')).toEqual([
      'redis_up{redis_target="",x="y"}',
      'up',
    ]);
  });
});

describe('the alert rules', () => {
  it('have names of their own, and are about what their file is about', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, file, labels } of alerts) {
      expect(Object.keys(labels).sort(), alert).toEqual(['category', 'severity']);
      expect(labels.category, alert).toBe(RULE_FILES.find((each) => each.file === file)?.category);
    }
  });

  it('page or make a ticket, but for the watchdog', () => {
    const silent = alerts.filter(({ labels }) => labels.severity !== 'page' && labels.severity !== 'ticket');
    expect(silent.map(({ alert, labels }) => [alert, labels.severity])).toEqual([['Watchdog', 'none']]);
  });

  it('say what is wrong where, and where to go', () => {
    for (const { alert, file, annotations, comment } of alerts) {
      expect(Object.keys(annotations).sort(), alert).toEqual(['dashboard', 'description', 'runbook_url', 'summary']);
      // The address that the exporter is configured with, else the one that Prometheus scrapes: no other place has to exist.
      expect(annotations.runbook_url, alert).toMatch(new RegExp(`cache_exporter_external_url_info.*\\bup\\{.*/runbooks/${alert}$`));
      expect(annotations.runbook_url, alert).not.toMatch(/https?:\/\/\w/);
      expect(annotations.dashboard, alert).toMatch(/^\/d\/cache-(truth|redis|auth|exporter|fleet)$/);
      expect(comment, alert).toMatch(/^[A-Z].*[.]$/);
      if (file === 'exporter.yaml') continue;
      expect(`${annotations.summary}`, alert).toMatch(/\$labels\.(gateway|redis_target)/);
      expect(`${annotations.description}`, alert).toMatch(/\$value|query/);
    }
  });

  it('speak of metrics, labels, members and functions that exist', () => {
    for (const { alert, expr, annotations } of alerts) {
      expect([expr, ...Object.values(annotations).flatMap(queriesOf)].flatMap(unknownWords), alert).toEqual([]);
    }
    for (const { record, expr } of recordings) expect(unknownWords(expr), record).toEqual([]);
  });

  it('ask LiteLLM for what it has, as its recorded pages show', () => {
    const asked = [...alerts, ...recordings].flatMap(({ expr }) => parsePromql(expr).selectors);
    const ofLitellm = asked.filter(({ metric }) => metric.startsWith('litellm_') && metric !== 'litellm_saved_cache_cost_total');
    expect(ofLitellm.length).toBeGreaterThan(10);
    expect(ofLitellm.flatMap((selector) => unknownToLitellm(selector, FOREIGN[selector.metric]))).toEqual([]);
  });

  it('leave out which exporter it was', () => {
    for (const { alert, expr } of alerts) {
      if (alert === 'Watchdog') continue;
      expect(parsePromql(expr).grouped, alert).not.toContain('instance');
      expect(expr, alert).toMatch(/\b(max|min|sum|count|absent|group)\b/);
    }
  });

  it('look over ranges of at least four scrapes of 15 seconds', () => {
    const ranges = [...alerts, ...recordings].flatMap(({ expr }) => [...expr.matchAll(/\[(\w+)\]/g)].map(([, range = '']) => range));
    const short = ranges.filter((range) => !/^(?:\d+[hd]|[1-9]\d*m)$/.test(range));
    expect([ranges.length > 50, short]).toEqual([true, []]);
  });

  it('have everything that an alert needs', () => {
    const lacking = alerts.map((alert) => [alert.alert, lacks(alert)] as const).filter(([, what]) => what.length > 0);
    expect(lacking).toEqual([['Watchdog', ['a test in which it is silent', 'a panel that leads to its runbook']]]);
  });

  it('are refused without any of it', () => {
    const [known] = alerts;
    if (known === undefined) throw new Error('there are no alerts');
    expect(lacks({ ...known, alert: 'RedisOnFire' })).toEqual(Object.keys(NEEDS));
  });

  it('are all that tests and panels know', () => {
    const known = alerts.map(({ alert }) => alert);
    expect(TESTED.map(({ alertname }) => alertname).filter((name) => !known.includes(name))).toEqual([]);
    expect([...LINKED].filter((url) => !known.some((alert) => url === runbookUrl(alert)))).toEqual([]);
  });
});
