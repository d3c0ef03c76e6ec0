import type { GatewayConfig } from '../../config/effective.ts';
import { hasOwnMetrics } from '../../litellm/breaker.ts';
import type { MetricsAnswer } from '../../model/status.ts';
import { type BackendMemory, NO_BACKEND, withEvidence, withOutcome, withPause } from './backend/memory.ts';
import { type Backoff, createBackoff, recordRun, recordUsable, runNow } from './backoff.ts';
import type { Experiments } from './experiments.ts';
import type { ShapeRound } from './fidelity/check.ts';
import { createFidelity, type FidelityMemory, fidelityAfter, withoutShape, withShape } from './fidelity/memory.ts';
import { NOTHING_SEEN, type SeenByTurns, seenAfter, type Turn } from './replicas/by-turns.ts';
import {
  isColdStart,
  isCrossReplica,
  NO_REPLICAS,
  pairInTurn,
  type ReplicaMemory,
  withReplicas,
  withRound,
  withSelfCheck,
} from './replicas/memory.ts';
import type { Round } from './round.ts';
import { createRouteRecord, currentResult, expectColdStart, forget, isServed, type RouteRecord, recordPair, resultOf } from './route.ts';
import { cacheTypeOf, isUp, NO_REPORT, pingChanged, pingRecovered, type SelfReport, settingsChanged } from './self-report.ts';
import { NO_SILENCE, type Silence, silenceAfter, withHearing } from './silence.ts';
import { createTenantMemory, forgetTenants, type TenantMemory, withTenantRound } from './tenants/memory.ts';

/** All that is known of a gateway, as the rounds until now have left it. It is never changed: a round makes another one of it. */
export interface GatewayState {
  /** What the configuration says that the gateway's cache should be. */
  readonly expected: 'redis' | 'local' | 'none';
  readonly report: SelfReport;
  readonly routes: readonly RouteRecord[];
  readonly backoff: Backoff;
  /** Undefined where no replicas are configured. */
  readonly replicas: ReplicaMemory | undefined;
  /** Undefined where no target is configured. */
  readonly backend: BackendMemory | undefined;
  /** Undefined where no tenants are configured. */
  readonly tenants?: TenantMemory | undefined;
  /** How it leaves its Redis alone. */
  readonly silence: Silence;
  /** What its cache does to answers; undefined where no shapes are tried. */
  readonly fidelity: FidelityMemory | undefined;
  /** The releases and the types of caches that answered lately: several gateways can be behind one address, by turns. */
  readonly seen: { readonly releases: SeenByTurns; readonly cacheTypes: SeenByTurns };
  /** Its metrics have an address of their own. */
  readonly hasOwnMetrics: boolean;
  /** What its metrics answered last; undefined until they were asked, and where that was of an outage that is over. */
  readonly metrics?: MetricsAnswer | undefined;
  /** The settings of the cache changed while the pairs of the last round ran, so that these are not judged. */
  readonly misread: boolean;
  /** When the last round ended: Unix milliseconds, and milliseconds of the monotonic clock. */
  readonly at: number;
  readonly endedAt: number;
}

/** Nothing is known of the gateway of a configuration entry. */
export function createState(
  { expect, routes, interval, addresses = [], redis, url, metrics_url, tenants, fidelity }: GatewayConfig,
  hasTarget = redis !== undefined,
): GatewayState {
  return {
    expected: expect.cache,
    report: NO_REPORT,
    routes: routes.map(createRouteRecord),
    backoff: createBackoff(interval),
    replicas: addresses.length === 0 ? undefined : NO_REPLICAS,
    backend: hasTarget ? NO_BACKEND : undefined,
    tenants: createTenantMemory({ tenants, routes, expect }),
    silence: NO_SILENCE,
    fidelity: createFidelity({ fidelity, interval }),
    seen: { releases: NOTHING_SEEN, cacheTypes: NOTHING_SEEN },
    hasOwnMetrics: hasOwnMetrics({ url, metrics_url }),
    misread: false,
    at: 0,
    endedAt: Number.NEGATIVE_INFINITY,
  };
}

