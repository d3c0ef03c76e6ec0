import { fieldCollector, nonZero, signed } from './fields.ts';

/** What memory is spent on. `maxmemory` 0 means that there is no limit. */
export const memory = fieldCollector('memory', [
  ['redis.memory.used', 'used_memory'],
  ['redis.memory.peak', 'used_memory_peak'],
  ['redis.memory.rss', 'used_memory_rss'],
  ['redis.memory.dataset', 'used_memory_dataset'],
  ['redis.memory.overhead', 'used_memory_overhead'],
  ['redis.memory.lua', 'used_memory_lua'],
  ['redis.memory.not_counted_for_eviction', 'mem_not_counted_for_evict'],
  ['redis.memory.clients', 'mem_clients_normal'],
  ['redis.memory.fragmentation_ratio', 'mem_fragmentation_ratio'],
  ['redis.memory.fragmentation', 'mem_fragmentation_bytes', signed],
  ['redis.memory.system', 'total_system_memory'],
  ['redis.maxmemory', 'maxmemory', nonZero],
]);
