import { type Sample, sample } from '../../../catalogue/sample.ts';
import type { Health } from '../../../litellm/health.ts';
import type { Replica } from '../../../litellm/replicas.ts';
import type { GatewayStatus } from '../../../model/status.ts';
import { routeStateOf } from '../../../verdict/route-state.ts';
import type { RouteResult, Signals } from '../../../verdict/signals.ts';
import { replicaEvidence } from './evidence.ts';
import { beginIsolationRound, type Isolation, isolatedAmong, keepIsolationOf, NO_ISOLATION, recordSharing } from './isolation.ts';
import {
  beginRound,
  coverage,
  currentPair,
  keepReplicas,
  latest,
  NO_ORDERED_PAIRS,
  nextTurn,
  type OrderedPairs,
  type ReplicaPair,
  recordResult,
  turnsLeft,
} from './ordered-pairs.ts';

/** What is known of the replicas of a gateway. */
export interface ReplicaMemory {
  readonly ordered: OrderedPairs;
  readonly isolation: Isolation;
  /** The names of those that had their turn since they started. */
  readonly seenBefore: ReadonlySet<string>;
  /** Replicas that read back by themselves what the watched server does not have. */
  readonly readsOtherCache: ReadonlyMap<string, RouteResult>;
  readonly health: readonly ReplicaAnswer[];
  /** Where the replicas that are looked at begin among all. */
  readonly begin: number;
  /** The pair whose turn it was had its round. */
  readonly used: boolean;
}

/** One replica, and what it says of its health. */
export interface ReplicaAnswer {
  readonly replica: Replica;
  readonly health: Health;
}

/** The replicas that one tick found, those of them that it looked at, and where these begin among all. */
export interface ReplicasFound {
  readonly all: readonly Replica[];
  readonly answers: readonly ReplicaAnswer[];
  readonly begin: number;
}

/** How many replicas are looked at in a tick; of more, others come when all pairs of these had their turn. */
const WINDOW = 8;

/** Nothing is known of any replica. */
export const NO_REPLICAS: ReplicaMemory = {
  ordered: NO_ORDERED_PAIRS,
  isolation: NO_ISOLATION,
  seenBefore: new Set(),
  readsOtherCache: new Map(),
  health: [],
  begin: 0,
  used: false,
};

/** The replicas to look at in this tick; the window moves on when every ordered pair in it had its turn. */
export function windowOf({ ordered, used, begin }: ReplicaMemory, all: readonly Replica[]): { window: Replica[]; begin: number } {
  if (all.length <= WINDOW) return { window: [...all], begin };
  const next = used && turnsLeft(ordered) === 0 ? begin + WINDOW - 1 : begin;
  return { window: [...all, ...all].slice(next % all.length).slice(0, WINDOW), begin: next };
}

/** Takes in which replicas there are and which of them are alive: it is the turn of the next pair, and those that are gone are forgotten. */
export function withReplicas(memory: ReplicaMemory, { all, answers, begin }: ReplicasFound): ReplicaMemory {
  const down = answers.filter(({ health }) => health.failure !== undefined).map(({ replica }) => replica);
  const alive = answers.map(({ replica }) => replica).filter((replica) => !down.includes(replica));
  const left = all.filter((replica) => !down.includes(replica));
  const names = new Set(left.map(({ name }) => name));
  return {
    ordered: nextTurn(keepReplicas(memory.ordered, left), alive, memory.used),
    isolation: keepIsolationOf(memory.isolation, names),
    seenBefore: new Set([...memory.seenBefore].filter((name) => names.has(name))),
    readsOtherCache: new Map([...memory.readsOtherCache].filter(([name]) => names.has(name))),
    health: answers,
    begin,
    used: false,
  };
}

/** The two replicas whose turn it is; undefined when none is alive, or none is configured. */
export function pairInTurn(memory: ReplicaMemory | undefined): ReplicaPair | undefined {
  return memory && currentPair(memory.ordered);
}