/**
 * What is known after a round. What pairs showed is forgotten when the gateway was down or has another cache than
 * before. A round during which the settings changed is not judged, and never two one after the other, so that a
 * gateway whose settings change all the time is judged all the same.
 */
export function advance(previous: GatewayState, round: Round): GatewayState {
  const routes = routesAfter(previous, round);
  const isMisread = isUp(round.after) && !previous.misread && settingsChanged(round.before, round.after);
  const current = isMisread ? routes.map(forget) : routes;
  const backend = backendAfter(previous, round, current, isMisread);
  const { seen, turn } = gatewayAfter(previous, round);
  return {
    ...previous,
    report: round.after,
    routes: current,
    backoff: backoffAfter(previous.backoff, round, routes, isMisread),
    replicas: replicasAfter(previous, round),
    backend,
    tenants: tenantsAfter(previous, round),
    fidelity:
      previous.fidelity &&
      fidelityAfter(previous.fidelity, {
        isSame: isUp(round.after) && !isMisread && turn !== 'over',
        isReplaced: turn === 'new',
      }),
    seen,
    metrics: current.every(isServed) ? withoutOpenBreaker(previous.metrics) : previous.metrics,
    silence: isMisread
      ? { ...previous.silence, goesOn: false }
      : silenceAfter(previous.silence, {
          report: round.after,
          backend,
          results: current.flatMap((route) => currentResult(route) ?? []),
          sent: round.pairs.length > 0,
          replicas: round.replicas?.all.map(({ name }) => name) ?? [],
          wasGood: previous.backend?.allGood ?? false,
          at: round.at,
          endedAt: round.endedAt,
        }),
    // A gateway that was down has not shown its settings: what was known of them is kept.
    misread: isUp(round.after) ? isMisread : previous.misread,
    at: round.at,
    endedAt: round.endedAt,
  };
}

/** What the metrics answered, but for an open breaker. */
function withoutOpenBreaker(metrics: MetricsAnswer | undefined): MetricsAnswer | undefined {
  return metrics !== undefined && 'breaker' in metrics && metrics.breaker === 'open' ? undefined : metrics;
}

/** What is known after the experiments in an outage without a known cause. */
export function learn(state: GatewayState, { pause, ping, selfChecks, metrics = state.metrics }: Experiments): GatewayState {
  const { replicas, backend, silence } = state;
  return {
    ...state,
    report: ping.report,
    metrics,
    backoff: ping.recovered ? runNow(state.backoff) : state.backoff,
    backend: backend && pause.waited ? withPause(backend, pause.after) : backend,
    silence: ping.received === undefined ? silence : withHearing(silence, ping.received),
    replicas: replicas && selfChecks.reduce((memory, { name, result }) => withSelfCheck(memory, name, result), replicas),
  };
}

/** What is known after the shape whose turn it was. */
export function withShapeRound(state: GatewayState, round: ShapeRound): GatewayState {
  const { fidelity } = state;
  if (fidelity === undefined) return state;
  return { ...state, fidelity: 'found' in round ? withShape(fidelity, round.found) : withoutShape(fidelity, round.notAsked) };
}

/** Whether the last round is to be judged. */
export function mayJudge({ report, misread }: GatewayState): boolean {
  return !isUp(report) || !misread;
}

/** The replicas as a round found them: whose turn it is, before any pair. */
export function replicasOf({ replicas }: GatewayState, found: Round['replicas']): ReplicaMemory | undefined {
  return replicas && found ? withReplicas(replicas, found) : replicas;
}

/** The routes of a round before any pair. */
export function routesBefore(
  { routes }: GatewayState,
  { before, cacheReplaced }: Pick<Round, 'before' | 'cacheReplaced'>,
): readonly RouteRecord[] {
  if (!isUp(before)) return routes.map((route) => forget(expectColdStart(route)));
  return cacheReplaced ? routes.map(forget) : routes;
}

