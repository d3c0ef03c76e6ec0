import { COMMAND_SECONDS } from '../catalogue/redis.ts';
import { type Distribution, sample } from '../catalogue/sample.ts';
import type { Command } from '../model/redis.ts';
import { parseCommandStats } from '../redis/replies/commandstats.ts';
import { type CommandLatency, parseLatencyHistogram } from '../redis/replies/latency.ts';
import { INFO, type Query } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

const MEASURED = ['get', 'set', 'auth'] as const satisfies readonly Command[];

/** Half as dear for the server as INFO, and of use over minutes only. */
const LATENCY_HISTOGRAM: Query<ReadonlyMap<Command, CommandLatency>> = {
  args: ['LATENCY', 'HISTOGRAM', ...MEASURED],
  since: { redis: [7, 0, 0], valkey: [7, 2, 0] },
  every: 4,
  parse: parseLatencyHistogram,
};

/**
 * Execution times of the commands of a cache and of authentication. A command that was never called has an
 * empty distribution; one that was called but not tracked (`latency-tracking no`) has none.
 */
export const commandDurations = collector({
  name: 'command durations',
  metrics: ['redis.cmd.duration'],
  queries: { info: INFO, latencies: LATENCY_HISTOGRAM },
  read: ({ info, latencies }) => {
    const stats = parseCommandStats(info);
    return MEASURED.flatMap((cmd) => {
      const latency = latencies.get(cmd);
      const { calls, seconds } = stats?.[cmd] ?? {};
      if (seconds === undefined || (latency === undefined && calls !== 0)) return [];
      return [sample('redis.cmd.duration', { cmd }, fold(latency, seconds))];
    });
  },
});

/** The server's histogram, which leaves out empty buckets, on the bounds of the catalogue; `sum` is in seconds. */
export function fold(latency: CommandLatency | undefined, sum: number): Distribution {
  const counts = new Array<number>(COMMAND_SECONDS.length + 1).fill(0);
  let before = 0;
  for (const [microseconds, cumulative] of latency?.buckets ?? []) {
    const index = COMMAND_SECONDS.findIndex((bound) => microseconds <= Math.round(bound * 1e6));
    const place = index === -1 ? COMMAND_SECONDS.length : index;
    counts[place] = (counts[place] ?? 0) + Math.max(0, cumulative - before);
    before = Math.max(before, cumulative);
  }
  const beyond = Math.max(0, (latency?.calls ?? 0) - before);
  counts[COMMAND_SECONDS.length] = (counts[COMMAND_SECONDS.length] ?? 0) + beyond;
  return { counts, sum };
}
