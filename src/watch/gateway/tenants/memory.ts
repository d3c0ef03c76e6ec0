import { type Sample, sample } from '../../../catalogue/sample.ts';
import { TENANT_ROUNDS } from '../../../config/cost.ts';
import type { GatewayConfig } from '../../../config/effective.ts';
import type { NotAsked, Route, Sharing, TenantResult } from '../../../model/cache.ts';
import type { TenantStatus, TenantsStatus } from '../../../model/status.ts';
import { cycleOf } from '../replicas/ordered-pairs.ts';

/** Two tenants and a route: the first tenant asks, the second one sends the same request. */
export interface TenantTurn {
  readonly from: string;
  readonly to: string;
  readonly route: Route;
}

/** A turn as it went. `at` is Unix milliseconds, `endedAt` milliseconds of the monotonic clock. */
export interface TenantTrial extends TenantTurn {
  readonly result: TenantResult;
  readonly detail?: string | undefined;
  /** The tenant whose key the gateway refuses, or which cannot be sent. */
  readonly refused?: string | undefined;
  readonly at: number;
  readonly endedAt: number;
  readonly traceId: string;
}

/** What a round brought of tenants whose turn it was: a trial, or why there was none. */
export type TenantRound = { readonly trial: TenantTrial } | { readonly notAsked: NotAsked };

/** What is known of the tenants of a gateway. It is never changed: a round makes another one of it. */
export interface TenantMemory {
  readonly expected: Sharing | undefined;
  readonly routes: readonly Route[];
  readonly cycle: readonly { readonly from: string; readonly to: string }[];
  /** How many turns there were in the order of the cycle. */
  readonly turn: number;
  /** The last turn was out of that order, to look again at what contradicts the configuration. */
  readonly repeated: boolean;
  /** How many rounds with pairs pass before the next turn. */
  readonly wait: number;
  /** The last trial of each turn; its last one with a result stays while a later one has none. */
  readonly trials: readonly { readonly last: TenantTrial; readonly known: TenantTrial | undefined }[];
  readonly notAsked?: NotAsked | undefined;
}

/** What was found counts for so many full cycles. */
const FRESH_CYCLES = 3;

/** Nothing is known of the tenants of a configuration; undefined where there are fewer than two. */
export function createTenantMemory({
  tenants = [],
  routes,
  expect,
}: Pick<GatewayConfig, 'tenants' | 'routes' | 'expect'>): TenantMemory | undefined {
  if (tenants.length < 2) return undefined;
  const cycle = cycleOf(tenants.map(({ name }) => name));
  return { expected: expect.sharing, routes, cycle, turn: 0, repeated: false, wait: 0, trials: [] };
}

/**
 * Whose turn it is, on a route that works; undefined before the tenth round after the last turn, and while no route works. Every
 * other turn looks again at the oldest trial that contradicts the configuration, where there is one: what is mended must not
 * wait for a full cycle.
 */
export function tenantTurn(memory: TenantMemory, working: readonly Route[]): TenantTurn | undefined {
  if (memory.wait > 0) return undefined;
  const wrong = contradictions(memory).find(({ route }) => working.includes(route));
  if (wrong !== undefined && !memory.repeated) return { from: wrong.from, to: wrong.to, route: wrong.route };
  const pair = memory.cycle[memory.turn % memory.cycle.length];
  const lap = Math.floor(memory.turn / memory.cycle.length);
  const inOrder = memory.routes.map((_, index) => memory.routes[(lap + index) % memory.routes.length]);
  const route = inOrder.find((candidate) => candidate !== undefined && working.includes(candidate));
  return pair === undefined || route === undefined ? undefined : { ...pair, route };
}

