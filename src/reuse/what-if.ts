import { REUSE_SECONDS } from '../model/reuse.ts';

const TTLS_MS: readonly number[] = REUSE_SECONDS.map((seconds) => 1_000 * seconds);

/** What is known of the requests for one key, as far as the cache let them show. Times are milliseconds of one clock. */
export interface KeyRequests {
  /** When each of the caches that are played through wrote the key last, in the order of `REUSE_SECONDS`. */
  readonly writtenAt: Float64Array;
  /** The misses of each of them. */
  readonly misses: Uint32Array;
  /** The writes of the real cache. */
  writes: number;
  /** Times without the key in the cache that ended in a write, and their sum. */
  waits: number;
  waited: number;
}

/**
 * Sums over keys, from which the estimate for all keys and its error follow: with `x` the writes of a key and `y` its misses with a time to
 * live, in the order of `REUSE_SECONDS`.
 */
export interface Sums {
  x: number;
  xx: number;
  readonly y: number[];
  readonly xy: number[];
  readonly yy: number[];
}

/** Caches with each of `REUSE_SECONDS` as time to live and with memory enough, played through with the writes of a real one. */
export interface WhatIf {
  readonly sums: Sums;
  /** A key was requested that no cache holds. */
  first(at: number): KeyRequests;
  /** The real cache held the key from its last write until `lostAt`, and it was written again `at`. */
  again(requests: KeyRequests, lostAt: number, at: number): void;
  /** It was written while the real cache held it: by a second request at the same time, or by one that did not look into the cache (`isForced`). */
  alive(requests: KeyRequests, at: number, isForced: boolean): void;
  /** When it was lost is not known: every cache counts as one that wrote it now. */
  unseen(requests: KeyRequests, at: number): void;
}

/** No request yet. `random` gives numbers from 0 to 1; only requests that the real cache answered are drawn with it. */
export function createWhatIf(random: () => number): WhatIf {
  const sums: Sums = { x: 0, xx: 0, y: TTLS_MS.map(() => 0), xy: TTLS_MS.map(() => 0), yy: TTLS_MS.map(() => 0) };

  function countWrite(requests: KeyRequests): void {
    const { writes, misses } = requests;
    sums.x += 1;
    sums.xx += 2 * writes + 1;
    for (const index of TTLS_MS.keys()) sums.xy[index] = (sums.xy[index] ?? 0) + (misses[index] ?? 0);
    requests.writes = writes + 1;
  }

  function countMisses({ writes, misses }: KeyRequests, index: number, more: number): void {
    const before = misses[index] ?? 0;
    sums.y[index] = (sums.y[index] ?? 0) + more;
    sums.xy[index] = (sums.xy[index] ?? 0) + more * writes;
    sums.yy[index] = (sums.yy[index] ?? 0) + more * (2 * before + more);
    misses[index] = before + more;
  }

  /**
   * Requests that the real cache answered are not seen. They are drawn as often as the key was requested when it was not in the cache: a cache
   * whose own entry has ended asks again at the first of them.
   */
  function playAnswered(requests: KeyRequests, index: number, ttl: number, until: number): void {
    if (requests.waits === 0) return;
    const mean = requests.waited / requests.waits;
    let expires = (requests.writtenAt[index] ?? 0) + ttl;
    if (expires >= until) return;
    // Many short lives in a long one: all but the last few at once.
    const cycles = Math.max(0, Math.floor((until - expires) / (ttl + mean)) - 2);
    let more = cycles;
    expires += cycles * (ttl + mean);
    while (expires < until) {
      const asked = expires - mean * Math.log(1 - random());
      if (asked >= until) break;
      more += 1;
      expires = asked + ttl;
    }
    countMisses(requests, index, more);
    requests.writtenAt[index] = expires - ttl;
  }

  function missAll(requests: KeyRequests, at: number): void {
    for (const index of TTLS_MS.keys()) countMisses(requests, index, 1);
    requests.writtenAt.fill(at);
  }

  return {
    sums,
    first(at) {
      const requests: KeyRequests = {
        writtenAt: new Float64Array(TTLS_MS.length),
        misses: new Uint32Array(TTLS_MS.length),
        writes: 0,
        waits: 0,
        waited: 0,
      };
      countWrite(requests);
      missAll(requests, at);
      return requests;
    },
    again(requests, lostAt, at) {
      requests.waits += 1;
      requests.waited += Math.max(0, at - lostAt);
      countWrite(requests);
      for (const [index, ttl] of TTLS_MS.entries()) {
        playAnswered(requests, index, ttl, lostAt);
        if (at < (requests.writtenAt[index] ?? 0) + ttl) continue;
        countMisses(requests, index, 1);
        requests.writtenAt[index] = at;
      }
    },
    alive(requests, at, isForced) {
      countWrite(requests);
      if (isForced) missAll(requests, at);
      // A second request at the same time misses where the first one did, and hits where that hit.
      else
        for (const [index] of TTLS_MS.entries()) {
          const missedBefore = at - (requests.writtenAt[index] ?? 0) < SAME_TIME_MS;
          if (!missedBefore) continue;
          countMisses(requests, index, 1);
          requests.writtenAt[index] = at;
        }
    },
    unseen(requests, at) {
      countWrite(requests);
      missAll(requests, at);
    },
  };
}

/** Requests for the same answer count as at the same time for as long as a model may take. */
export const SAME_TIME_MS = 60_000;
