import { REDIS } from '../catalogue/redis.ts';
import { sample } from '../catalogue/sample.ts';
import type { Command } from '../model/redis.ts';
import type { Section } from '../redis/replies/info.ts';
import { parseInfo } from '../redis/replies/info.ts';
import { type LatencySpike, parseLatencyLatest, parseLatencyStats, percentileSeconds } from '../redis/replies/latency.ts';
import type { Query } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

const LATENCY_LATEST: Query<LatencySpike[]> = {
  args: ['LATENCY', 'LATEST'],
  since: { redis: [6, 2, 0], valkey: [7, 2, 0] },
  parse: parseLatencyLatest,
};

/** Spikes that the latency monitor saw; none while `latency-monitor-threshold` is 0. */
export const latencySpikes = collector({
  name: 'latency spikes',
  metrics: ['redis.latency.event.last', 'redis.latency.event.max'],
  queries: { spikes: LATENCY_LATEST },
  read: ({ spikes }) =>
    spikes.flatMap(({ event, last, max }) => [
      sample('redis.latency.event.last', { event }, last),
      sample('redis.latency.event.max', { event }, max),
    ]),
});

/** The server computes percentiles of every command for this section, which costs it as much as all other sections together. */
const LATENCY_STATS: Query<ReadonlyMap<Command, Section>> = {
  args: ['INFO', 'latencystats'],
  since: { redis: [7, 0, 0], valkey: [7, 2, 0] },
  every: 20,
  parse: (reply) => parseLatencyStats(parseInfo(reply).section('latencystats')),
};

/** Percentiles of execution times since the server started. */
export const latencyPercentiles = collector({
  name: 'latency percentiles',
  metrics: ['redis.cmd.latency'],
  queries: { commands: LATENCY_STATS },
  read: ({ commands }) =>
    [...commands].flatMap(([cmd, percentiles]) =>
      REDIS['redis.cmd.latency'].labels.percentile.flatMap((percentile) => {
        const seconds = percentileSeconds(percentiles, percentile);
        return seconds === undefined ? [] : [sample('redis.cmd.latency', { cmd, percentile }, seconds)];
      }),
    ),
});
