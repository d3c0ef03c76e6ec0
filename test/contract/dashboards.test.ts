import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FOREIGN } from '../../grafana/src/foreign.ts';
import { EXPORTER_URL, runbookUrl } from '../../grafana/src/runbooks.ts';
import { AUTH_STATES, CAUSES, OUTCOMES, ROLES, VERDICTS } from '../../grafana/src/states.ts';
import { UNSHOWN } from '../../grafana/src/unshown.ts';
import { readRules } from '../../scripts/rule-files.ts';
import { metricDocuments } from '../../src/catalogue/markdown.ts';
import { closedSet } from '../../src/catalogue/sample.ts';
import { type PlacedQuery, placedQueries, type StoredPanel, storedDashboards, substitute } from '../support/dashboards.ts';
import { parsePromql, type Selector } from '../support/promql.ts';
import { unknownToLitellm } from '../support/recorded-litellm.ts';

const dashboards = storedDashboards();
const panels = dashboards.flatMap(({ uid, panels: all }) => all.map((panel) => ({ ...panel, at: `${uid}: ${panel.title}` })));
const shown = panels.filter(({ type }) => type !== 'row');
const queries = placedQueries(dashboards);
const DURATIONS = { __rate_interval: '1m', __range: '6h', window: '5m' };
const parsed = queries.map((query) => ({ ...query, ...parsePromql(substitute(query.expr, DURATIONS)) }));
const selectors = parsed.flatMap(({ at, selectors: all }) => all.map((selector) => ({ at, ...selector })));

/** Labels by series name: those of the catalogue, those of others, and those of Prometheus' own series of alerts. */
const LABELS = new Map<string, Set<string>>([
  ['ALERTS', new Set(['alertname', 'alertstate', 'category', 'severity', 'gateway', 'redis_target'])],
]);
for (const { name, kind, labels } of metricDocuments()) {
  const own = ['job', 'instance', ...Object.keys(labels)];
  if (kind === 'histogram') {
    LABELS.set(`${name}_bucket`, new Set([...own, 'le']));
    LABELS.set(`${name}_sum`, new Set(own)).set(`${name}_count`, new Set(own));
  } else LABELS.set(name, new Set(own));
}
for (const [name, { labels }] of Object.entries(FOREIGN)) LABELS.set(name, new Set(['job', 'instance', ...labels]));

/** Counters that a level is read of, because it is a time since a start. */
const LEVELS = ['redis_uptime_seconds_total'];

function isLitellm({ metric }: Selector): boolean {
  return metric.startsWith('litellm_');
}

function matches({ matchers }: Selector, label: string, value: string): boolean {
  return matchers.some((matcher) => matcher.label === label && matcher.operator === '=~' && matcher.value === value);
}

/** The names of those that fail a check. */
function failing<T extends { at: string }>(all: readonly T[], isRight: (each: T) => boolean): string[] {
  return all.filter((each) => !isRight(each)).map(({ at }) => at);
}

