import type { GatewayConfig } from '../../config/effective.ts';
import type { Route, SkipReason } from '../../model/cache.ts';
import type { Tick } from '../../model/tick.ts';
import type { OriginKeys } from '../../origin/stamp.ts';
import { type Endpoints, type PairPlan, type PairResult, runPair } from '../../pairs/pair.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Backend, BackendEvidence, TargetReport } from './backend/backend.ts';
import { isDue, recordUsable } from './backoff.ts';
import type { Spending } from './budget.ts';
import type { Overhead } from './overhead.ts';
import type { Questions } from './questions.ts';
import { pairInTurn, type ReplicasFound } from './replicas/memory.ts';
import { currentResult, isGood, isServed, nextKind, planOf, type RouteRecord, type SentPair } from './route.ts';
import { cacheReplaced, isUp, namespaceOf, type SelfReport, withoutPing, withVersion } from './self-report.ts';
import { type GatewayState, replicasOf, routesAfter, routesBefore, tenantsBefore } from './state.ts';
import { type TenantRound, tenantTurn } from './tenants/memory.ts';
import { askTenants } from './tenants/question.ts';

/** What was asked and answered in one tick of a gateway. It is made once and never changed. */
export interface Round {
  readonly traceId: string;
  /** The self-reports of the gateway before the first pair and at the end. */
  readonly before: SelfReport;
  readonly after: SelfReport;
  /** It names another cache than at the end of the round before. */
  readonly cacheReplaced: boolean;
  /** Undefined where no replicas are configured. */
  readonly replicas: ReplicasFound | undefined;
  /** Empty when none was due, or the gateway is down. */
  readonly pairs: readonly SentPair[];
  /** Pairs that were due and not sent. */
  readonly skipped: readonly { readonly route: Route; readonly reason: SkipReason }[];
  /** How long the pairs and the look at Redis around them took, in milliseconds, and when that ended, on the monotonic clock; undefined and 0 when none were due. */
  readonly pairsTook: number | undefined;
  readonly pairsEndedAt: number;
  /** A pair costs money. */
  readonly priced: boolean;
  /** Whether Redis was usable when the pairs were due; undefined when that is not known. */
  readonly redisUsable: boolean | undefined;
  /** What Redis showed around the pairs; undefined without a target, or without pairs. */
  readonly backend: BackendEvidence | undefined;
  /** What is known of the target at the end; undefined without one. */
  readonly target: TargetReport | undefined;
  /** What the tenants whose turn it was showed; undefined when no turn was due. */
  readonly tenants?: TenantRound | undefined;
  /** The end of the round: Unix milliseconds, and milliseconds of the monotonic clock. */
  readonly at: number;
  readonly endedAt: number;
}

/** The ways out that a round takes. */
export interface RoundParts {
  config: GatewayConfig & Pick<PairPlan, 'instance'>;
  questions: Questions;
  /** Undefined without a target. */
  backend: Backend | undefined;
  spending: Spending;
  overhead: Pick<Overhead, 'withheld' | 'learnVersion'>;
  clock: Clock;
  /** Whether this exporter is the one that probes. */
  mayProbe(): boolean;
  /** The keys that sign the answers of the gateway's model, where that leads to the origin. */
  originKeys?: (() => Promise<OriginKeys>) | undefined;
}

/** The monotonic times, in milliseconds, after which no pair of a tick runs any more, and nothing else. */
export interface Limits {
  readonly pairs: number;
  readonly all: number;
}

/** A round before anything of it is known beside the health of the gateway. */
type Opening = Omit<Round, 'after' | 'backend' | 'target' | 'priced' | 'at' | 'endedAt'>;

/**
 * Asks the gateway for its health, sends one pair of every route unless back-off or budget forbid it, and looks at its
 * Redis around them.
 */
