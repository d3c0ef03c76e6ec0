import type { GatewayConfig } from '../../config/effective.ts';
import type { CacheSettings } from '../../litellm/cache-ping.ts';
import type { CacheControls, Outcome, Route } from '../../model/cache.ts';
import { PROBERS } from '../../pairs/index.ts';
import { isSuccess, type PairKind, pairKind } from '../../pairs/outcome.ts';
import type { PairPlan, PairResult, RequestResult } from '../../pairs/pair.ts';
import type { KeyState } from '../../redis/probe-keys/lookup.ts';
import { OWNER_PROSE } from '../../verdict/pair-words.ts';
import type { RouteResult } from '../../verdict/signals.ts';
import { SPEEDUP_WINDOW } from './speedup.ts';

/** A pair that was sent in a round. `at` is Unix milliseconds, `ranAt` milliseconds of the monotonic clock, which nobody sets. */
export interface SentPair {
  readonly pair: PairResult;
  readonly at: number;
  readonly ranAt: number;
}

/** One route of a gateway: its latest pair, and what its pairs have shown. */
export interface RouteRecord {
  readonly route: Route;
  /** How many pairs were sent. */
  readonly pairs: number;
  /** The next pair meets a process that has just started: it is not measured. */
  readonly coldStart: boolean;
  /** The latest pair; `warm`: it was measured. */
  readonly last?: (SentPair & { readonly traceId: string; readonly warm: boolean }) | undefined;
  /** What the latest pair with an outcome showed. */
  readonly result?: RouteResult | undefined;
  /** The gateway is still the one that the latest result is of. */
  readonly isCurrent: boolean;
  /** First divided by duplicate, of the last pairs that hit. */
  readonly ratios: readonly number[];
  /** Seconds that the entries live, with the probe's cache controls and without. */
  readonly ttl: Readonly<Partial<Record<CacheControls, number>>>;
}

/** A route without any pair. */
export function createRouteRecord(route: Route): RouteRecord {
  return { route, pairs: 0, coldStart: true, isCurrent: false, ratios: [], ttl: {} };
}

/** What the latest pair with an outcome showed; undefined where another gateway may have taken the place since. */
export function currentResult({ result, isCurrent }: RouteRecord): RouteResult | undefined {
  return isCurrent ? result : undefined;
}

/** Whether the latest pair was answered from the cache, as it should be. */
export function isGood(record: RouteRecord): boolean {
  const outcome = currentResult(record)?.outcome;
  return outcome !== undefined && isSuccess(outcome);
}

/** Whether the latest pair was answered from the cache, whatever that did to the answer, and its key is not missing in Redis: no outage. */
export function isServed(record: RouteRecord): boolean {
  const result = currentResult(record);
  const isAltered = result?.outcome === 'hit_altered' && result.key !== 'absent' && result.key !== 'other_database';
  return isGood(record) || isAltered;
}

/** Another gateway may have taken the place: what the latest pair showed counts no more. */
export function forget(record: RouteRecord): RouteRecord {
  return { ...record, isCurrent: false };
}

/** The next pair meets a process that has just started. */
export function expectColdStart(record: RouteRecord): RouteRecord {
  return { ...record, coldStart: true };
}

/**
 * The kind of the next pair. A negative control shows nothing of reading, so there is none unless the latest pair hit. The key of
 * a plain pair is known by what the answer calls it, so there is none while hits do not name theirs.
 */
export function nextKind(record: RouteRecord): PairKind {
  const kind = pairKind(record.route, record.pairs + 1);
  const isBlind = kind === 'control' ? !isGood(record) : currentResult(record)?.unmarked === true;
  return isBlind ? 'own' : kind;
}

/** Takes in a pair, perhaps one across replicas. */
export function recordPair(record: RouteRecord, sent: SentPair, traceId: string, crossReplica: boolean): RouteRecord {
  const { pair } = sent;
  const warm = !record.coldStart;
  const ratio = warm ? speedupOf(pair) : undefined;
  const shown = pair.outcome === undefined ? {} : { result: resultOf(pair, pair.outcome, crossReplica), isCurrent: true };
  const controls: CacheControls = pair.kind === 'plain' ? 'none' : 'probe';
  const { [controls]: _, ...others } = record.ttl;
  return {
    ...record,
    ...shown,
    pairs: record.pairs + 1,
    coldStart: false,
    last: { ...sent, traceId, warm },
    ratios: ratio === undefined ? record.ratios : [...record.ratios, ratio].slice(-SPEEDUP_WINDOW),
    ttl: pair.ttlSeconds === undefined ? others : { ...others, [controls]: pair.ttlSeconds },
  };
}

