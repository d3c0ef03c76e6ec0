import { clients } from './clients.ts';
import type { Collector } from './collector.ts';
import { commandDurations } from './command-durations.ts';
import { commands } from './commands.ts';
import { cpu } from './cpu.ts';
import { errors } from './errors.ts';
import { keyspace } from './keyspace.ts';
import { latencyPercentiles, latencySpikes } from './latency.ts';
import { memory } from './memory.ts';
import { persistence } from './persistence.ts';
import { replication } from './replication.ts';
import { server } from './server.ts';
import { slowlog } from './slowlog.ts';
import { stats } from './stats.ts';

/** Everything that is read from a Redis server in a scrape. */
export const COLLECTORS: readonly Collector[] = [
  server,
  clients,
  memory,
  persistence,
  stats,
  replication,
  cpu,
  commands,
  commandDurations,
  errors,
  slowlog,
  latencySpikes,
  latencyPercentiles,
  keyspace,
];
