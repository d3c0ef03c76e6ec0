import type { Collector } from './collector.ts';
import { commandDurations } from './command-durations.ts';
import { commands } from './commands.ts';
import { cpu } from './cpu.ts';
import { errors } from './errors.ts';
import { INFO_FIELDS } from './info-fields.ts';
import { keyspace } from './keyspace.ts';
import { latencyPercentiles, latencySpikes } from './latency.ts';
import { server } from './server.ts';
import { commandLogs, slowlog } from './slowlog.ts';

/** Everything that is read from a Redis server in a scrape. */
export const COLLECTORS: readonly Collector[] = [
  server,
  ...INFO_FIELDS,
  cpu,
  commands,
  commandDurations,
  errors,
  slowlog,
  commandLogs,
  latencySpikes,
  latencyPercentiles,
  keyspace,
];
