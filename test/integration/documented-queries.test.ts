import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shippedRules } from '../../dev/alerting.ts';
import type { RunningPrometheus } from '../../dev/prometheus.ts';
import { placedQueries, storedDashboards, substitute } from '../support/dashboards.ts';
import { blocks, pagesIn } from '../support/documentation.ts';
import { eventually } from '../support/eventually.ts';
import { hasty } from '../support/hasty.ts';
import { metricLines } from '../support/metrics-text.ts';
import { lacksProgram, startPrometheus } from '../support/prometheus.ts';
import { syntheticPage } from '../support/synthetic-page.ts';

/** How much faster than shipped the rules are: a minute takes a second. */
const HASTE = 60;

/** Every PromQL expression of the runbooks and of the pages on operations. */
const documented = [...pagesIn('docs/runbooks'), ...pagesIn('docs/operations')].flatMap(({ path, text }) =>
  blocks(text, 'promql').flatMap((block) =>
    block
      .trim()
      .split('\n')
      .map((expr) => ({ at: `${basename(path, '.md')}: ${expr}`, expr })),
  ),
);

const VARIABLES = {
  job: '.+',
  instance: '.+',
  target: '.+',
  gateway: '.+',
  litellm_job: '.+',
  window: '5m',
  __rate_interval: '10s',
  __range: '1m',
};
const drawn = placedQueries(storedDashboards())
  .filter(({ dashboard }) => dashboard === 'cache-worth')
  .map(({ at, expr }) => ({ at, expr: substitute(expr, VARIABLES) }));

/** Queries that give nothing on such a page, and why. */
const SILENT: Readonly<Record<string, string>> = {
  'CacheExporterAbsent: absent(up{job="litellm-cache-exporter"})': 'the exporter is scraped',
  'CacheExporterAbsent: prometheus_config_last_reload_successful': 'Prometheus does not scrape itself here',
  'CacheExporterConfigReloadFailed: cache_exporter_config_last_reload_successful == 0': 'it succeeded',
  'CacheExporterTraceExportFailing: otel_sdk_processor_span_queue_size': 'of the SDK, not of the catalogue',
  'CacheExporterTraceExportFailing: sum by (error_type) (increase(otel_sdk_exporter_span_exported_total{error_type!=""}[10m])) > 0':
    'of the SDK, not of the catalogue',
  'CacheNotShared: llm_cache_probe_replica_coverage_ratio < 1': 'all replicas are covered',
  'CacheVerdictUnknown: llm_cache_probe_lease_held == 0': 'the lease is held',
  'GatewayUnreachable: llm_gateway_up == 0': 'the gateway is up',
  'RedisAuthFlapping: changes(redis_uptime_seconds_total[15m]) == 0': 'the time since the start changes',
  'RedisClusterDown: redis_cluster_state == 0': 'the cluster is up',
  'RedisNodeDown: max by (redis_target, redis_node) (redis_up{redis_node!=""}) == 0': 'no target is a cluster',
  'RedisPersistenceFailing: redis_rdb_last_bgsave_ok == 0 or redis_aof_last_write_ok == 0': 'both succeeded',
  'RedisReplicationLinkDown: redis_master_link_up == 0': 'the link is up',
  'Watchdog: alertmanager_notifications_failed_total': 'Alertmanager is not scraped here',
  'Watchdog: prometheus_notifications_dropped_total': 'Prometheus does not scrape itself here',
  'Watchdog: prometheus_notifications_errors_total': 'Prometheus does not scrape itself here',
};

/** How much LiteLLM's counters grow in a second; any other by one. */
const GROWTH: Readonly<Record<string, number>> = {
  litellm_proxy_total_requests_metric_total: 10,
  litellm_requests_metric_total: 10,
  litellm_cache_hits_metric_total: 6,
  litellm_total_tokens_metric_total: 1_000,
  litellm_cached_tokens_metric_total: 600,
  litellm_spend_metric_total: 0.04,
};

/** What hits make grow, and no outage. */
const OF_HITS = ['litellm_cache_hits_metric_total', 'litellm_cached_tokens_metric_total'];

describe.skipIf(await lacksProgram('prometheus'))(
  'on a Prometheus that has every series of the catalogue and of a recorded LiteLLM',
  () => {
    const start = performance.now();
    const age = () => (performance.now() - start) / 1_000;
    let dir = '';
    let close = () => {};
    /** When the outage of the cache begins, by its age: as soon as the rules know what it gives. */
    let outage = Number.POSITIVE_INFINITY;
    let prometheus: RunningPrometheus;

    async function seriesOf(query: string): Promise<unknown[]> {
      const { result }: { result: unknown[] } = Object(await prometheus.api('query', { query }));
      return result;
    }

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'lce-queries-'));
      const recorded = metricLines(await readFile(join(import.meta.dirname, '../fixtures/litellm-1.110.2/metrics.txt'), 'utf8'));
      const gauge = (name: string, { verdict }: Readonly<Record<string, string>>) => {
        if (name.endsWith('timestamp_seconds')) return Date.now() / 1_000;
        return name === 'llm_cache_verdict' ? Number(verdict === (age() < outage ? 'working' : 'not_caching')) : undefined;
      };
      const litellm = () =>
        recorded.map(({ name, labels }) => {
          const inside = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
          const grown = OF_HITS.includes(name) ? Math.min(age(), outage) : age();
          return `${name}{${inside.join(',')}} ${grown * (GROWTH[name] ?? 1)}`;
        });
      const server = createServer(({ url = '' }, response) => {
        response.setHeader('content-type', 'text/plain; version=0.0.4');
        response.end(url.includes('litellm') ? `${litellm().join('\n')}\n` : syntheticPage(age(), gauge));
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      close = () => {
        server.closeAllConnections();
        server.close();
      };
      const address = server.address();
      const target = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
      const rules = await Promise.all(
        (await shippedRules()).map(async (file) => {
          const copy = join(dir, basename(file));
          await writeFile(copy, hasty(await readFile(file, 'utf8'), HASTE));
          return copy;
        }),
      );
      prometheus = await startPrometheus({
        scrape: {},
        rules,
        config: {
          scrape_configs: [
            { job_name: 'litellm-cache-exporter', static_configs: [{ targets: [target] }] },
            { job_name: 'litellm', metrics_path: '/litellm', static_configs: [{ targets: [target], labels: { gateway: 'litellm' } }] },
          ],
        },
      });
      await eventually(async () => (await seriesOf('gateway_deployment:litellm_cached_tokens:ratio_increase1h > 0')).length > 0, 120_000);
      outage = age();
      await eventually(async () => (await seriesOf('gateway:llm_cache_lost_usd:increase1h > 0')).length > 0, 120_000);
      // The rules with the longest windows have something to tell last.
      const all = [...documented, ...drawn];
      await eventually(async () => (await silent(all)).length <= Object.keys(SILENT).length, 120_000);
    }, 400_000);
    afterAll(async () => {
      close();
      await rm(dir, { recursive: true });
    });

    it('every query of a runbook gives series', async () => {
      expect(documented.length).toBeGreaterThan(50);
      expect(await silent(documented)).toEqual(Object.keys(SILENT).sort());
    });

    it('every panel of Cache worth has something to show', async () => {
      expect(drawn.length).toBeGreaterThan(15);
      expect(await silent(drawn)).toEqual([]);
    });

    async function silent(queries: readonly { at: string; expr: string }[]): Promise<string[]> {
      const names: string[] = [];
      for (const { at, expr } of queries) if ((await seriesOf(expr)).length === 0) names.push(at);
      return names.sort();
    }
  },
);