/** Takes in a round in which pairs were sent. */
export function withTenantRound(memory: TenantMemory, round: TenantRound | undefined): TenantMemory {
  if (round === undefined) return { ...memory, wait: Math.max(0, memory.wait - 1) };
  // What could not be asked has its turn in the next round.
  if ('notAsked' in round) return { ...memory, notAsked: round.notAsked };
  const { trial } = round;
  const before = memory.trials.find(({ last }) => isSameTurn(last, trial));
  const wasWrong = contradictions(memory).some((known) => isSameTurn(known, trial));
  const known = trial.result === 'unknown' ? before?.known : trial;
  const trials = [...memory.trials.filter((one) => one !== before), { last: trial, known }];
  const next = {
    ...memory,
    turn: memory.turn + (wasWrong && !memory.repeated ? 0 : 1),
    repeated: wasWrong && !memory.repeated,
    trials: trial.refused === undefined ? trials : withoutTenant(trials, trial.refused, trial.detail),
    notAsked: undefined,
  };
  // Where one was mended the others may be: they are looked at in the rounds that follow, until one is as it was.
  const isMended = wasWrong && known === trial && contradictions(next).length < contradictions(memory).length;
  return isMended && contradictions(next).length > 0 ? { ...next, repeated: false, wait: 0 } : { ...next, wait: TENANT_ROUNDS - 1 };
}

/** What was known of a tenant that is refused does not hold any more, in no turn of it: none of its requests is answered. */
function withoutTenant(trials: TenantMemory['trials'], tenant: string, detail: string | undefined): TenantMemory['trials'] {
  return trials.map(({ last, known }) =>
    last.from === tenant || last.to === tenant ? { last: { ...last, result: 'unknown', detail }, known: undefined } : { last, known },
  );
}

/** The gateway may be another one: all turns begin anew. */
export function forgetTenants(memory: TenantMemory): TenantMemory {
  return { ...memory, turn: 0, repeated: false, wait: 0, trials: [] };
}

/** What is known of each ordered pair that was tried, at a monotonic time; `interval` is that of its rounds, in milliseconds. */
export function tenantStatuses(memory: TenantMemory, now: number, interval: number): TenantStatus[] {
  const lifetime = FRESH_CYCLES * TENANT_ROUNDS * 2 * memory.cycle.length * memory.routes.length * interval;
  return memory.cycle.flatMap(({ from, to }) => {
    const trials = memory.trials.filter(({ last }) => last.from === from && last.to === to);
    const [latest] = trials.map(({ last }) => last).toSorted((a, b) => b.endedAt - a.endedAt);
    if (latest === undefined) return [];
    const known = trials.flatMap((trial) => (trial.known !== undefined && now - trial.known.endedAt <= lifetime ? [trial.known] : []));
    const result = (['shared', 'separate'] as const).find((wanted) => known.some((trial) => trial.result === wanted)) ?? 'unknown';
    const routes = (result === 'unknown' ? [latest] : known.filter((trial) => trial.result === result)).map(({ route }) => route);
    return [
      {
        from,
        to,
        result,
        routes,
        ...(latest.detail === undefined ? {} : { detail: latest.detail }),
        at: latest.at,
        traceId: latest.traceId,
      },
    ];
  });
}

/** What the page shows of the tenants. */
export function tenantsStatus(memory: TenantMemory, now: number, interval: number): TenantsStatus {
  const { expected, cycle, notAsked } = memory;
  return {
    ...(expected === undefined ? {} : { expected }),
    pairs: tenantStatuses(memory, now, interval),
    all: cycle.length,
    ...(notAsked === undefined ? {} : { notAsked }),
  };
}

/** The gauges of the tenants; nothing of a pair of which nothing is known. */
export function tenantSamples(statuses: readonly TenantStatus[]): Sample[] {
  return statuses.flatMap(({ from, to, result }) =>
    result === 'unknown' ? [] : [sample('llm.cache.tenants_shared', { from, to }, result === 'shared' ? 1 : 0)],
  );
}

/** Trials that are not what the configuration says, the oldest first. */
function contradictions({ expected, trials }: TenantMemory): TenantTrial[] {
  if (expected !== 'isolated') return [];
  return trials.flatMap(({ known }) => (known?.result === 'shared' ? [known] : [])).toSorted((a, b) => a.endedAt - b.endedAt);
}

function isSameTurn(one: TenantTurn, other: TenantTurn): boolean {
  return one.from === other.from && one.to === other.to && one.route === other.route;
}
