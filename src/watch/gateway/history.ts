import type { FailureRecord, GatewayHistory, PairRecord, VerdictChange } from '../../model/status.ts';
import { isSuccess } from '../../pairs/outcome.ts';
import type { PairResult } from '../../pairs/pair.ts';
import type { Judgement } from '../../verdict/judge.ts';
import { evidenceOf } from './route.ts';

/** How many pairs of a route are remembered, and how many pairs that did not go well and changes of the verdict. */
export const REMEMBERED = { pairs: 100, failures: 50, changes: 50 } as const;

/** The past of a gateway: what went well is soon forgotten, what did not stays longer. */
export interface History {
  /** Remembers a pair. Times are Unix milliseconds. */
  pair(pair: PairResult, at: number, traceId: string): void;
  /** Remembers what was made of the pairs since the last judgement, and whether that is something new. */
  judged(judgement: Judgement, at: number, traceId: string): void;
  status(): GatewayHistory;
}

/** A pair that did not go well and waits for its judgement. */
type Unjudged = Omit<FailureRecord, 'verdict' | 'cause'>;

/** Starts without a past; the verdict before the first one counts as `unknown`. */
export function createHistory(): History {
  let pairs: GatewayHistory['pairs'] = [];
  let unjudged: readonly Unjudged[] = [];
  let failures: readonly FailureRecord[] = [];
  let changes: readonly VerdictChange[] = [];
  let current: Pick<Judgement, 'verdict' | 'cause'> = { verdict: 'unknown', cause: 'undetermined' };

  return {
    pair(pair, at, traceId) {
      const { outcome } = pair;
      const { route } = pair.prober;
      const known = pairs.find((entry) => entry.route === route);
      const grown = { route, records: withNewest(known?.records ?? [], recordOf(pair, at, traceId), REMEMBERED.pairs) };
      pairs = known === undefined ? [...pairs, grown] : pairs.map((entry) => (entry === known ? grown : entry));
      if (outcome === undefined || isSuccess(outcome)) return;
      unjudged = withNewest(unjudged, { at, route, outcome, evidence: evidenceOf(pair), traceId }, REMEMBERED.failures);
    },
    judged({ verdict, cause, evidence }, at, traceId) {
      for (const failure of unjudged) failures = withNewest(failures, { ...failure, verdict, cause }, REMEMBERED.failures);
      unjudged = [];
      if (verdict !== current.verdict || cause !== current.cause) {
        const change: VerdictChange = { at, from: current.verdict, to: verdict, cause, evidence, traceId };
        changes = withNewest(changes, change, REMEMBERED.changes);
      }
      current = { verdict, cause };
    },
    status: () => ({ pairs, failures, changes }),
  };
}

/** The list with one more entry at its end and, when it would be longer than `size`, without its first. */
export function withNewest<T>(list: readonly T[], entry: T, size: number): readonly T[] {
  return [...list.slice(Math.max(0, list.length + 1 - size)), entry];
}

function recordOf({ outcome, first, duplicate }: PairResult, at: number, traceId: string): PairRecord {
  return {
    at,
    ...(outcome === undefined ? {} : { outcome }),
    firstSeconds: first.seconds,
    ...(duplicate === undefined ? {} : { duplicateSeconds: duplicate.seconds, duplicate: duplicate.mark }),
    traceId,
  };
}
