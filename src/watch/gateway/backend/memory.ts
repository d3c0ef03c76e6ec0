import type { RedisFailure } from '../../../model/redis.ts';
import { isWhole } from '../../../redis/replies/server-counters.ts';
import type { ServerState } from '../../../redis/replies/server-state.ts';
import { type AnomalousIncrease, type CounterSnapshot, type ObservationWindow, ratioOf } from '../../../verdict/growth.ts';
import type { RouteResult, Signals } from '../../../verdict/signals.ts';
import { type BackendEvidence, failureOf, type TargetReport } from './backend.ts';
import { type Baseline, increasesBeside, NO_BASELINE, observe, passedOver, suffices, withBad, withGood } from './baseline.ts';
import { NO_REFUSALS, newlyDenied, type RefusalMemory, refusalsOfGateway, withPairs, withRefusals } from './refusals.ts';
import { unseenRounds, writesUnwatched } from './unseen.ts';

/** The signals of a verdict that come from the gateway's Redis. */
export type BackendSignals = Pick<
  Signals,
  | 'redisFailure'
  | 'redisStalled'
  | 'usedBefore'
  | 'refusedCredential'
  | 'acceptedCredential'
  | 'refusals'
  | 'deltas'
  | 'increases'
  | 'seesEveryWrite'
  | 'server'
  | 'writesUnwatched'
>;

/** What is known of the Redis behind a gateway. */
export interface BackendMemory {
  readonly baseline: Baseline;
  /** What moved while pairs ran that were not all good, or were not judged yet. */
  readonly window: ObservationWindow | undefined;
  /** What moved while the last pairs ran. */
  readonly deltas: Signals['deltas'];
  /** The counters just before and just after the last pairs. */
  readonly before: CounterSnapshot | undefined;
  readonly after: CounterSnapshot | undefined;
  readonly stalled: boolean;
  readonly usedBefore: boolean;
  readonly refusals: RefusalMemory;
  readonly report: TargetReport;
  /** All pairs of the last round that was judged were good. */
  readonly allGood: boolean;
  /** A key of a pair was found under the namespace that is looked under. */
  readonly keyFound: boolean;
  readonly unseenRounds: number;
}

/** How the pairs of a round went. */
export interface RoundOutcome {
  readonly results: readonly RouteResult[];
  readonly allGood: boolean;
  /** Nothing else went wrong or was mended meanwhile. */
  readonly steady: boolean;
  /** Pairs were sent in this round. */
  readonly sent: boolean;
}

/** The signals where no target is configured. */
const NO_TARGET: BackendSignals = {
  redisFailure: undefined,
  redisStalled: false,
  usedBefore: false,
  refusedCredential: undefined,
  refusals: [],
  deltas: undefined,
  increases: {},
  seesEveryWrite: false,
};

/** Nothing is known of the target. */
export const NO_BACKEND: BackendMemory = {
  baseline: NO_BASELINE,
  window: undefined,
  deltas: undefined,
  before: undefined,
  after: undefined,
  stalled: false,
  usedBefore: false,
  refusals: NO_REFUSALS,
  report: { failure: undefined, refusedCredential: undefined, acceptedCredential: undefined, watching: false },
  allGood: false,
  keyFound: false,
  unseenRounds: 0,
};

/** Takes in what the server showed around the pairs of a round. */
export function withEvidence(memory: BackendMemory, { before, after, stalled, refusals }: BackendEvidence): BackendMemory {
  const { baseline, window } = observe(memory.baseline, before, after);
  return {
    ...memory,
    baseline,
    window,
    deltas: window?.during.by,
    before,
    after,
    stalled,
    usedBefore: memory.usedBefore || after !== undefined,
    refusals: withRefusals(memory.refusals, refusals),
  };
}

/** Takes in how the pairs went. Of good ones the counters are what is usual, if all was steady meanwhile. */
export function withOutcome(memory: BackendMemory, { results, allGood, steady, sent }: RoundOutcome): BackendMemory {
  const { window, deltas, after } = memory;
  return {
    ...memory,
    baseline: baselineAfter(memory, { allGood, steady, sent }),
    window: allGood ? undefined : window,
    allGood,
    // A round without pairs has read nothing new.
    refusals: sent ? withPairs(memory.refusals, { allGood, steady }) : memory.refusals,
    keyFound: memory.keyFound || results.some(({ key }) => key === 'present'),
    unseenRounds: sent
      ? unseenRounds(memory.unseenRounds, results, { deltas, sharesKeys: after === undefined || !isWhole(after.counters) })
      : memory.unseenRounds,
  };
}

