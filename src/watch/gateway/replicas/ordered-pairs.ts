import type { Replica } from '../../../litellm/replicas.ts';
import type { ReplicaStatus } from '../../../model/status.ts';
import { routeStateOf } from '../../../verdict/route-state.ts';
import type { RouteResult } from '../../../verdict/signals.ts';

/** Two replicas that are tried together: the first writes, the second has to read; the same twice where there is only one. */
export interface ReplicaPair {
  readonly from: Replica;
  readonly to: Replica;
}

/** The ordered pairs of a gateway's replicas, each with what its last round showed. */
export interface OrderedPairs {
  /** In the order in which they were tried. */
  readonly tried: readonly (ReplicaStatus & { readonly shared: boolean })[];
  /** All pairs of the replicas that were given last. */
  readonly cycle: readonly ReplicaPair[];
  /** The index in the cycle of the pair whose turn it is. */
  readonly turn: number;
  /** The round that runs has shown that its replicas share a cache. */
  readonly shared: boolean;
}

const MAX_TRIED = 64;

/** No pair was tried. */
export const NO_ORDERED_PAIRS: OrderedPairs = { tried: [], cycle: [], turn: 0, shared: false };

/** The pairs of these replicas; with `advance` it is the turn of the next one. */
export function nextTurn(pairs: OrderedPairs, replicas: readonly Replica[], advance: boolean): OrderedPairs {
  const cycle = cycleOf(replicas);
  return { ...pairs, cycle, turn: cycle.length === 0 ? 0 : (pairs.turn + (advance ? 1 : 0)) % cycle.length };
}

/** The pair whose turn it is; undefined without replicas. */
export function currentPair({ cycle, turn }: OrderedPairs): ReplicaPair | undefined {
  return cycle[turn];
}

/** How many pairs are left until all of the replicas given last had their turn. */
export function turnsLeft({ cycle, turn }: OrderedPairs): number {
  return cycle.length - 1 - turn;
}

/** Begins the round of a pair: what its routes show from here on is of one round. */
export function beginRound(pairs: OrderedPairs): OrderedPairs {
  return { ...pairs, shared: false };
}

/** Takes in what a route showed; in one round a hit from Redis of any route outweighs the others. */
export function recordResult(pairs: OrderedPairs, { from, to }: ReplicaPair, result: RouteResult, at: number): OrderedPairs {
  if (pairs.shared) return pairs;
  const shared = routeStateOf(result) === 'proven';
  const others = pairs.tried.filter((pair) => pair.from !== from.name || pair.to !== to.name);
  const tried = [...others, { from: from.name, to: to.name, outcome: result.outcome, at, shared }];
  return { ...pairs, shared, tried: tried.slice(-MAX_TRIED) };
}

/** Drops what is known of replicas that are not among these any more. */
export function keepReplicas(pairs: OrderedPairs, replicas: readonly Replica[]): OrderedPairs {
  const names = new Set(replicas.map(({ name }) => name));
  const tried = pairs.tried.filter(({ from, to }) => names.has(from) && names.has(to) && (from !== to || names.size <= 1));
  return { ...pairs, tried };
}

/** The share of pairs that share a cache, once every pair had its turn. */
export function coverage({ cycle, tried }: OrderedPairs): number | undefined {
  if (cycle.length === 0 || tried.length < cycle.length) return undefined;
  const last = tried.slice(-cycle.length);
  return last.filter((pair) => pair.shared).length / last.length;
}

/** What is known of each pair, by the names of the replicas; 64 pairs at most. */
export function latest({ tried }: OrderedPairs): ReplicaStatus[] {
  return tried.map(({ shared: _, ...status }) => status).sort((a, b) => a.from.localeCompare(b.from) || a.to.localeCompare(b.to));
}

/** Every ordered pair of different members; in each stretch of as many as there are members, each of them writes once and reads once. */
export function cycleOf<T>(members: readonly T[]): { readonly from: T; readonly to: T }[] {
  const [only] = members;
  if (only !== undefined && members.length === 1) return [{ from: only, to: only }];
  return members.slice(1).flatMap((_, distance) =>
    members.flatMap((from, index) => {
      const to = members[(index + distance + 1) % members.length];
      return to === undefined ? [] : [{ from, to }];
    }),
  );
}
