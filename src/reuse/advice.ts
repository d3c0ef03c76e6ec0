import { type Advice, REUSE_SECONDS, type ReuseGroup, type TtlPoint } from '../model/reuse.ts';
import { TIMES_WATCHED } from './curve.ts';

/** What advice needs to know of the server. Each is undefined where it is not known. */
export interface ServerFacts {
  usedBytes: number | undefined;
  /** 0 for none. */
  limitBytes: number | undefined;
  policy: string | undefined;
  /** Answers in the cache that never expire, as a share of all, by the census. */
  withoutTtl: number | undefined;
  /** Memory of the answers in the cache, by the census. */
  answerBytes: number | undefined;
  /** Memory of one answer, by the census. */
  entryBytes: number | undefined;
}

/** So many writes of the sample have to be seen: then 5 % of them are not chance. */
const MIN_WRITES = 300;
/** What saves less is not worth a change. */
const WORTH = 0.05;
/** A server that fills up further than this has no room for peaks. */
const FULL = 0.8;
/** Policies that evict some keys by chance, or by what is left of their time. */
const BY_CHANCE = ['allkeys-random', 'volatile-random', 'volatile-ttl'];

/** One recommendation each for time to live, memory and policy. Never from probes: the sample has none of their keys. */
export function adviceOf(group: Omit<ReuseGroup, 'advice'>, server: ServerFacts): Advice[] {
  const moreSeconds = waitFor(group);
  if (moreSeconds > 0) return (['ttl', 'memory', 'policy'] as const).map((about) => ({ about, is: 'wait', moreSeconds }));
  return [...ttlAdvice(group, server), memoryAdvice(group, server), ...policyAdvice(group, server)];
}

/** How much longer it has to be watched: for a time to live longer than the present one, and for writes enough. */
function waitFor({ watchedSeconds, sampledWrites, ttlSeconds }: Omit<ReuseGroup, 'advice'>): number {
  const next = ttlSeconds === undefined ? 0 : (REUSE_SECONDS.find((ttl) => ttl > ttlSeconds * 1.05) ?? ttlSeconds);
  const forTtl = TIMES_WATCHED * next - watchedSeconds;
  const rate = sampledWrites / Math.max(1, watchedSeconds);
  const forWrites = rate === 0 ? UNKNOWN_WAIT_S : (MIN_WRITES - sampledWrites) / rate;
  return Math.min(UNKNOWN_WAIT_S, Math.max(0, forTtl, forWrites));
}

const UNKNOWN_WAIT_S = 604_800;

/** The shortest time to live that brings most of what the longer ones bring and fits into the memory. */
function ttlAdvice({ curve, ttlSeconds }: Omit<ReuseGroup, 'advice'>, server: ServerFacts): Advice[] {
  if (ttlSeconds === undefined) return [{ about: 'ttl', is: 'keep', why: 'never_expires' }];
  const [now, ...longer] = curve;
  const longest = longer.at(-1);
  if (now === undefined || longest === undefined) return [];
  const worth = longer.filter(({ missShare, missError }) => 1 - missShare >= Math.max(WORTH, missError));
  if (worth.length === 0) return [{ about: 'ttl', is: 'keep', why: 'no_gain', now, longest }];
  const fitting = worth.filter((point) => fits(point, now, server));
  const most = Math.max(...fitting.map(({ missShare }) => 1 - missShare));
  const to = fitting.find(({ missShare }) => 1 - missShare >= 0.8 * most);
  return to === undefined ? [{ about: 'ttl', is: 'keep', why: 'no_room', now, longest }] : [{ about: 'ttl', is: 'change', now, to }];
}

/** Whether the additional answers leave a fifth of the memory free; of a server without a limit that is not known, and the reader decides. */
function fits(point: TtlPoint, now: TtlPoint, { usedBytes, limitBytes }: ServerFacts): boolean {
  if (usedBytes === undefined || limitBytes === undefined || limitBytes === 0) return true;
  if (point.bytes === undefined || now.bytes === undefined) return false;
  return usedBytes + point.bytes - now.bytes <= FULL * limitBytes;
}

/** Enough memory for the answers that were evicted and asked for again while they should still have lived. */
function memoryAdvice(group: Omit<ReuseGroup, 'advice'>, server: ServerFacts): Advice {
  const evictedShare = evictedShareOf(group);
  const [now] = group.curve;
  const { limitBytes, usedBytes, answerBytes, entryBytes } = server;
  const limit = limitBytes === undefined || limitBytes === 0 ? {} : { limitBytes };
  if (evictedShare < WORTH / 2) return { about: 'memory', is: 'keep', evictedShare, ...limit };
  if (now === undefined || entryBytes === undefined || usedBytes === undefined || answerBytes === undefined || !limitBytes)
    return { about: 'memory', is: 'unknown', evictedShare };
  const needed = now.keys * entryBytes;
  const toBytes = Math.max(limitBytes, (usedBytes + Math.max(0, needed - answerBytes)) / FULL);
  return { about: 'memory', is: 'change', evictedShare, limitBytes, toBytes };
}

/**
 * The misses that evictions cost. A key that was evicted twice while it should still have lived was missed twice, and with memory enough it may be
 * once: so it is no more than what memory enough would bring.
 */
function evictedShareOf({ earlyShare, avoidableShare }: Omit<ReuseGroup, 'advice'>): number {
  return Math.min(earlyShare.evicted, avoidableShare ?? 1);
}

function policyAdvice(group: Omit<ReuseGroup, 'advice'>, { policy, limitBytes, withoutTtl }: ServerFacts): Advice[] {
  if (policy === undefined) return [];
  const evictedShare = evictedShareOf(group);
  const change = (to: string, why: 'by_chance' | 'without_ttl' | 'refuses_writes'): Advice[] => [
    { about: 'policy', is: 'change', from: policy, to, why },
  ];
  if (policy === 'noeviction' && limitBytes !== undefined && limitBytes > 0) return change('allkeys-lru', 'refuses_writes');
  if (policy.startsWith('volatile-') && limitBytes && (withoutTtl ?? 0) > WORTH) return change('allkeys-lru', 'without_ttl');
  if (BY_CHANCE.includes(policy) && evictedShare >= WORTH / 2)
    return change(policy.startsWith('volatile-') ? 'volatile-lru' : 'allkeys-lru', 'by_chance');
  return [{ about: 'policy', is: 'keep', policy, evictedShare }];
}