function baselineAfter({ baseline, window }: BackendMemory, { allGood, steady, sent }: Omit<RoundOutcome, 'results'>): Baseline {
  if (window === undefined) return baseline;
  if (allGood) return steady ? withGood(baseline, window) : passedOver(baseline);
  // Without pairs the window is the one that was taken in before.
  return sent ? withBad(baseline, window) : baseline;
}

/** How long a pause without pairs has to last to compare their counters with it, in milliseconds; undefined where there is enough to compare with. */
export function lacksPause({ window, baseline, after, allGood }: BackendMemory): number | undefined {
  if (allGood || window === undefined || after === undefined || suffices(baseline, window)) return undefined;
  return window.during.seconds * 1000;
}

/** Takes in the counters after a pause that was waited for because there was nothing to compare with. */
export function withPause(memory: BackendMemory, quiet: CounterSnapshot | undefined): BackendMemory {
  const { baseline, window: pause } = observe(memory.baseline, memory.after, quiet);
  return { ...memory, baseline, window: memory.window && { during: memory.window.during, pause: pause?.during } };
}

/** What a verdict needs to know of the target; `namespaceTold`: the gateway itself has told its namespace. */
export function signalsOf(memory: BackendMemory | undefined, namespaceTold: boolean): BackendSignals {
  if (memory === undefined) return NO_TARGET;
  const { report, before, after, allGood, keyFound } = memory;
  return {
    redisFailure: failureOf(after, report.failure),
    redisStalled: memory.stalled,
    usedBefore: memory.usedBefore,
    refusals: allGood ? [] : refusalsOfGateway(memory.refusals),
    deltas: memory.deltas,
    refusedCredential: report.refusedCredential,
    acceptedCredential: report.acceptedCredential,
    server: mostCrowded(before?.counters.state, after?.counters.state),
    increases: allGood ? {} : increasesOf(memory),
    // Silence under a namespace that only the configuration knows may be that of a wrong prefix.
    seesEveryWrite: report.watching && after !== undefined && isWhole(after.counters) && (namespaceTold || keyFound),
    writesUnwatched: writesUnwatched(memory.unseenRounds),
  };
}

/** The state of a server after the pairs, with the clients and their limit at whichever end it had less room: one that has room now may have had none. */
function mostCrowded(before: ServerState | undefined, after: ServerState | undefined): ServerState | undefined {
  if (before === undefined || after === undefined) return after;
  const share = ({ clients = 0, maxClients = Number.POSITIVE_INFINITY }: ServerState) => clients / maxClients;
  const { clients, maxClients } = share(before) > share(after) ? before : after;
  return { ...after, clients, maxClients };
}

/** Failures of Redis that keep its clients waiting. */
const AWAY: readonly RedisFailure[] = ['timeout', 'closed', 'refused', 'dns', 'loading'];

/** How the Redis of a gateway was in a round, which it may have kept waiting (`stalled`): it keeps the gateway waiting then, too. */
export function availabilityOf(memory: BackendMemory | undefined, stalled: boolean): 'away' | 'answers' | 'not known' {
  const failure = memory && failureOf(memory.after, memory.report.failure);
  if (stalled || (failure !== undefined && AWAY.includes(failure))) return 'away';
  return failure === undefined && memory?.after?.counters.state !== undefined ? 'answers' : 'not known';
}

/**
 * The increases of the counters, with refused commands of a kind that never came before, which are few beside all that a
 * user may be refused at all times: the larger ratio counts.
 */
function increasesOf({ window, baseline, refusals }: BackendMemory): BackendSignals['increases'] {
  const increases = window === undefined ? {} : increasesBeside(baseline, window);
  const denied: AnomalousIncrease = { by: newlyDenied(refusals), usual: 0 };
  const [all = 0, ofNewKind = 0] = [increases.NOPERM && ratioOf(increases.NOPERM), ratioOf(denied)];
  return ofNewKind > all ? { ...increases, NOPERM: denied } : increases;
}
