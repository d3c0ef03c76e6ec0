import type { ErrorPrefix } from '../model/redis.ts';
import { parseErrorStats } from './errorstats.ts';
import { parseInfo } from './info.ts';

/** What a server had counted at a moment, as far as a verdict asks for it. */
export interface ServerCounters {
  /** Changes when the server restarts; counters start again then. */
  runId: string | undefined;
  errors: Readonly<Partial<Record<ErrorPrefix, number>>>;
  rejectedConnections: number | undefined;
  evictedKeys: number | undefined;
  mode: string | undefined;
}

/** Reads the reply of INFO. */
export function readServerCounters(reply: unknown): ServerCounters {
  const info = parseInfo(reply);
  return {
    runId: info.text('server', 'run_id'),
    errors: parseErrorStats(info.section('errorstats')),
    rejectedConnections: info.number('stats', 'rejected_connections'),
    evictedKeys: info.number('stats', 'evicted_keys'),
    mode: info.text('server', 'redis_mode') ?? info.text('server', 'server_mode'),
  };
}