describe('what the dashboard linter of Grafana asks for', () => {
  it.each(dashboards)('$uid has a variable for the data source', ({ templating }) => {
    expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', label: 'Data source', query: 'prometheus' });
  });

  it.each(dashboards)('$uid has variables for job and instance', ({ templating }) => {
    for (const [name, label] of [['job', 'Job'] as const, ['instance', 'Instance'] as const]) {
      const variable = templating.list.find((each) => each.name === name);
      expect(variable).toMatchObject({ type: 'query', label, multi: true, allValue: '.+', datasource: { uid: '$datasource' } });
    }
  });

  it.each(dashboards)('$uid asks for the values of its variables in PromQL, again for every range', ({ templating }) => {
    const asked = templating.list.filter(({ type }) => type === 'query');
    expect(asked.length).toBeGreaterThanOrEqual(4);
    for (const { name, query, refresh } of asked) {
      expect(refresh).toBe(2);
      if (name === 'exporter_url') {
        const inner = /^query_result\((.+)\)$/.exec(Object(query).query)?.[1] ?? '';
        expect(parsePromql(inner)).toMatchObject({ problems: [] });
        expect(parsePromql(inner).selectors.filter(({ metric }) => !LABELS.has(metric))).toEqual([]);
        continue;
      }
      const [, selector = '', label] = /^label_values\((.+), (\w+)\)$/.exec(Object(query).query) ?? [];
      const [found] = parsePromql(selector).selectors;
      expect(LABELS.get(found?.metric ?? '')?.has(label ?? ''), selector).toBe(true);
    }
  });

  it('is read only', () => {
    expect(dashboards.map(({ editable }) => editable)).toEqual(dashboards.map(() => false));
  });

  it('takes the data source of every panel from the variable', () => {
    expect(failing(shown, ({ datasource }) => datasource?.type === 'prometheus' && datasource.uid === '$datasource')).toEqual([]);
  });

  it('has a title, a description and a query on every panel', () => {
    expect(failing(shown, ({ title, targets = [] }) => title !== '' && targets.length > 0)).toEqual([]);
  });

  it('has a unit of Grafana on every panel', () => {
    const known = new Set<unknown>(Object.values(units));
    const unitsOf = ({ fieldConfig }: StoredPanel) => [
      fieldConfig?.defaults.unit,
      ...(fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties.filter(({ id }) => id === 'unit').map(({ value }) => value)),
    ];
    expect(failing(shown, (panel) => unitsOf(panel).every((unit) => known.has(unit)))).toEqual([]);
  });

  it('has queries that can be parsed', () => {
    expect(parsed.flatMap(({ at, problems }) => problems.map((problem) => `${at} ${problem}`))).toEqual([]);
  });

  it('takes rates over the interval that Grafana chooses', () => {
    const ranges = queries.flatMap(({ at, expr }) =>
      [...expr.matchAll(/\b(?:rate|irate|resets)\([^[]*\[([^\]]*)\]/g)].map(([, range]) => ({ at, range })),
    );
    expect(ranges.length).toBeGreaterThan(50);
    expect(failing(ranges, ({ range }) => range === '$__rate_interval')).toEqual([]);
  });

  it('narrows every selector by job and instance, or by the job of LiteLLM; what rules record by its owners, and alerts are of Prometheus itself', () => {
    const narrowed = (selector: Selector) =>
      selector.metric === 'ALERTS' ||
      (selector.metric.includes(':') && matches(selector, 'gateway', '$gateway')) ||
      (isLitellm(selector)
        ? matches(selector, 'job', '$litellm_job')
        : matches(selector, 'job', '$job') && matches(selector, 'instance', '$instance'));
    expect(failing(selectors, narrowed)).toEqual([]);
  });

  it('never shows the level of a counter', () => {
    const isGrown = ({ metric, functions, range }: Selector) =>
      !/_(total|bucket|count|sum)$/.test(metric) ||
      LEVELS.includes(metric) ||
      metric.startsWith('redis_census_ttl_seconds_') ||
      (range !== undefined && /^(rate|increase)$/.test(functions[0] ?? ''));
    expect(failing(selectors, isGrown)).toEqual([]);
  });
});

describe('the queries of the dashboards', () => {
  it('name series that exist, and labels that they have', () => {
    const unknown = selectors.flatMap(({ at, metric, matchers }) => {
      const labels = LABELS.get(metric);
      return labels === undefined
        ? [`${at} ${metric}`]
        : matchers.filter(({ label }) => !labels.has(label)).map(({ label }) => `${at} ${metric} ${label}`);
    });
    expect(unknown).toEqual([]);
  });

  it('ask LiteLLM for what it has, as its recorded pages show', () => {
    const ofLitellm = Object.entries(FOREIGN).filter(([, { from }]) => from === 'litellm');
    const wrong = ofLitellm.flatMap(([metric, { labels }]) =>
      unknownToLitellm({ metric, matchers: [], functions: [], range: undefined }, [...labels]),
    );
    expect(ofLitellm.length).toBeGreaterThan(5);
    expect(wrong).toEqual([]);
  });

  it('group by labels that their series have', () => {
    const made = ['requested_model'];
    const labelsOf = (all: readonly Selector[]) => new Set(all.flatMap(({ metric }) => [...(LABELS.get(metric) ?? [])]).concat(made));
    expect(failing(parsed, ({ grouped, selectors: all }) => grouped.every((label) => labelsOf(all).has(label)))).toEqual([]);
  });

  it('name their series by labels that are left', () => {
    const named = parsed.filter(({ legendFormat = '' }) => legendFormat !== '');
    const templates = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    expect(named.length).toBeGreaterThan(100);
    expect(failing(named, ({ legendFormat, grouped }) => templates(legendFormat).every((label) => grouped.includes(label)))).toEqual([]);
  });

  it('have names of their own within a panel, and explicit kinds', () => {
    const isSound = ({ refId, instant, panel }: PlacedQuery) =>
      (panel.targets ?? []).filter((target) => target.refId === refId).length === 1 &&
      instant === ['stat', 'table', 'bargauge'].includes(panel.type);
    expect(failing(queries, isSound)).toEqual([]);
  });

  it('show every metric of the catalogue but those that the list explains', () => {
    const used = new Set(selectors.map(({ metric }) => metric));
    const unused = metricDocuments()
      .filter(({ name }) => !used.has(name) && !['_bucket', '_count', '_sum'].some((suffix) => used.has(name + suffix)))
      .map(({ otel_name }) => otel_name);
    expect(unused.sort()).toEqual(Object.keys(UNSHOWN).sort());
  });

  it('use every foreign metric that is listed', () => {
    const used = new Set(selectors.map(({ metric }) => metric));
    expect(Object.keys(FOREIGN).filter((name) => !used.has(name))).toEqual([]);
  });

  it('ask for exemplars of histograms only, and where the latencies of pairs are', () => {
    const asked = parsed.filter(({ exemplar }) => exemplar);
    expect(asked.map(({ dashboard }) => dashboard)).toContain('cache-truth');
    expect(failing(asked, ({ selectors: all }) => all.every(({ metric }) => metric.endsWith('_bucket')))).toEqual([]);
  });
});

describe('the states', () => {
  it.each([
    ['verdict', VERDICTS, closedSet('llm.cache.verdict', 'verdict')],
    ['cause', CAUSES, closedSet('llm.cache.cause', 'cause')],
    ['outcome', OUTCOMES, closedSet('llm.cache.last_outcome', 'outcome')],
    ['state of a credential', AUTH_STATES, closedSet('redis.auth.state', 'state')],
    ['role', ROLES, closedSet('redis.role', 'role')],
  ])('every %s has a word and a colour of its own', (_, states, members) => {
    expect(states.map(({ value }) => value).sort()).toEqual([...members].sort());
    expect(new Set(states.map(({ colour }) => colour)).size).toBe(states.length);
  });
});

describe('the panels', () => {
  it('say what they show and what to do', () => {
    expect(failing(shown, ({ description = '' }) => /^[^\n]{20,}\.\n\n\*\*What to do:\*\* [^\n]{10,}\.$/.test(description))).toEqual([]);
  });

  it('lie on the grid, beside each other and below each other', () => {
    const outside = failing(panels, ({ gridPos: { x, y, w, h } }) => x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 24);
    const overlaps = dashboards.flatMap(({ uid, panels: all }) =>
      all.flatMap((one, index) =>
        all
          .slice(index + 1)
          .filter((other) => meet(one, other))
          .map((other) => `${uid}: ${one.title} and ${other.title}`),
      ),
    );
    expect([...outside, ...overlaps]).toEqual([]);
  });

  it('fill the lines of the grid', () => {
    const gaps = dashboards.flatMap(({ uid, panels: all }) => {
      const widths: Record<string, number> = {};
      for (const { gridPos } of all) widths[gridPos.y] = (widths[gridPos.y] ?? 0) + gridPos.w;
      return Object.entries(widths).flatMap(([y, width]) => (width === 24 ? [] : [`${uid}: y ${y}`]));
    });
    expect(gaps).toEqual([]);
  });

  it.each(dashboards)('have names and numbers of their own in $uid', ({ panels: all }) => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
  });
});

