import type { Cause, Verdict } from '../../model/cache.ts';
import type { RouteResult, Signals } from '../signals.ts';
import type { Strength } from '../strength.ts';

/** The evidence for a cause: a sentence, and of a counter how much stronger it moved than it usually does. */
export interface Proof {
  sentence: string;
  ratio?: number;
  least?: number;
}

/** One row of the table of causes: what has to be shown for a cause, how much that weighs, and for which verdicts it is asked. */
export interface CauseRow {
  cause: Cause;
  strength: Strength;
  verdicts: readonly Verdict[];
  /** Undefined where it is not proven. */
  proof(signals: Signals, results: readonly RouteResult[]): Proof | undefined;
}

/** Verdicts for which Redis may be what is wrong. */
export const OUTAGE = ['memory_only', 'not_caching', 'partial'] as const satisfies readonly Verdict[];

/** Whether Redis may be what is wrong. */
export function isOutage(verdict: Verdict): boolean {
  return OUTAGE.some((outage) => outage === verdict);
}

/** A proof where there is a sentence. */
export function proven(sentence: string | undefined | false): Proof | undefined {
  return sentence ? { sentence } : undefined;
}

/** Whether a key of the pairs was written and lost: the client that wrote it was let in. */
export function lostKey(results: readonly RouteResult[]): boolean {
  return results.some(({ lostAfterWrite }) => lostAfterWrite);
}

/**
 * Whether the gateway itself has just talked to its Redis: for this type `/cache/ping` sends PING, which a
 * server that is away, loading or asks for another password does not answer.
 */
export function reachesRedis({ cachePing, cacheType }: Signals): boolean {
  return cachePing === 200 && cacheType === 'redis';
}
