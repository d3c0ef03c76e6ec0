import type { KeyLoss } from '../../src/model/reuse.ts';
import type { Sampler } from '../../src/reuse/sampler.ts';
import type { StreamRequest } from './zipf-stream.ts';

export interface CacheOptions {
  ttlSeconds: number;
  /** Entries that fit; the least recently used one, or one by chance, goes first. */
  capacity?: number;
  eviction?: 'lru' | 'random';
  random?: () => number;
}

/** What a cache did with a stream. */
export interface CacheRun {
  hits: number;
  misses: number;
  evicted: number;
  /** Mean number of entries, over the writes. */
  entries: number;
}

/** How late a sampler asks for a key that it was told of, milliseconds. */
const ASKED_AFTER_MS = 25;

/**
 * Plays a stream through a cache with a clock of its own, and tells a sampler of the writes and losses of the keys that begin with `digits`,
 * as Redis would: one message each.
 */
export function playThrough(
  stream: readonly StreamRequest[],
  { ttlSeconds, capacity = Number.POSITIVE_INFINITY, eviction = 'lru', random = Math.random }: CacheOptions,
  sampler?: Sampler,
  digits = '0',
): CacheRun {
  const ttl = 1_000 * ttlSeconds;
  const entries = new Map<string, number>();
  const run = { hits: 0, misses: 0, evicted: 0, entries: 0 };
  /** Keys in the order in which they end: all live equally long. */
  const ends: { key: string; until: number }[] = [];
  let ended = 0;

  function tell(key: string, at: number, left: number | undefined, reason: KeyLoss): void {
    if (!key.startsWith(digits)) return;
    sampler?.take('', { key, messages: 1, firstAt: at, lastAt: at, askedAt: at + ASKED_AFTER_MS, ttl: left }, reason);
  }

  function expire(now: number): void {
    for (; (ends[ended]?.until ?? Number.POSITIVE_INFINITY) <= now; ended += 1) {
      const { key = '', until = 0 } = ends[ended] ?? {};
      if (entries.get(key) !== until) continue;
      entries.delete(key);
      tell(key, until, undefined, 'unknown');
    }
  }

  function evict(at: number): void {
    const keys = entries.keys();
    let key = keys.next().value ?? '';
    if (eviction === 'random') for (let skip = Math.floor(random() * entries.size); skip > 0; skip -= 1) key = keys.next().value ?? key;
    entries.delete(key);
    run.evicted += 1;
    tell(key, at, undefined, 'evicted');
  }

  for (const { at, key } of stream) {
    expire(at);
    const until = entries.get(key);
    if (until !== undefined) {
      run.hits += 1;
      // The one that was used last is the last of the map.
      entries.delete(key);
      entries.set(key, until);
      continue;
    }
    run.misses += 1;
    if (entries.size >= capacity) evict(at);
    entries.set(key, at + ttl);
    ends.push({ key, until: at + ttl });
    run.entries += entries.size;
    tell(key, at, ttl - ASKED_AFTER_MS, 'unknown');
  }
  run.entries /= Math.max(1, run.misses);
  return run;
}
