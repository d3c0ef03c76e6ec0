import { describe, expect, it } from 'vitest';
import { createSampler } from '../../../src/reuse/sampler.ts';
import { playThrough } from '../../support/simulated-cache.ts';
import { zipfStream } from '../../support/zipf-stream.ts';

function write(sampler: ReturnType<typeof createSampler>, key: string, at: number, ttl = 60_000): void {
  sampler.take('', { key, messages: 1, firstAt: at, lastAt: at, askedAt: at, ttl }, 'unknown');
}

describe('the keys that are remembered', () => {
  it('are never more than the limit in 24 hours of ever new ones', () => {
    const sampler = createSampler(300);
    sampler.begin(0);
    const stream = zipfStream({ requests: 60_000, keys: 100_000, skew: 0.3, hours: 24, seed: 3 });
    for (let from = 0; from < stream.length; from += 6_000) {
      playThrough(stream.slice(from, from + 6_000), { ttlSeconds: 600 }, sampler, '0');
      expect(sampler.tracked).toBeLessThanOrEqual(300);
    }
    expect(sampler.tracked).toBe(300);
    expect(sampler.forgotten).toBeGreaterThan(1_000);
  }, 60_000);

  it('are known after a gap, but not what happened in it', () => {
    const sampler = createSampler(10);
    sampler.begin(0);
    write(sampler, 'a', 1_000);
    sampler.gap(2_000);
    sampler.begin(5_000);
    write(sampler, 'a', 200_000);
    expect(sampler.watched(200_000)).toBe(197_000);
    const { first, again, intervals } = sampler.counts('');
    expect({ first, again }).toEqual({ first: 1, again: 1 });
    expect(
      Object.values(intervals)
        .flatMap(({ counts }) => counts)
        .filter((count) => count > 0),
    ).toEqual([]);
  });

  it('go all at once in a flush, but for those that had ended and those that were written after it', () => {
    const sampler = createSampler(10);
    sampler.begin(0);
    write(sampler, 'ended', 0, 1_000);
    write(sampler, 'there', 0);
    write(sampler, 'later', 3_000);
    sampler.flush(2_000, () => true);
    for (const key of ['ended', 'there', 'later']) write(sampler, key, 4_000);
    const { intervals, early } = sampler.counts('');
    const seen = Object.entries(intervals).flatMap(([lost, { counts }]) => (counts.some((count) => count > 0) ? [lost] : []));
    expect(seen).toEqual(['expired', 'flushed', 'alive']);
    expect(early).toMatchObject({ expired: 0, flushed: 1, alive: 1 });
  });

  it('put a time between two writes into the bucket that ends with it', () => {
    const sampler = createSampler(10);
    sampler.begin(0);
    write(sampler, 'a', 0, 500);
    write(sampler, 'a', 60_000, 500);
    write(sampler, 'a', 120_001, 500);
    const { counts, sum } = sampler.counts('').intervals.expired;
    expect(counts.flatMap((count, index) => (count > 0 ? [index] : []))).toEqual([4, 5]);
    expect(sum).toBeCloseTo(120, 2);
  });
});
