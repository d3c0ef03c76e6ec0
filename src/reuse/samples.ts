import type { Distribution, Sample } from '../catalogue/sample.ts';
import { sample } from '../catalogue/sample.ts';
import { KEY_LOSS, type KeyLoss, REUSE_TTL } from '../model/reuse.ts';

/** What was counted of the keys of one sample, as counted: not times the sample. Lists are in the order of `REUSE_SECONDS`. */
export interface ReuseCounts {
  /** Keys that were seen for the first time. */
  first: number;
  /** Keys that were written again. */
  again: number;
  /** The times between two writes of a key, in seconds, by how it was lost in between. */
  intervals: Readonly<Record<KeyLoss, Distribution>>;
  /** The misses that there would have been with each time to live. */
  missesAtTtl: readonly number[];
  /** The keys that would be in the cache with each time to live; undefined where too little was watched. */
  keysAtTtl: readonly (number | undefined)[];
}

/** The sampler of one namespace, under the name of its first gateway. `scale` is 16, 256 or 4096. */
export interface SamplerCounts {
  gateway: string;
  scale: number;
  counts: ReuseCounts;
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

function samplerSamples({ gateway, scale, counts }: SamplerCounts): Sample[] {
  return [
    sample('redis.cache.writes', { gateway, kind: 'first' }, scale * counts.first),
    sample('redis.cache.writes', { gateway, kind: 'again' }, scale * counts.again),
    ...KEY_LOSS.map((lost) => sample('redis.cache.rewrite_interval', { gateway, lost }, scaled(counts.intervals[lost], scale))),
    ...REUSE_TTL.map((ttl, index) => sample('redis.cache.misses_at_ttl', { gateway, ttl }, scale * (counts.missesAtTtl[index] ?? 0))),
    ...REUSE_TTL.flatMap((ttl, index) => {
      const keys = counts.keysAtTtl[index];
      return keys === undefined ? [] : [sample('redis.cache.keys_at_ttl', { gateway, ttl }, scale * keys)];
    }),
  ];
}

function scaled({ counts, sum }: Distribution, scale: number): Distribution {
  return { counts: counts.map((count) => scale * count), sum: scale * sum };
}
