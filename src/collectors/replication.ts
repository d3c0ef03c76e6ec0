import { either, fieldCollector } from './fields.ts';

/** Replicas of a server and its link to a master. Without contact `master_last_io_seconds_ago` is -1. */
export const replication = fieldCollector('replication', [
  ['redis.replication.offset', 'master_repl_offset'],
  ['redis.slaves.connected', 'connected_slaves'],
  ['redis.master_link_up', 'master_link_status', either('up', 'down')],
  ['redis.master_last_io', 'master_last_io_seconds_ago'],
]);