/** The routes after the pairs of a round. */
export function routesAfter(
  previous: GatewayState,
  round: Pick<Round, 'traceId' | 'before' | 'cacheReplaced' | 'replicas' | 'pairs' | 'pairsTook'>,
): readonly RouteRecord[] {
  const memory = replicasOf(previous, round.replicas);
  const isCold = round.pairsTook !== undefined && memory !== undefined && isColdStart(memory);
  const crossReplica = isCrossReplica(pairInTurn(memory));
  return routesBefore(previous, round).map((record) => {
    const ready = isCold ? expectColdStart(record) : record;
    const sent = round.pairs.find(({ pair }) => pair.prober.route === record.route);
    return sent === undefined ? ready : recordPair(ready, sent, round.traceId, crossReplica);
  });
}

function backoffAfter(before: Backoff, round: Round, routes: readonly RouteRecord[], isMisread: boolean): Backoff {
  const { pairsTook, redisUsable, cacheReplaced, priced, after } = round;
  const usable = recordUsable(cacheReplaced ? runNow(before) : before, redisUsable);
  if (pairsTook === undefined) return isMisread || pingRecovered(round.before, after) ? runNow(usable) : usable;
  const missed = routes.some((route) => currentResult(route)?.outcome.startsWith('miss_'));
  const ran = recordRun(usable, priced && missed, pairsTook, round.pairsEndedAt);
  return isMisread ? runNow(ran) : ran;
}

/** The tenants of a round before any is tried: what was known counts no more where the gateway was down, or is another one. */
export function tenantsBefore(state: GatewayState, { after }: Pick<Round, 'after'>): TenantMemory | undefined {
  const { tenants } = state;
  const isKnown = isUp(after) && gatewayAfter(state, { after }).turn !== 'new';
  return tenants && (isKnown ? tenants : forgetTenants(tenants));
}

/** What is known of the gateways behind the address after a round, and whether it was answered by another one than before. */
function gatewayAfter({ seen }: GatewayState, { after }: Pick<Round, 'after'>): { seen: GatewayState['seen']; turn: Turn } {
  if (!isUp(after)) return { seen, turn: 'same' };
  const type = cacheTypeOf(after);
  const release = seenAfter(seen.releases, after.version);
  const cache = seenAfter(seen.cacheTypes, type === 'unknown' ? undefined : type);
  const turns = [release.turn, cache.turn];
  const turn = (['new', 'over'] as const).find((one) => turns.includes(one)) ?? 'same';
  return { seen: { releases: release.seen, cacheTypes: cache.seen }, turn };
}

function tenantsAfter(previous: GatewayState, round: Round): TenantMemory | undefined {
  const memory = tenantsBefore(previous, round);
  return memory && round.pairs.length > 0 ? withTenantRound(memory, round.tenants) : memory;
}

function replicasAfter(previous: GatewayState, round: Round): ReplicaMemory | undefined {
  const memory = replicasOf(previous, round.replicas);
  if (memory === undefined || round.pairsTook === undefined) return memory;
  const crossReplica = isCrossReplica(pairInTurn(memory));
  const results = round.pairs.flatMap(({ pair, at }) =>
    pair.outcome === undefined ? [] : [{ result: resultOf(pair, pair.outcome, crossReplica), at }],
  );
  return withRound(memory, results);
}

function backendAfter(previous: GatewayState, round: Round, routes: readonly RouteRecord[], isMisread: boolean): BackendMemory | undefined {
  if (previous.backend === undefined || round.target === undefined) return previous.backend;
  const known = { ...previous.backend, report: round.target };
  const observed = round.backend === undefined ? known : withEvidence(known, round.backend);
  if (isMisread) return observed;
  return withOutcome(observed, {
    results: routes.flatMap((route) => currentResult(route) ?? []),
    allGood: routes.every(isServed),
    // Pairs can be good at the very beginning and end of an outage, which moves the counters all the same.
    steady: !pingChanged(round.before, round.after),
    sent: round.pairs.length > 0,
  });
}