describe('the alerts', () => {
  const alerts = readRules(join(import.meta.dirname, '../..')).alerts.filter(({ labels }) => labels.severity !== 'none');

  it('lead to a dashboard that is there, and that leads to their runbook', () => {
    const lost = alerts.filter(({ alert, annotations }) => {
      const target = dashboards.find(({ uid }) => annotations.dashboard?.split('?')[0] === `/d/${uid}`);
      return !target?.panels.some(({ links = [] }) => links.some(({ url }) => url === runbookUrl(alert)));
    });
    expect(alerts.length).toBeGreaterThan(30);
    expect(lost.map(({ alert, annotations }) => `${alert} ${annotations.dashboard}`)).toEqual([]);
  });
});

describe('the dashboards', () => {
  it('have the names that the alerts lead to', () => {
    expect(dashboards.map(({ uid, title }) => `${uid} ${title}`)).toEqual([
      'cache-truth Cache truth',
      'cache-redis Redis',
      'cache-auth AUTH and security',
      'cache-exporter Exporter itself',
      'cache-fleet Fleet',
      'cache-worth Cache worth',
    ]);
  });

  it('are of a version of the format that Grafana reads from files, and without fields that only menus know', () => {
    expect(dashboards.map(({ schemaVersion }) => schemaVersion)).toEqual(dashboards.map(() => 42));
    expect(dashboards.filter((each) => JSON.stringify(each).includes('inControlsMenu')).map(({ uid }) => uid)).toEqual([]);
  });

  it.each(dashboards)('$uid leads to the others and to the runbooks, and marks when a cache stopped', ({ links, tags, annotations }) => {
    expect(links[0]).toMatchObject({ type: 'dashboards', tags });
    expect(links[1]?.url).toBe(`${EXPORTER_URL}/runbooks/README`);
    expect(annotations.list.map(({ name }) => name)).toEqual(['Cache stopped working', 'Cache works']);
    for (const { expr } of annotations.list) expect(parsePromql(expr).problems).toEqual([]);
  });
});

