import { either, fieldCollector, flag } from './fields.ts';

/** Whether writing to disk works: where it does not, a server can refuse every write. */
export const persistence = fieldCollector('persistence', [
  ['redis.rdb.changes_since_last_save', 'rdb_changes_since_last_save'],
  ['redis.rdb.last_save.timestamp', 'rdb_last_save_time'],
  ['redis.rdb.last_bgsave_ok', 'rdb_last_bgsave_status', either('ok', 'err')],
  ['redis.rdb.bgsave_in_progress', 'rdb_bgsave_in_progress', flag],
  ['redis.aof.enabled', 'aof_enabled', flag],
  ['redis.aof.last_write_ok', 'aof_last_write_status', either('ok', 'err')],
]);