/** What a verdict needs to know of a pair that has an outcome. */
export function resultOf(
  { prober, key, unmarked, lostAfterWrite, first, duplicate, differs, other, doubt }: PairResult,
  outcome: Outcome,
  crossReplica: boolean,
): RouteResult {
  const { failure, status } = first.failure === undefined && duplicate?.failure !== undefined ? duplicate : first;
  return {
    route: prober.route,
    outcome,
    key,
    unmarked,
    failure,
    ...(failure === undefined ? {} : { status }),
    lostAfterWrite,
    crossReplica,
    ...(differs && { differs }),
    ...(other && { otherOwner: other.owner, otherRequest: other.request }),
    ...(doubt && { doubt }),
  };
}

/** First divided by duplicate of a pair that hit; undefined for any other. */
export function speedupOf({ first, duplicate }: PairResult): number | undefined {
  return first.mark === 'miss' && duplicate?.mark === 'hit' && duplicate.seconds > 0 ? first.seconds / duplicate.seconds : undefined;
}

/**
 * The plan of a pair for a gateway as it is configured, and as it says of itself; over by a monotonic time. Where it does
 * not tell whether caching has to be asked for, the pair asks for it: a gateway that caches anyway does not mind.
 */
export function planOf(
  { model, ttl, instance }: Pick<GatewayConfig, 'model' | 'ttl'> & Pick<PairPlan, 'instance'>,
  settings: CacheSettings | undefined,
  route: Route,
  kind: PairKind,
  until: number,
  originKeys?: PairPlan['originKeys'],
): PairPlan {
  const onDemand = settings?.defaultOff !== false;
  return { prober: PROBERS[route], model, kind, ttlSeconds: ttl / 1000, instance, onDemand, until, ...(originKeys && { originKeys }) };
}

const KEY: Readonly<Record<KeyState, string>> = {
  present: 'key in Redis',
  absent: 'key not in Redis',
  other_database: 'key in another database of this Redis',
  unknown: 'key not looked up',
};

const LOST = 'key lost after it was written';

const DUPLICATE: Readonly<Record<PairKind, string>> = {
  own: 'duplicate',
  plain: 'duplicate without cache controls',
  control: 'duplicate that asks for no cached answer',
};

/** One line that says what was seen of a pair: `duplicate hit in 2 ms, key in Redis`. */
export function evidenceOf({ kind, outcome, first, duplicate, key, lostAfterWrite, other, differs, proven }: PairResult): string {
  if (other !== undefined) {
    const { seconds } = other.request === 'first' ? first : (duplicate ?? first);
    const which = other.request === 'first' ? 'first request' : DUPLICATE[kind];
    return `${which} got the answer to ${OWNER_PROSE[other.owner]} in ${milliseconds({ seconds })}`;
  }
  if (outcome === 'error_first' || duplicate === undefined) {
    return outcome === 'hit_on_first' ? `first request hit in ${milliseconds(first)}` : `first request failed: ${failureOf(first)}`;
  }
  if (outcome === 'error_duplicate') return `duplicate failed: ${failureOf(duplicate)}`;
  const hit = `${DUPLICATE[kind]} ${duplicate.mark === 'hit' ? 'hit' : 'missed'} in ${milliseconds(duplicate)}`;
  const parts = [hit, lostAfterWrite ? LOST : KEY[key], ...(proven ? ['told by its content'] : [])];
  return [...parts, ...(differs === undefined ? [] : [`differs at ${differs.join(', ')}`])].join(', ');
}

function failureOf({ failure, status }: RequestResult): string {
  return `${failure ?? 'unknown'}${status === undefined ? '' : ` (HTTP ${status})`}`;
}

function milliseconds({ seconds }: Pick<RequestResult, 'seconds'>): string {
  return `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
}
