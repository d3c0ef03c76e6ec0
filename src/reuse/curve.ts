import { REUSE_SECONDS, type TtlPoint } from '../model/reuse.ts';
import type { GroupCounts } from './group.ts';
import type { Sums } from './what-if.ts';

/** What the server counted of all keys in the time watched. Each is undefined where it is not known. */
export interface ServerCounts {
  /** Writes of values. */
  writes: number | undefined;
  /** Look-ups of others that found a key, and that did not. */
  hits: number | undefined;
  misses: number | undefined;
}

/** What an estimate for all keys rests on. */
export interface Basis {
  /** Writes of all keys. */
  writes: number;
  /** They are those that the server counted, and the sample is corrected by them. */
  isChecked: boolean;
  /** Requests of users that looked into the cache; undefined where that is not known. */
  requests: number | undefined;
}

/**
 * Whether the server counted what the sample shows. Its count of writes is taken where it is within four standard errors and a tenth of the
 * sample's; look-ups where those that found nothing are as many as the writes, within a fifth: then this Redis is read for its answers and for nothing else.
 */
export function basisOf({ sums }: Pick<GroupCounts, 'sums'>, scale: number, server: ServerCounts): Basis {
  const estimated = scale * sums.x;
  const margin = 4 * scale * Math.sqrt(sums.xx * (1 - 1 / scale)) + estimated / 10;
  const counted = server.writes;
  const isChecked = counted !== undefined && counted > 0 && sums.x > 0 && Math.abs(counted - estimated) <= margin;
  const writes = isChecked ? counted : estimated;
  const { hits, misses } = server;
  const readsAnswers = isChecked && hits !== undefined && misses !== undefined && Math.abs(misses - writes) <= writes / 5;
  return { writes, isChecked, requests: readsAnswers ? hits + writes : undefined };
}

/**
 * Misses of all keys with the time to live of an index, and the standard error by the sample; `now` is the present time to live in seconds. A few keys
 * that are requested all the time make a large part of the writes, and a small sample has too many or too few of them: the estimate is corrected by
 * the writes that the server counted (regression estimator of survey statistics, through the origin). Writes that the sample lacks are of keys
 * that are requested more often than those in it, at most all the time, which is one miss in each time to live: halfway between the two is taken.
 */
function missesAt(sums: Sums, index: number, scale: number, basis: Basis, now: number): { misses: number; error: number } {
  const { writes, isChecked } = basis;
  const [y = 0, xy = 0, yy = 0] = [sums.y[index], sums.xy[index], sums.yy[index]];
  const slope = sums.xx === 0 ? 0 : xy / sums.xx;
  const lacking = isChecked ? writes - scale * sums.x : 0;
  const allTheTime = now / (REUSE_SECONDS[index] ?? now);
  const slopeOfLacking = lacking > 0 ? Math.min(slope, (slope + allTheTime) / 2) : slope;
  const squares = isChecked ? yy - 2 * slope * xy + slope * slope * sums.xx : yy;
  return {
    misses: Math.min(writes, Math.max(0, scale * y + slopeOfLacking * lacking)),
    error: scale * Math.sqrt(Math.max(0, squares) * (1 - 1 / scale)),
  };
}

/**
 * The misses of all keys with the present time to live in seconds and with memory enough: a cache that loses nothing before its time. Between two
 * of the times to live that are played through it goes by the logarithm of the time.
 */
function missesWithMemory(sums: Sums, scale: number, basis: Basis, now: number): number {
  const above = REUSE_SECONDS.findIndex((ttl) => ttl >= now);
  const right = above < 0 ? REUSE_SECONDS.length - 1 : above;
  const left = Math.max(0, right - 1);
  const [from = 1, to = 1] = [REUSE_SECONDS[left], REUSE_SECONDS[right]];
  const part = from === to ? 1 : Math.min(1, Math.max(0, Math.log(now / from) / Math.log(to / from)));
  const at = (index: number) => missesAt(sums, index, scale, basis, now).misses;
  return Math.min(basis.writes, at(left) + part * (at(right) - at(left)));
}

/** The share of the misses that there would not be if nothing was lost before its time, with the present time to live; undefined where none is known. */
export function avoidableShare({ ttlSeconds, sums }: GroupCounts, scale: number, basis: Basis): number | undefined {
  if (ttlSeconds === undefined || basis.writes === 0) return undefined;
  return 1 - missesWithMemory(sums, scale, basis, ttlSeconds) / basis.writes;
}

/** A time to live is told of when it was watched at least twice. */
export const TIMES_WATCHED = 2;

/**
 * The present time to live and the longer ones that were watched at least twice, in ascending order; nothing without writes or without a time to
 * live. `entryBytes` is the size of an answer. The keys of the present one are those that there would be with memory enough.
 */
export function curveOf(counts: GroupCounts, scale: number, watchedMs: number, basis: Basis, entryBytes: number | undefined): TtlPoint[] {
  const { ttlSeconds: now, sums } = counts;
  const watched = watchedMs / 1_000;
  if (now === undefined || basis.writes === 0 || watched <= 0) return [];
  const enough = missesWithMemory(sums, scale, basis, now);
  const point = (ttlSeconds: number, misses: number, error: number, held = misses): TtlPoint => {
    const keys = (held / watched) * Math.min(ttlSeconds, watched);
    return {
      ttlSeconds,
      missShare: misses / basis.writes,
      missError: (2 * error) / basis.writes,
      ...(basis.requests !== undefined && { hitRatio: Math.max(0, 1 - misses / basis.requests) }),
      keys,
      ...(entryBytes !== undefined && { bytes: keys * entryBytes }),
    };
  };
  const longer = [...REUSE_SECONDS.entries()].filter(([, ttl]) => ttl > now * 1.05 && ttl * TIMES_WATCHED <= watched);
  // No longer time to live has more misses.
  let least = basis.writes;
  return [
    point(now, basis.writes, 0, enough),
    ...longer.map(([index, ttl]) => {
      const { misses, error } = missesAt(sums, index, scale, basis, now);
      least = Math.min(least, misses);
      return point(ttl, least, error);
    }),
  ];
}
