import { describe, expect, it } from 'vitest';
import { basisOf, curveOf } from '../../../src/reuse/curve.ts';
import { seededRandom } from '../../../src/reuse/random.ts';
import { createSampler } from '../../../src/reuse/sampler.ts';
import { playThrough } from '../../support/simulated-cache.ts';
import { exactCurve, zipfStream } from '../../support/zipf-stream.ts';

/** 200,000 requests each. */
const STREAMS = [
  { requests: 200_000, keys: 20_000, skew: 0.9, hours: 2, seed: 11 },
  { requests: 200_000, keys: 50_000, skew: 1, hours: 6, seed: 12 },
  { requests: 200_000, keys: 5_000, skew: 1.1, hours: 3, seed: 13 },
] as const;

/** Points of the hit ratio by which the estimate may be wrong at the most. */
const WITHIN = { 16: 0.02, 256: 0.05 } as const;

describe.each(STREAMS)('a stream of $requests requests for $keys keys, skew $skew, in $hours h', (options) => {
  const stream = zipfStream(options);
  const exact = exactCurve(stream);
  const watchedMs = stream.at(-1)?.at ?? 0;

  describe.each([
    { ttlSeconds: 60 },
    { ttlSeconds: 600 },
    { ttlSeconds: 600, capacity: 500 },
    { ttlSeconds: 600, capacity: 500, eviction: 'random' as const, random: seededRandom(5) },
  ])('through a cache with %o', (cache) => {
    const run = playThrough(stream, cache);

    it.each([16, 256] as const)('gives the hit ratio of longer times to live from 1/%i of the keys', (scale) => {
      const sampler = createSampler(50_000);
      sampler.begin(0);
      playThrough(stream, cache, sampler, scale === 16 ? '0' : '00');
      const counts = sampler.counts('');
      const basis = basisOf(counts, scale, { writes: run.misses, hits: run.hits, misses: run.misses });
      expect(basis).toEqual({ writes: run.misses, isChecked: true, requests: options.requests });
      const curve = curveOf(counts, scale, watchedMs, basis, 1_000);
      expect(curve.length).toBeGreaterThan(3);
      const [now, ...longer] = curve;
      expect(now).toMatchObject({ ttlSeconds: cache.ttlSeconds, missShare: 1, hitRatio: expect.closeTo(run.hits / options.requests, 9) });
      for (const { ttlSeconds, hitRatio = 0 } of longer) {
        const error = hitRatio - (exact.get(ttlSeconds) ?? 0);
        expect(Math.abs(error), `${ttlSeconds} s: ${hitRatio} for ${exact.get(ttlSeconds)}`).toBeLessThan(WITHIN[scale]);
      }
    });
  });
});
