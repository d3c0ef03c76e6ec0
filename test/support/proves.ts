import type { Cause } from '../../src/model/cache.ts';
import type { Counted } from '../../src/verdict/growth.ts';

/** What each counter proves by itself, written down apart from the table of the verdicts, which is tested against it. */
export const PROVES = {
  NOAUTH: 'redis_auth',
  WRONGPASS: 'redis_auth',
  logins: 'redis_auth',
  NOPERM: 'redis_permission',
  OOM: 'redis_out_of_memory',
  READONLY: 'redis_read_only',
  MASTERDOWN: 'redis_read_only',
  LOADING: 'redis_loading',
  MISCONF: 'redis_persistence_error',
  CLUSTERDOWN: 'redis_cluster',
  MOVED: 'redis_cluster',
  BUSY: 'redis_timeout',
  rejected_connections: 'redis_max_clients',
} as const satisfies Partial<Record<Counted, Cause>>;
