import { describe, expect, it } from 'vitest';
import type { Advice, ReuseGroup } from '../../../src/model/reuse.ts';
import { adviceOf, type ServerFacts } from '../../../src/reuse/advice.ts';
import { avoidableShare, basisOf, curveOf } from '../../../src/reuse/curve.ts';
import { seededRandom } from '../../../src/reuse/random.ts';
import { createSampler } from '../../../src/reuse/sampler.ts';
import { adviceText } from '../../../src/text/reuse.ts';
import { type CacheOptions, playThrough } from '../../support/simulated-cache.ts';
import { zipfStream } from '../../support/zipf-stream.ts';

const ENTRY = 1_000_000;
const NOTHING: ServerFacts = {
  usedBytes: undefined,
  limitBytes: undefined,
  policy: undefined,
  withoutTtl: undefined,
  answerBytes: undefined,
  entryBytes: undefined,
};
const STREAM = zipfStream({ requests: 120_000, keys: 5_000, skew: 1, hours: 6, seed: 31 });

/** What is known of the reuse after a stream went through a cache. */
function groupAfter(cache: CacheOptions, scale: 16 | 256 = 16) {
  const sampler = createSampler(50_000);
  sampler.begin(0);
  const run = playThrough(STREAM, cache, sampler, scale === 16 ? '0' : '00');
  const counts = sampler.counts('');
  const basis = basisOf(counts, scale, { writes: run.misses, hits: run.hits, misses: run.misses });
  const watchedMs = STREAM.at(-1)?.at ?? 0;
  const { first, sums, early, ttlSeconds } = counts;
  const group: Omit<ReuseGroup, 'advice'> = {
    gateway: 'litellm',
    gateways: ['litellm'],
    watchedSeconds: watchedMs / 1_000,
    sampledKeys: first,
    sampledWrites: sums.x,
    writes: basis.writes,
    isChecked: basis.isChecked,
    ...(ttlSeconds !== undefined && { ttlSeconds }),
    earlyShare: { expired: 0, evicted: early.evicted / sums.x, deleted: 0, flushed: 0, alive: 0, unknown: 0 },
    avoidableShare: avoidableShare(counts, scale, basis) ?? 0,
    curve: curveOf(counts, scale, watchedMs, basis, ENTRY),
  };
  return { group, run };
}

function about<A extends Advice['about']>(all: readonly Advice[], question: A): Advice | undefined {
  return all.find((advice) => advice.about === question);
}

describe('advice, done as it says', () => {
  it('raises the time to live, and the misses and the memory become what it says', () => {
    const { group, run } = groupAfter({ ttlSeconds: 300 });
    const advice = about(adviceOf(group, NOTHING), 'ttl');
    if (advice?.about !== 'ttl' || advice.is !== 'change') throw new Error('it advises no change');
    const done = playThrough(STREAM, { ttlSeconds: advice.to.ttlSeconds });
    expect(advice.to.ttlSeconds).toBeGreaterThan(300);
    expect(Math.abs(done.misses / run.misses - advice.to.missShare)).toBeLessThan(0.05);
    expect(Math.abs(advice.to.keys / done.entries - 1)).toBeLessThan(0.3);
    expect(adviceText(advice)).toMatch(
      /^TTL: raise it from 5 min to \d+ (min|h)\. That would be \d+ % fewer misses \(± \d+\) with about [\d.]+ times the memory \([\d.]+ [GM]iB\), and a hit ratio of \d+ % instead of \d+ %\.$/,
    );
  });

  it('takes the longest that leaves a fifth of the memory free, and none where no longer one does', () => {
    const { group } = groupAfter({ ttlSeconds: 300 });
    const [now] = group.curve;
    const used = now?.bytes ?? 0;
    const roomy = about(adviceOf(group, { ...NOTHING, usedBytes: used, limitBytes: 1.25 * used * 1.8 }), 'ttl');
    if (roomy?.about !== 'ttl' || roomy.is !== 'change') throw new Error('it advises no change');
    expect(roomy.to.bytes).toBeLessThanOrEqual(1.8 * used);
    const full = about(adviceOf(group, { ...NOTHING, usedBytes: used, limitBytes: 1.25 * used }), 'ttl');
    expect(full).toMatchObject({ is: 'keep', why: 'no_room' });
  });

  it('raises the memory where answers are evicted, and then none are', () => {
    const { group } = groupAfter({ ttlSeconds: 1_800, capacity: 250 });
    const bytes = 250 * ENTRY;
    const facts = { ...NOTHING, usedBytes: bytes, limitBytes: bytes, answerBytes: bytes, entryBytes: ENTRY, policy: 'allkeys-lru' };
    const advice = about(adviceOf(group, facts), 'memory');
    if (advice?.about !== 'memory' || advice.is !== 'change') throw new Error('it advises no change');
    const before = playThrough(STREAM, { ttlSeconds: 1_800, capacity: 250 });
    const done = playThrough(STREAM, { ttlSeconds: 1_800, capacity: Math.floor(advice.toBytes / ENTRY) });
    expect(done.evicted).toBeLessThan(before.evicted / 50);
    expect(Math.abs((before.misses - done.misses) / before.misses - advice.evictedShare)).toBeLessThan(0.1);
    expect(adviceText(advice)).toMatch(
      /^Memory: raise maxmemory from 238 MiB to about [\d.]+ [GM]iB: \d+ % of the misses are of answers that were evicted before their time\.$/,
    );
  });

  it('raises no time to live where answers are evicted already', () => {
    const { group } = groupAfter({ ttlSeconds: 600, capacity: 100 });
    const full = { ...NOTHING, usedBytes: 100 * ENTRY, limitBytes: 100 * ENTRY, answerBytes: 100 * ENTRY, entryBytes: ENTRY };
    expect(about(adviceOf(group, full), 'ttl')).toMatchObject({ is: 'keep', why: 'no_room' });
  });

  it('changes a policy that evicts by chance, and the misses become fewer', () => {
    const cache = { ttlSeconds: 1_800, capacity: 250, eviction: 'random', random: seededRandom(4) } as const;
    const { group, run } = groupAfter(cache);
    const advice = about(adviceOf(group, { ...NOTHING, policy: 'allkeys-random' }), 'policy');
    expect(advice).toEqual({ about: 'policy', is: 'change', from: 'allkeys-random', to: 'allkeys-lru', why: 'by_chance' });
    expect(playThrough(STREAM, { ...cache, eviction: 'lru' }).misses).toBeLessThan(run.misses);
  });
});

