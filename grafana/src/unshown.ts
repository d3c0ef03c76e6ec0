import type { Metric } from '../../src/catalogue/sample.ts';

/** The metrics of the catalogue that are on no dashboard, and why not. */
export const UNSHOWN = {
  'redis.memory.fragmentation': 'The ratio is shown, and it is what the advice on fragmentation is about.',
  'redis.memory.system': 'Memory of the host says nothing without the other processes on it.',
  'redis.aof.enabled': 'It is a setting and not a state; that a write of the file failed is shown.',
  'cache_exporter.external_url_info': 'It is the address to which the links of all dashboards lead.',
  'cache_exporter.log.lines_dropped': 'It is 0 unless the log cannot be written, and says nothing about the caches.',
  'llm.cache.fidelity.accepted': 'It repeats the configuration, and is there for the alert.',
  'redis.cache.writes': 'It is the input of the recording rules of reuse.',
  'redis.cache.rewrite_interval': 'It is the input of the recording rules of reuse.',
  'redis.cache.misses_at_ttl': 'It is the input of the recording rules of reuse.',
  'redis.cache.keys_at_ttl': 'It is the input of the recording rules of reuse.',
  'redis.cache.reuse.tracked_keys': 'It says how the estimate is made, and nothing of the caches.',
  'redis.cache.reuse.tracked_keys_limit': 'It is a setting and not a state.',
  'redis.cache.reuse.forgotten': 'It is 0 unless the sample is too large for the traffic.',
  'redis.cache.reuse.dropped': 'It is 0 unless the server or the exporter is overloaded.',
  'redis.cache.reuse.sample': 'It repeats the configuration.',
  'redis.cache.reuse.up': 'It is told on the page and by the other metrics of reuse, which stop to rise.',
  'process.uptime': 'The time of the start is shown and says the same.',
} as const satisfies Partial<Record<Metric, string>>;
