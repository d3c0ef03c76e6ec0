import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CAUSES, VERDICTS } from '../../grafana/src/states.ts';
import { lacksChromium, startChromium } from '../support/chromium.ts';
import { placedQueries, storedDashboards } from '../support/dashboards.ts';
import { eventually } from '../support/eventually.ts';
import { lacksJaeger } from '../support/jaeger.ts';
import { metricValue } from '../support/metrics-text.ts';
import { type Answer, ask, askExemplars, askMarks, drawnPanels, grafanaVariables } from '../support/preview/ask.ts';
import type { Range } from '../support/preview/data.ts';
import { PAGE_WIDTH, previewPage } from '../support/preview/page.ts';
import { lacksProgram } from '../support/prometheus.ts';
import { startWatchedStack, type WatchedStack } from '../support/watched-stack.ts';

const PICTURES = join(import.meta.dirname, '../../.stack/dashboards');
/** How long the outage goes on after its cause was found, so that every rate has seen it. */
const AFTER_MS = 6_000;

/** Queries that have nothing to show in this installation, and why. */
const SILENT: Readonly<Record<string, string>> = {
  'cache-auth: Certificate ends in: A': 'only for a target with rediss://',
  'cache-exporter: Lists: A': 'only with discovery',
  'cache-exporter: Lists: B': 'only with discovery',
  'cache-exporter: Lists: C': 'only with discovery',
  'cache-exporter: Lists: D': 'only with discovery',
  'cache-exporter: Lists: E': 'only with discovery',
  'cache-exporter: Requests to the origin: A': 'only with an origin',
  'cache-exporter: Spans: B': 'only while spans are dropped, which Jaeger being up prevents',
  'cache-exporter: Who probes: A': 'only with a lease',
  'cache-redis: Clients: C': 'only of Valkey',
  'cache-redis: Cluster: A': 'only where the server is a node of a cluster',
  'cache-redis: How many Sentinels: A': 'only for a target with sentinel',
  'cache-redis: How many Sentinels: B': 'only for a target with sentinel',
  'cache-redis: How many Sentinels: C': 'only for a target with sentinel',
  'cache-redis: How many Sentinels: D': 'only for a target with sentinel',
  'cache-redis: Nodes and slots of clusters: A': 'only for a target with cluster',
  'cache-redis: Nodes and slots of clusters: B': 'only for a target with cluster',
  'cache-redis: Sentinels: A': 'only for a target with sentinel',
  'cache-redis: Slow log: B': 'only of Valkey',
  'cache-truth: Answers by shape: A': 'only of a gateway with origin',
  'cache-truth: Answers that cross from tenant to tenant: A': 'only with gateways[].tenants',
  'cache-truth: Coverage of the replicas: A': 'only with gateways[].addresses, after a full cycle',
  'cache-truth: Tries by result: A': 'only of a gateway with origin',
};

const lacking = (await lacksProgram('prometheus')) || (await lacksJaeger());