/** Whether the two requests of a pair go to different replicas. */
export function isCrossReplica(pair: ReplicaPair | undefined): boolean {
  return pair?.from.name !== pair?.to.name;
}

/** Whether one of the two replicas whose turn it is gets its first pair since it started. */
export function isColdStart(memory: ReplicaMemory): boolean {
  return namesOf(memory).some((name) => !memory.seenBefore.has(name));
}

/** Takes in what the routes showed in the round of the two replicas whose turn it is. A hit of any route shows that they share a cache. */
export function withRound(memory: ReplicaMemory, results: readonly { result: RouteResult; at: number }[]): ReplicaMemory {
  const names = namesOf(memory);
  const pair = currentPair(memory.ordered);
  let ordered = beginRound(memory.ordered);
  let isolation = beginIsolationRound(memory.isolation);
  if (pair !== undefined) {
    for (const { result, at } of results) ordered = recordResult(ordered, pair, result, at);
    if (results.length > 0) isolation = recordSharing(isolation, names, ordered.shared);
  }
  return {
    ...memory,
    ordered,
    isolation,
    seenBefore: new Set([...memory.seenBefore, ...names]),
    readsOtherCache: ordered.shared
      ? new Map([...memory.readsOtherCache].filter(([name]) => !names.includes(name)))
      : memory.readsOtherCache,
    used: true,
  };
}

/** After a round without a hit from Redis: both replicas, unless it is known already that one of them reads another cache. */
export function unchecked(memory: ReplicaMemory): Replica[] {
  const pair = currentPair(memory.ordered);
  if (pair === undefined || !isCrossReplica(pair) || memory.ordered.shared) return [];
  return namesOf(memory).some((name) => memory.readsOtherCache.has(name)) ? [] : [pair.from, pair.to];
}

/** Takes in a pair of which both requests went to one replica. */
export function withSelfCheck(memory: ReplicaMemory, name: string, result: RouteResult): ReplicaMemory {
  if (routeStateOf(result) !== 'unwatched') return memory;
  return { ...memory, readsOtherCache: new Map([...memory.readsOtherCache, [name, result]]) };
}

/** What the verdict needs to know of the replicas. Those that read another cache say nothing of an outage between two others. */
export function sharingOf(memory: ReplicaMemory): NonNullable<Signals['replicas']> {
  const names = namesOf(memory);
  const telling = [...memory.readsOtherCache].filter(([name]) => memory.ordered.shared || names.includes(name));
  return {
    isolated: isolatedAmong(memory.isolation, names),
    readsOtherCache: telling.map(([name, result]) => ({ name, result })),
  };
}

/** The gauges of the replicas. */
export function replicaSamples({ ordered }: ReplicaMemory): Sample[] {
  const share = coverage(ordered);
  return share === undefined ? [] : [sample('llm.cache.probe.replica_coverage', {}, share)];
}

/** Sentences that name who is down and who does not read what others wrote. */
export function replicaSentences({ health, ordered }: ReplicaMemory): string[] {
  return replicaEvidence(
    health.map((one) => ({ name: one.replica.name, ...one.health })),
    latest(ordered),
  );
}

/** What the page shows of the replicas. */
export function replicaStatus({ ordered }: ReplicaMemory): Pick<GatewayStatus, 'replicas'> {
  return { replicas: latest(ordered) };
}

/** What replicas say of the gateway: that of the first one that is alive, ready when any is. */
export function joinedHealth(answers: readonly ReplicaAnswer[]): Health {
  const all = answers.map(({ health }) => health);
  const first = all.find(({ failure }) => failure === undefined) ?? all[0];
  if (first === undefined) return { failure: 'dns', ready: false, version: undefined, cacheType: undefined };
  return { ...first, ready: all.some(({ ready }) => ready) };
}

function namesOf({ ordered }: ReplicaMemory): string[] {
  const pair = currentPair(ordered);
  return pair === undefined ? [] : [pair.from.name, pair.to.name];
}
