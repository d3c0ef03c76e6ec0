import { type Distribution, type Sample, sample } from '../catalogue/sample.ts';
import { KEY_LOSS, REUSE_SECONDS, REUSE_TTL } from '../model/reuse.ts';
import { TIMES_WATCHED } from './curve.ts';
import type { GroupCounts } from './group.ts';

/** The sampler of one namespace, under the name of its first gateway. `scale` is 16, 256 or 4096. */
export interface SamplerCounts {
  gateway: string;
  scale: number;
  counts: GroupCounts;
  watchedMs: number;
}

/** How the sampling of a target goes. */
export interface SamplingState {
  up: boolean;
  sample: number;
  tracked: number;
  limit: number;
  forgotten: number;
  dropped: number;
}

/** The metrics of the reuse of a target. */
export function reuseSamples(state: SamplingState, samplers: readonly SamplerCounts[]): Sample[] {
  return [
    sample('redis.cache.reuse.up', {}, state.up ? 1 : 0),
    sample('redis.cache.reuse.sample', {}, state.sample),
    sample('redis.cache.reuse.tracked_keys', {}, state.tracked),
    sample('redis.cache.reuse.tracked_keys_limit', {}, state.limit),
    sample('redis.cache.reuse.forgotten', {}, state.forgotten),
    sample('redis.cache.reuse.dropped', {}, state.dropped),
    ...samplers.flatMap(samplerSamples),
  ];
}

function samplerSamples({ gateway, scale, counts, watchedMs }: SamplerCounts): Sample[] {
  const watched = watchedMs / 1_000;
  const misses = (index: number) => scale * (counts.sums.y[index] ?? 0);
  return [
    sample('redis.cache.writes', { gateway, kind: 'first' }, scale * counts.first),
    sample('redis.cache.writes', { gateway, kind: 'again' }, scale * counts.again),
    ...KEY_LOSS.map((lost) => sample('redis.cache.rewrite_interval', { gateway, lost }, scaled(counts.intervals[lost], scale))),
    ...REUSE_TTL.map((ttl, index) => sample('redis.cache.misses_at_ttl', { gateway, ttl }, misses(index))),
    ...REUSE_TTL.flatMap((ttl, index) => {
      const seconds = REUSE_SECONDS[index] ?? 0;
      if (watched === 0 || TIMES_WATCHED * seconds > watched) return [];
      return [sample('redis.cache.keys_at_ttl', { gateway, ttl }, (misses(index) / watched) * seconds)];
    }),
  ];
}

function scaled({ counts, sum }: Distribution, scale: number): Distribution {
  return { counts: counts.map((count) => scale * count), sum: scale * sum };
}