describe('advice', () => {
  const { group } = groupAfter({ ttlSeconds: 300 });

  it.each([
    [
      { policy: 'noeviction', limitBytes: 5 },
      { is: 'change', to: 'allkeys-lru', why: 'refuses_writes' },
    ],
    [{ policy: 'noeviction', limitBytes: 0 }, { is: 'keep' }],
    [
      { policy: 'volatile-lru', limitBytes: 5, withoutTtl: 0.5 },
      { is: 'change', to: 'allkeys-lru', why: 'without_ttl' },
    ],
    [{ policy: 'volatile-lru', limitBytes: 5, withoutTtl: 0 }, { is: 'keep' }],
    [{ policy: 'allkeys-lfu', limitBytes: 5 }, { is: 'keep' }],
    [{ policy: 'allkeys-random', limitBytes: 5 }, { is: 'keep' }],
  ])('on the policy of %o: %o', (facts, expected) => {
    expect(about(adviceOf(group, { ...NOTHING, ...facts }), 'policy')).toMatchObject(expected);
  });

  it('waits for a time to live longer than the present one, and for writes enough', () => {
    const short = adviceOf({ ...group, watchedSeconds: 600 }, NOTHING);
    expect(short.map(({ is }) => is)).toEqual(['wait', 'wait', 'wait']);
    expect(short.map(adviceText)[0]).toBe('TTL: not enough data yet, 1 hour more.');
    const [few] = adviceOf({ ...group, watchedSeconds: 36_000, sampledWrites: 100 }, NOTHING);
    expect(few).toEqual({ about: 'ttl', is: 'wait', moreSeconds: 72_000 });
    expect(adviceOf({ ...group, sampledWrites: 0 }, NOTHING)[0]).toMatchObject({ is: 'wait' });
  });

  it('says of answers that never expire that nothing can be compared, and of unknown memory what is missing', () => {
    const { ttlSeconds: _, ...forever } = group;
    expect(about(adviceOf({ ...forever, curve: [] }, NOTHING), 'ttl')).toEqual({ about: 'ttl', is: 'keep', why: 'never_expires' });
    const evicting = { ...group, earlyShare: { ...group.earlyShare, evicted: 0.3 }, avoidableShare: 0.4 };
    expect(about(adviceOf(evicting, NOTHING), 'memory')).toEqual({ about: 'memory', is: 'unknown', evictedShare: 0.3 });
    expect(about(adviceOf(group, NOTHING), 'memory')).toEqual({ about: 'memory', is: 'keep', evictedShare: 0 });
  });
});