export async function probeRound(parts: RoundParts, previous: GatewayState, limits: Limits, tick: Tick): Promise<Round> {
  const { questions, backend, config } = parts;
  const { report: healthy, replicas } = await questions.askHealth(previous, tick);
  const replaced = isUp(healthy) && cacheReplaced(previous.report, healthy);
  const state: GatewayState = { ...previous, report: healthy, replicas: replicasOf(previous, replicas) };
  const isNew = isUp(healthy) && healthy.settings === undefined && config.cache_ping === 'auto';
  const before = isNew ? await askSettings(parts, state, limits, tick) : healthy;
  const redisUsable = isUp(before) ? backend?.usable() : undefined;
  const opening: Opening = {
    traceId: tick.traceId,
    before,
    cacheReplaced: replaced,
    replicas,
    pairs: [],
    skipped: [],
    pairsTook: undefined,
    pairsEndedAt: 0,
    redisUsable,
  };
  if (!isUp(before)) return ended(parts, opening, before);
  const reason = whyNoPairs(parts, state, opening);
  if (reason === undefined) return probePairs(parts, previous, opening, limits, tick);
  // Without pairs just before it the write behind this question could close a breaker that stays open for users.
  const after = previous.silence.goesOn
    ? before
    : await questions.askPing({ ...state, report: before }, limits.all, backend === undefined, tick);
  return ended(parts, { ...opening, skipped: config.routes.map((route) => ({ route, reason })) }, after);
}

/** The rest of a round in which pairs are due: Redis before them, the pairs, `/cache/ping`, Redis after them. */
async function probePairs(parts: RoundParts, previous: GatewayState, opening: Opening, limits: Limits, tick: Tick): Promise<Round> {
  const { questions, backend, config, clock } = parts;
  const { before } = opening;
  const isFresh = before.settings?.namespace !== undefined && before.pingNotAsked === undefined;
  const start = clock.monotonic();
  const opened = await backend?.before(namespaceOf(before, config.namespace), isFresh, tick.signal);
  const round = await sendPairs(parts, previous, opening, limits, tick);
  const routes = routesAfter(previous, { ...round, pairsTook: 0 });
  const report = round.pairs.reduce((known, { pair }) => withVersion(known, pair.first.markers?.version), before);
  const asked = { report, replicas: replicasOf(previous, opening.replicas) };
  // It would make everybody wait for the same thing once more.
  const isSlow = routes.some((route) => currentResult(route)?.failure === 'timeout');
  const after = isSlow
    ? withoutPing(report)
    : await untilAbort(questions.askPing(asked, limits.all, !routes.every(isServed), tick), report, tick.signal);
  const probes = new Set(round.pairs.map(({ pair }) => pair.probe));
  const looked = opened && backend?.after(opened, probes, tick.signal);
  const evidence = looked && (await untilAbort(looked, undefined, tick.signal));
  const pairsEndedAt = clock.monotonic();
  const tenants = await untilAbort(tryTenants(parts, previous, { ...round, after }, routes, limits, tick), undefined, tick.signal);
  return ended(parts, { ...round, tenants, pairsTook: pairsEndedAt - start, pairsEndedAt }, after, evidence);
}

/** Tries two tenants when it is their turn, after all that Redis is looked at for, on a route that has just worked: in an outage nothing is shared. */
async function tryTenants(
  parts: RoundParts,
  previous: GatewayState,
  round: Opening & Pick<Round, 'after'>,
  routes: readonly RouteRecord[],
  limits: Limits,
  tick: Tick,
): Promise<TenantRound | undefined> {
  const memory = tenantsBefore(previous, round);
  const working = routes.filter((record) => isGood(record) && round.pairs.some(({ pair }) => pair.prober.route === record.route));
  const names = working.map(({ route }) => route);
  const turn = memory && tenantTurn(memory, names);
  if (turn === undefined) return undefined;
  const modelSeconds = working.find(({ route }) => route === turn.route)?.last?.pair.first.seconds ?? 0;
  const replica = pairInTurn(replicasOf(previous, round.replicas))?.from;
  const originKeys = await keysOf(parts.originKeys);
  return askTenants(parts, { turn, report: round.after, replica, modelSeconds, originKeys, until: limits.all }, tick);
}

/** What a promise gives, or that where the tick is aborted meanwhile: what was sent and paid for stays in the round. */
async function untilAbort<T>(promise: Promise<T>, otherwise: T, signal: AbortSignal): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (!signal.aborted) throw error;
    return otherwise;
  }
}

