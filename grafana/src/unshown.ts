import type { Metric } from '../../src/catalogue/sample.ts';

/** The metrics of the catalogue that are on no dashboard, and why not. */
export const UNSHOWN = {
  'redis.memory.fragmentation': 'The ratio is shown, and it is what the advice on fragmentation is about.',
  'redis.memory.system': 'Memory of the host says nothing without the other processes on it.',
  'redis.aof.enabled': 'It is a setting and not a state; that a write of the file failed is shown.',
  'cache_exporter.external_url_info': 'It is the address to which the links of all dashboards lead.',
  'cache_exporter.log.lines_dropped': 'It is 0 unless the log cannot be written, and says nothing about the caches.',
  'llm.cache.fidelity.accepted': 'It repeats the configuration, and is there for the alert.',
  'redis.cache.misses_at_ttl': 'It is the input of a recording rule, which is shown.',
  'process.uptime': 'The time of the start is shown and says the same.',
} as const satisfies Partial<Record<Metric, string>>;