describe('the provisioning', () => {
  const file = (name: string) => parse(readFileSync(join(import.meta.dirname, '../../grafana/provisioning', name), 'utf8'));

  it('opens the trace of an exemplar in Jaeger', () => {
    const { datasources } = file('datasources/datasources.yaml');
    const [prometheus, jaeger, alertmanager] = datasources;
    expect([prometheus.type, jaeger.type, alertmanager.type]).toEqual(['prometheus', 'jaeger', 'alertmanager']);
    expect(prometheus.jsonData.exemplarTraceIdDestinations).toEqual([
      { name: 'trace_id', datasourceUid: jaeger.uid, urlDisplayLabel: 'Open trace' },
    ]);
    expect(prometheus.jsonData.alertmanagerUid).toBe(alertmanager.uid);
    expect(alertmanager.jsonData.implementation).toBe('prometheus');
  });

  it('loads the dashboards from a folder', () => {
    const { providers } = file('dashboards/dashboards.yaml');
    expect(providers).toHaveLength(1);
    expect(providers[0]).toMatchObject({
      type: 'file',
      allowUiUpdates: false,
      options: { path: '/var/lib/grafana/dashboards/litellm-cache' },
    });
  });
});

function meet({ gridPos: one }: StoredPanel, { gridPos: other }: StoredPanel): boolean {
  return one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
}