/** The round as it is at its end. */
function ended({ backend, spending, clock }: RoundParts, round: Opening, after: SelfReport, evidence?: BackendEvidence): Round {
  const target = backend?.report();
  return { ...round, after, backend: evidence, target, priced: spending.priced(), at: clock.now(), endedAt: clock.monotonic() };
}

/** Asks a gateway whose settings are not known for them, before any pair is built. */
async function askSettings(
  { questions, backend, config }: RoundParts,
  state: GatewayState,
  limits: Limits,
  tick: Tick,
): Promise<SelfReport> {
  await backend?.learnMode(namespaceOf(state.report, config.namespace), tick.signal);
  return questions.askPing(state, limits.all, backend !== undefined, tick);
}

/** Why no pairs are sent in this tick; undefined when they are due. */
function whyNoPairs({ spending, config, clock }: RoundParts, { backoff }: GatewayState, opening: Opening): SkipReason | undefined {
  const due = opening.cacheReplaced || isDue(recordUsable(backoff, opening.redisUsable), clock.monotonic());
  if (!due) return 'backoff';
  return spending.affords(config.routes.length) ? undefined : 'budget';
}

/** Sends one pair of every route in turn. What time is left is shared out, so that one slow route does not keep the others from being tried. */
async function sendPairs(parts: RoundParts, previous: GatewayState, opening: Opening, limits: Limits, tick: Tick): Promise<Opening> {
  const { questions, clock, mayProbe } = parts;
  const turn = pairInTurn(replicasOf(previous, opening.replicas));
  tick.note({ replica_first: turn?.from.name, replica_duplicate: turn?.to.name });
  const endpoints: Endpoints = { first: questions.to(turn?.from, tick.traceId), duplicate: questions.to(turn?.to, tick.traceId) };
  const routes = routesBefore(previous, opening);
  const [pairs, skipped]: [SentPair[], Round['skipped'][number][]] = [[], []];
  for (const [index, record] of routes.entries()) {
    const left = limits.pairs - clock.monotonic();
    const until = limits.pairs - left + left / (routes.length - index);
    if (!mayProbe()) skipped.push({ route: record.route, reason: 'lease' });
    else if (left <= 0) skipped.push({ route: record.route, reason: 'overlap' });
    else {
      const rest = routes.length - index - 1;
      const sent = sendPair(parts, record, opening.before, endpoints, until, rest, tick);
      const pair = pairs.length === 0 ? await sent : await untilAbort(sent, undefined, tick.signal);
      if (pair === undefined) skipped.push({ route: record.route, reason: 'overlap' });
      else pairs.push(pair);
    }
  }
  return { ...opening, pairs, skipped };
}

async function sendPair(
  { config, overhead, backend, spending, clock, mayProbe, originKeys }: RoundParts,
  record: RouteRecord,
  { settings }: SelfReport,
  endpoints: Endpoints,
  until: number,
  rest: number,
  tick: Tick,
): Promise<SentPair> {
  const next = nextKind(record);
  const kind = next === 'control' && overhead.withheld('control') !== undefined ? 'own' : next;
  const plan = planOf(config, settings, record.route, kind, until, await keysOf(originKeys));
  const pair = await runPair(plan, endpoints, backend?.keys, tick, clock, (doubtful) => mayProbe() && payTwice(spending, doubtful, rest));
  spending.charge(pair);
  overhead.learnVersion(pair.first.markers?.version);
  return { pair, at: clock.now(), ranAt: clock.monotonic() };
}

/** The keys of the origin for one pair; without them it is left to its marks. */
export async function keysOf(read: RoundParts['originKeys']): Promise<PairPlan['originKeys']> {
  return read?.().catch(() => 'unreadable' as const);
}

/** Pays for a pair that another one follows at once, where both and the rest of the round are affordable. */
export function payTwice(spending: Spending, doubtful: PairResult, rest = 0): boolean {
  if (!spending.affords(2 + rest)) return false;
  spending.charge(doubtful);
  return true;
}