describe.skipIf(lacking)('the dashboards, on a real Prometheus that watched a real outage', async () => {
  const dashboards = storedDashboards();
  const queries = placedQueries(dashboards);
  const answers = new Map<string, Answer>();
  const exemplars = new Map<string, { traceId: string; at: number; value: number }[]>();
  let stack: WatchedStack;
  let range: Range;
  let rotated: number;
  let variables: Record<string, string>;

  beforeAll(async () => {
    const rules = join(await mkdtemp(join(tmpdir(), 'lce-rules-')), 'rules.yaml');
    await writeFile(rules, alertsThatFire());
    stack = await startWatchedStack([rules]);
    await eventually(async () => isWorking(await stack.exporter.metrics()), 60_000);
    const start = Math.floor(Date.now() / 1000);
    await stack.use(async () => isMeasured(await stack.exporter.metrics()), 60_000);
    rotated = Date.now() / 1000;
    await stack.rotate();
    await stack.use(async () => isLockedOut(await stack.exporter.metrics()), 60_000);
    const found = performance.now();
    await stack.use(() => performance.now() > found + AFTER_MS, 2 * AFTER_MS);
    range = { start, end: Math.floor(Date.now() / 1000), step: 1 };
    variables = grafanaVariables(range, 1, '30s');
    for (const query of queries) {
      answers.set(query.at, await ask(stack.prometheus, query, range, variables));
      if (query.exemplar) exemplars.set(query.at, await askExemplars(stack.prometheus, query, range, variables));
    }
  });

  it('run every query without a remark', () => {
    expect([...answers].flatMap(([at, { remarks }]) => remarks.map((remark) => `${at}: ${remark}`))).toEqual([]);
    expect(answers.size).toBe(queries.length);
  });

  it('have data for every query but those that the list explains', () => {
    // Cache worth needs prices, a sample and recorded series: documented-queries.test.ts shows that all of it has data.
    const silent = [...answers].filter(([at, { series }]) => series.length === 0 && !at.startsWith('cache-worth: ')).map(([at]) => at);
    expect(silent.sort()).toEqual(Object.keys(SILENT));
  });

  it('give every series a name of its own within its panel', () => {
    const same = queries
      .filter(({ panel }) => panel.type !== 'table')
      .flatMap(({ at }) => {
        const names = answers.get(at)?.series.map(({ name }) => name) ?? [];
        return names.filter((name, index) => name === '' || names.indexOf(name) !== index).map((name) => `${at}: ${name}`);
      });
    expect(same).toEqual([]);
  });

  it('find values for every variable', async () => {
    const found = await Promise.all(
      dashboards
        .flatMap(({ templating }) => templating.list)
        .flatMap(({ query }) => {
          const [, match = '', label = ''] = /^label_values\((.+), (\w+)\)$/.exec(String(Object(query).query)) ?? [];
          return label === '' ? [] : [stack.prometheus.api(`label/${label}/values`, { 'match[]': match.replaceAll(/\$\w+/g, '.+') })];
        }),
    );
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter((values) => !(Array.isArray(values) && values.length > 0))).toEqual([]);
  });

  it('tell the outage: a cache that works, then one that Redis does not let in', () => {
    const course = (title: string, states: readonly { value: string }[], isIn: (at: number) => boolean) => {
      const points = answers.get(`cache-truth: ${title}: A`)?.series.find(({ name }) => name === 'production')?.points ?? [];
      return points.filter(([at]) => isIn(at)).map(([, place]) => states[place]?.value);
    };
    expect(course('Verdict over time', VERDICTS, (at) => at < rotated)).toContain('working');
    expect(course('Cause over time', CAUSES, (at) => at < rotated)).toContain('none');
    const verdicts = course('Verdict over time', VERDICTS, (at) => at > rotated);
    // Which of the three it is depends on which route was asked last.
    expect(verdicts.some((verdict) => /^(memory_only|not_caching|not_in_redis)$/.test(verdict ?? ''))).toBe(true);
    expect(course('Cause over time', CAUSES, (at) => at > rotated)).toContain('redis_auth');
  });

  it('count the requests of users alone in their hit ratio', () => {
    // Users ask each question five times, the probes each of theirs twice.
    const points = answers.get("cache-truth: Hit ratio of users' requests: A")?.series[0]?.points ?? [];
    expect(points.length).toBeGreaterThan(5);
    expect(points.reduce((sum, [, ratio]) => sum + ratio, 0) / points.length).toBeCloseTo(0.8, 1);
  });

  it('show the exporter alone where other processes have series of the same names', () => {
    const names = new Set(
      queries
        .filter(({ dashboard }) => dashboard === 'cache-exporter')
        .flatMap(({ at }) => answers.get(at)?.series.map(({ labels }) => labels.instance)),
    );
    names.delete(undefined);
    expect([...names]).toEqual([`127.0.0.1:${stack.exporter.port}`]);
  });

  it('mark when the cache stopped working', async () => {
    const [truth] = dashboards;
    const marks = truth === undefined ? [] : await askMarks(stack.prometheus, truth, range, variables);
    const stopped = marks.filter(({ text }) => text === 'production: the cache does not work since then');
    expect(stopped.some(({ at }) => at > rotated && at < range.end)).toBe(true);
  });

  it('lead from the marks on a latency to the trace in Jaeger', async () => {
    const found = [...exemplars].filter(([at]) => at.startsWith('cache-truth: First answer')).flatMap(([, all]) => all);
    expect(found.length).toBeGreaterThan(10);
    const [{ traceId } = { traceId: '' }] = found;
    const spans = await eventually(async () => {
      const all = await stack.jaeger.spans(traceId);
      return all.some(({ operationName }) => operationName === 'gateway production') && all;
    }, 10_000);
    expect(spans.map(({ operationName }) => operationName)).toEqual(expect.arrayContaining(['first', 'duplicate']));
  });

  it.skipIf(await lacksChromium())('can be drawn', async () => {
    await mkdir(PICTURES, { recursive: true });
    const tab = await startChromium();
    for (const dashboard of dashboards) {
      const marks = await askMarks(stack.prometheus, dashboard, range, variables);
      const page = previewPage(dashboard, drawnPanels(dashboard, answers, exemplars, dashboard.uid), range, marks);
      const file = join(PICTURES, `${dashboard.uid}.html`);
      await writeFile(file, page);
      await tab.look(PAGE_WIDTH, 900, 'dark');
      await tab.open(`file://${file}`);
      expect(tab.complaints).toEqual([]);
      expect(await tab.ask('document.querySelectorAll(".panel").length')).toBe(
        dashboard.panels.filter(({ type }) => type !== 'row').length,
      );
      expect(await tab.ask('document.documentElement.innerHTML.match(/NaN|undefined|Infinity/)?.[0] ?? null')).toBeNull();
      await writeFile(join(PICTURES, `${dashboard.uid}.png`), await tab.picture());
    }
  });
});

/** Whether enough pairs hit for the median of the speed-up and its bounds. */
function isMeasured(page: string): boolean {
  const speedup = (route: string) => metricValue(page, 'llm_cache_probe_speedup_median_ratio', { route, bound: 'point' });
  return speedup('completions') !== undefined && speedup('chat_stream') !== undefined;
}

function isWorking(page: string): boolean {
  return metricValue(page, 'llm_cache_verdict', { gateway: 'production', verdict: 'working' }) === 1;
}

function isLockedOut(page: string): boolean {
  return metricValue(page, 'llm_cache_cause', { gateway: 'production', cause: 'redis_auth' }) === 1;
}

/** Three alerts with the labels of the shipped rules and without their patience. */
function alertsThatFire(): string {
  const auth = { alert: 'RedisAuthFailing', expr: 'redis_auth_state{state="failed"} == 1', labels: { severity: 'page', category: 'auth' } };
  const path = {
    alert: 'CacheRedisPathBroken',
    expr: 'llm_cache_verdict{verdict="memory_only"} == 1',
    labels: { severity: 'page', category: 'cache' },
  };
  const reload = {
    alert: 'CacheExporterConfigReloadFailed',
    expr: 'cache_exporter_config_last_reload_successful == 0',
    labels: { severity: 'ticket', category: 'exporter' },
  };
  return stringify({ groups: [{ name: 'dashboards', rules: [auth, path, reload] }] });
}
