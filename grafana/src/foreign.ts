/**
 * The metrics that the dashboards show beside those of the catalogue, with the labels that they use. LiteLLM's
 * have the label `gateway` only where the scrape job gives it to them. Those `from: 'rules'` are recorded by the rules of
 * deploy/prometheus/rules and belong to no job.
 *
 * LiteLLM's need `callbacks: [prometheus]` and, those of Redis, `service_callback: [prometheus_system]`
 * in `litellm_settings`. Its `litellm_cache_misses_metric_total` is not here: LiteLLM up to 1.110 at least counts
 * streamed misses only with it, so a ratio of hits to hits and misses would be too high.
 */
export const FOREIGN = {
  litellm_cache_hits_metric_total: { from: 'litellm', kind: 'counter', labels: ['gateway', 'model_id'] },
  litellm_proxy_total_requests_metric_total: {
    from: 'litellm',
    kind: 'counter',
    labels: ['gateway', 'model_id', 'requested_model', 'status_code'],
  },
  litellm_spend_metric_total: { from: 'litellm', kind: 'counter', labels: ['gateway', 'model'] },
  litellm_redis_failed_requests_total: { from: 'litellm', kind: 'counter', labels: ['error_class', 'function_name'] },
  litellm_redis_latency_bucket: { from: 'litellm', kind: 'counter', labels: ['le'] },
  litellm_redis_circuit_breaker_state: { from: 'litellm', kind: 'gauge', labels: ['state'] },

  otel_sdk_exporter_span_exported_total: { from: 'exporter', kind: 'counter', labels: ['error_type'] },
  otel_sdk_processor_span_processed_total: { from: 'exporter', kind: 'counter', labels: ['error_type'] },
  otel_sdk_processor_span_queue_size: { from: 'exporter', kind: 'gauge', labels: [] },
  otel_sdk_processor_span_queue_capacity: { from: 'exporter', kind: 'gauge', labels: [] },

  'gateway:litellm_cache_hits:ratio_increase1h': { from: 'rules', kind: 'gauge', labels: ['gateway'] },
  'gateway_model:llm_cache_saved_usd:rate1h': { from: 'rules', kind: 'gauge', labels: ['gateway', 'model'] },
  'gateway:llm_cache_lost_usd:rate10m': { from: 'rules', kind: 'gauge', labels: ['gateway'] },
  'gateway:llm_cache_lost_usd:increase1h': { from: 'rules', kind: 'gauge', labels: ['gateway'] },
  'redis_target_gateway:redis_cache_misses:increase1d': { from: 'rules', kind: 'gauge', labels: ['redis_target', 'gateway'] },
  'redis_target_gateway_ttl:redis_cache_misses:ratio_increase1d': {
    from: 'rules',
    kind: 'gauge',
    labels: ['redis_target', 'gateway', 'ttl'],
  },
  'redis_target_gateway_lost:redis_cache_rewrites:increase1d': {
    from: 'rules',
    kind: 'gauge',
    labels: ['redis_target', 'gateway', 'lost'],
  },

  up: { from: 'prometheus', kind: 'gauge', labels: [] },
  scrape_duration_seconds: { from: 'prometheus', kind: 'gauge', labels: [] },
  scrape_samples_scraped: { from: 'prometheus', kind: 'gauge', labels: [] },
} as const satisfies Record<
  string,
  { from: 'litellm' | 'exporter' | 'prometheus' | 'rules'; kind: 'counter' | 'gauge'; labels: readonly string[] }
>;
export type Foreign = keyof typeof FOREIGN;
