import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metricSources } from '../../scripts/metric-sources.ts';
import { type MetricDefinition, OWNER_LABEL } from '../../src/catalogue/definition.ts';
import { CATALOGUE } from '../../src/catalogue/index.ts';
import { metricDocuments } from '../../src/catalogue/markdown.ts';
import { labelName } from '../../src/catalogue/prometheus-name.ts';

const DEFINITIONS = Object.entries<MetricDefinition>(CATALOGUE);

describe('every metric of the catalogue', () => {
  it('has a Prometheus name of its own', () => {
    const names = metricDocuments().map((metric) => metric.name);
    expect(names).toEqual([...new Set(names)]);
    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
  });

  it('has help that is a sentence', () => {
    expect(DEFINITIONS.filter(([, { help }]) => !/^[A-Z0-9].*[.]$/.test(help)).map(([name]) => name)).toEqual([]);
  });

  it('has labels that stay apart after translation and apart from those that Prometheus sets', () => {
    for (const [name, { labels, owner }] of DEFINITIONS) {
      const translated = Object.keys(labels).map(labelName);
      expect(translated, name).toEqual([...new Set(translated)]);
      for (const reserved of ['job', 'instance', 'le', 'quantile', ...Object.values(OWNER_LABEL)]) {
        if (name === 'cache_exporter.gateway_target_info' && reserved === OWNER_LABEL.target) continue;
        // What a target tells of the caches of its gateways.
        if (owner === 'target' && name.startsWith('redis.cache.') && reserved === OWNER_LABEL.gateway) continue;
        expect(translated, name).not.toContain(reserved);
      }
    }
  });

  it('has a state label that is a closed set of the metric, where it is a state set', () => {
    for (const [name, definition] of DEFINITIONS) {
      if (definition.kind === 'states') expect(definition.labels[definition.state], name).toBeInstanceOf(Array);
    }
  });

  it('has bounds that rise, where it is a histogram', () => {
    for (const [name, definition] of DEFINITIONS) {
      if (definition.kind !== 'histogram') continue;
      expect(definition.buckets, name).toEqual([...definition.buckets].sort((a, b) => a - b));
    }
  });
});

describe('docs/metrics.md', () => {
  const root = join(import.meta.dirname, '../..');
  const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');

  it('names by each Prometheus name the file that emits the metric', () => {
    const sources = metricSources(root);
    const wrong = metricDocuments().filter(({ name, otel_name }) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\`<br>`)) ?? '';
      const named = [...row.matchAll(/`(src\/[\w/-]+\.ts)`/g)].map(([, path = '']) => path);
      return named.length === 0 || named.join() !== sources.get(otel_name)?.join() || !named.every((path) => existsSync(join(root, path)));
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('has files that read or watch as sources, and never the catalogue or the pages', () => {
    const folders = [...metricSources(root).values()].flat().map((path) => path.split('/')[1]);
    expect([...new Set(folders)].sort()).toEqual(['census', 'collectors', 'discovery', 'fleet', 'reuse', 'telemetry', 'watch']);
  });
});

describe('the names that dashboards and rules of users rely on', () => {
  const FIXED = [
    'redis_up',
    'redis_info',
    'redis_loading',
    'redis_master_link_up',
    'redis_rdb_last_bgsave_ok',
    'redis_aof_last_write_ok',
    'redis_cmd_rejected_total',
    'redis_cmd_failed_total',
    'redis_tls_certificate_expiry_timestamp_seconds',
    'redis_auth_state',
    'redis_auth_attempts_total',
    'redis_auth_failures_total',
    'redis_auth_last_success_timestamp_seconds',
    'redis_auth_last_failure_timestamp_seconds',
    'redis_auth_required',
    'redis_auth_rejections_total',
    'redis_uptime_seconds_total',
    'redis_clients_connected',
    'redis_clients_blocked',
    'redis_clients_max',
    'redis_connections_received_total',
    'redis_connections_rejected_total',
    'redis_memory_used_bytes',
    'redis_memory_peak_bytes',
    'redis_memory_rss_bytes',
    'redis_maxmemory_bytes',
    'redis_memory_fragmentation_ratio',
    'redis_keyspace_hits_total',
    'redis_keyspace_misses_total',
    'redis_keys_evicted_total',
    'redis_keys_expired_total',
    'redis_commands_processed_total',
    'redis_cmd_calls_total',
    'redis_cmd_time_seconds_total',
    'redis_net_input_bytes_total',
    'redis_net_output_bytes_total',
    'redis_cpu_time_seconds_total',
    'redis_db_keys',
    'redis_db_expires',
    'redis_db_ttl_avg_seconds',
    'redis_census_keys',
    'redis_census_bytes',
    'redis_census_without_ttl',
    'redis_census_coverage_ratio',
    'redis_census_last_run_timestamp_seconds',
    'redis_fork_last_duration_seconds',
    'redis_rdb_changes_since_last_save',
    'redis_slaves_connected',
    'redis_replication_offset_bytes',
    'redis_role',
    'redis_errors_total',
    'redis_slowlog_length',
    'redis_scrape_duration_seconds',
    'redis_scrape_last_success_timestamp_seconds',
    'redis_scrape_failures_total',
    'db_client_operation_duration_seconds',
    'db_client_connection_create_time_seconds',
    'llm_gateway_up',
    'llm_gateway_ready',
    'llm_gateway_info',
    'cache_exporter_gateway_target_info',
    'llm_cache_probe_interval_seconds',
    'llm_cache_probe_pairs_total',
    'llm_cache_probe_request_duration_seconds',
    'llm_cache_probe_phase_duration_seconds',
    'llm_cache_probe_time_to_first_chunk_seconds',
    'llm_cache_probe_speedup',
    'llm_cache_probe_speedup_median_ratio',
    'llm_cache_probe_write_lag_seconds',
    'llm_cache_probe_key_ttl_seconds',
    'llm_cache_probe_replica_coverage_ratio',
    'llm_cache_probe_last_run_timestamp_seconds',
    'llm_cache_probe_skipped_total',
    'llm_cache_probe_lease_held',
    'llm_cache_probe_cost_usd_total',
    'llm_cache_probe_budget_usd',
    'llm_cache_last_outcome',
    'llm_cache_verdict',
    'llm_cache_cause',
    'llm_cache_verdict_since_timestamp_seconds',
    'http_client_request_duration_seconds',
    'http_client_active_requests',
    'gen_ai_client_operation_duration_seconds',
    'gen_ai_client_token_usage',
    'process_cpu_time_seconds_total',
    'process_memory_usage_bytes',
    'process_uptime_seconds',
    'nodejs_eventloop_delay_p99_seconds',
    'nodejs_eventloop_utilization_ratio',
  ] as const;

  it('are all there', () => {
    const names = new Set(metricDocuments().map((metric) => metric.name));
    expect(FIXED.filter((name) => !names.has(name))).toEqual([]);
  });
});
