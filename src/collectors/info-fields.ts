import type { LabelsOf, Metric } from '../catalogue/sample.ts';
import { type Info, parseCount, parseFlag, parseNumber, type Section } from '../redis/replies/info.ts';
import { INFO } from '../redis/replies/query.ts';

/** Metrics that have no labels besides the target's. */
type Unlabelled = { [N in Metric<'gauge' | 'counter'>]: LabelsOf<N> extends Record<string, never> ? N : never }[Metric<
  'gauge' | 'counter'
>];

/** A metric and the INFO field that it is; without a conversion the field is a count or a measure in the metric's unit. */
type Field<N extends Unlabelled> = readonly [metric: N, field: string, convert?: (text: string) => number | undefined];

/** A sample of a metric without labels. */
interface PlainSample<N> {
  readonly metric: N;
  readonly labels: Record<string, never>;
  readonly value: number;
}

/** Who is connected. */
const clients = fieldCollector('clients', [
  ['redis.clients.connected', 'connected_clients'],
  ['redis.clients.blocked', 'blocked_clients'],
  ['redis.clients.max', 'maxclients'],
  ['redis.clients.paused', 'paused_actions', paused],
  ['redis.clients.max_input_buffer', 'client_recent_max_input_buffer'],
  ['redis.clients.max_output_buffer', 'client_recent_max_output_buffer'],
]);

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
  ['redis.memory.fragmentation', 'mem_fragmentation_bytes', parseNumber],
  ['redis.memory.system', 'total_system_memory'],
  ['redis.maxmemory', 'maxmemory', nonZero],
]);

/** Whether writing to disk works: where it does not, a server can refuse every write. */
const persistence = fieldCollector('persistence', [
  ['redis.rdb.changes_since_last_save', 'rdb_changes_since_last_save'],
  ['redis.rdb.last_save.timestamp', 'rdb_last_save_time'],
  ['redis.rdb.last_bgsave_ok', 'rdb_last_bgsave_status', either('ok', 'err')],
  ['redis.rdb.bgsave_in_progress', 'rdb_bgsave_in_progress', flag],
  ['redis.aof.enabled', 'aof_enabled', flag],
  ['redis.aof.last_write_ok', 'aof_last_write_status', either('ok', 'err')],
]);

/** What a server did since it started or its statistics were reset. Look-ups of keys are counted in `watch/target/attribution.ts`. */
const stats = fieldCollector('stats', [
  ['redis.connections.received', 'total_connections_received'],
  ['redis.connections.rejected', 'rejected_connections'],
  ['redis.clients.evicted', 'evicted_clients'],
  ['redis.clients.output_buffer_disconnections', 'client_output_buffer_limit_disconnections'],
  ['redis.keys.expired', 'expired_keys'],
  ['redis.keys.evicted', 'evicted_keys'],
  ['redis.eviction.exceeded_time', 'total_eviction_exceeded_time', milliseconds],
  ['redis.commands.processed', 'total_commands_processed'],
  ['redis.net.input', 'total_net_input_bytes'],
  ['redis.net.output', 'total_net_output_bytes'],
  ['redis.eventloop.duration', 'eventloop_duration_sum', microseconds],
  ['redis.error_replies', 'total_error_replies'],
  ['redis.fork.last.duration', 'latest_fork_usec', microseconds],
]);

/** Replicas of a server and its link to a master. Without contact `master_last_io_seconds_ago` is -1. */
export const replication = fieldCollector('replication', [
  ['redis.replication.offset', 'master_repl_offset'],
  ['redis.slaves.connected', 'connected_slaves'],
  ['redis.master_link_up', 'master_link_status', either('up', 'down')],
  ['redis.master_last_io', 'master_last_io_seconds_ago'],
]);

/** The collectors of plain fields, one for each section of INFO, which gives it its name. */
export const INFO_FIELDS = [clients, memory, persistence, stats, replication] as const;

/** A collector of the plain fields of one section of INFO. A field that the server does not have gives no sample. */
function fieldCollector<const N extends Unlabelled>(section: string, fields: readonly Field<N>[]) {
  return {
    name: section,
    metrics: fields.map(([metric]) => metric),
    queries: { info: INFO },
    read: ({ info }: { readonly info: Info }) => readFields(info.section(section), fields),
  };
}

function readFields<N extends Unlabelled>(section: Section, fields: readonly Field<N>[]): PlainSample<N>[] {
  return fields.flatMap(([metric, field, convert = parseCount]) => {
    const text = section.get(field);
    const value = text === undefined ? undefined : convert(text);
    return value === undefined ? [] : [{ metric, labels: {}, value }];
  });
}

/** Milliseconds as seconds. */
function milliseconds(text: string): number | undefined {
  return scaled(text, 1e3);
}

/** Microseconds as seconds. */
function microseconds(text: string): number | undefined {
  return scaled(text, 1e6);
}

/** A number where 0 means that there is none. */
function nonZero(text: string): number | undefined {
  return parseCount(text) || undefined;
}

/** 1 or 0; nothing for anything else. */
function flag(text: string): number | undefined {
  const set = parseFlag(text);
  return set === undefined ? undefined : Number(set);
}

/** Whether clients wait, for all commands or for those that write; nothing for a third word. */
function paused(text: string): number | undefined {
  return text === 'none' ? 0 : text === 'all' || text === 'write' ? 1 : undefined;
}

/** 1 for the one word, 0 for the other; nothing for a third, whose meaning nobody knows. */
function either(yes: string, no: string): (text: string) => number | undefined {
  return (text) => (text === yes ? 1 : text === no ? 0 : undefined);
}

function scaled(text: string, divisor: number): number | undefined {
  const value = parseCount(text);
  return value === undefined ? undefined : value / divisor;
}
