import type { Replica } from '../../../litellm/replicas.ts';
import type { ReplicaStatus } from '../../../model/status.ts';
import { routeStateOf } from '../../../verdict/route-state.ts';
import type { RouteResult } from '../../../verdict/signals.ts';

/** Two replicas: the first writes, the second has to read; the same twice where there is only one. */
export interface OrderedPair {
  readonly from: Replica;
  readonly to: Replica;
}

/** The ordered pairs of a gateway's replicas, each with what its last round showed. */
export interface OrderedPairs {
  /** The pair whose turn it is among these replicas; with `advance` the one after that. */
  next(replicas: readonly Replica[], advance: boolean): OrderedPair | undefined;
  /** How many pairs are left until all of the replicas given last had their turn. */
  turnsLeft(): number;
  /** Begins the round of a pair: what its routes show from here on is of one round. */
  begin(): void;
  /** Takes in what a route showed; in one round a hit from Redis of any route outweighs the others. */
  record(pair: OrderedPair, result: RouteResult, at: number): void;
  /** Whether the round that runs has shown that its replicas share a cache. */
  shared(): boolean;
  /** Drops what is known of replicas that are not among these any more. */
  forgetAllBut(replicas: readonly Replica[]): void;
  /** The share of pairs that share a cache, once every pair had its turn. */
  coverage(): number | undefined;
  /** What is known of each pair, by the names of the replicas; 64 pairs at most. */
  latest(): ReplicaStatus[];
}

const MOST = 64;

/** Starts without any pair. */
export function keepOrdered(): OrderedPairs {
  /** In the order in which they were tried. */
  const tried = new Map<string, ReplicaStatus & { shared: boolean }>();
  let cycle: OrderedPair[] = [];
  let turn = 0;
  let shared = false;

  return {
    next(replicas, advance) {
      cycle = cycleOf(replicas);
      turn = cycle.length === 0 ? 0 : (turn + (advance ? 1 : 0)) % cycle.length;
      return cycle[turn];
    },
    turnsLeft: () => cycle.length - 1 - turn,
    begin: () => {
      shared = false;
    },
    record({ from, to }, result, at) {
      if (shared) return;
      shared = routeStateOf(result) === 'proven';
      const key = `${from.name} ${to.name}`;
      tried.delete(key);
      tried.set(key, { from: from.name, to: to.name, outcome: result.outcome, at, shared });
      const [oldest] = tried.keys();
      if (tried.size > MOST && oldest !== undefined) tried.delete(oldest);
    },
    shared: () => shared,
    forgetAllBut(replicas) {
      const names = new Set(replicas.map(({ name }) => name));
      for (const [key, { from, to }] of tried) {
        if (!names.has(from) || !names.has(to) || (from === to && names.size > 1)) tried.delete(key);
      }
    },
    coverage() {
      if (cycle.length === 0 || tried.size < cycle.length) return undefined;
      const last = [...tried.values()].slice(-cycle.length);
      return last.filter((pair) => pair.shared).length / last.length;
    },
    latest: () =>
      [...tried.values()]
        .map(({ shared: _, ...status }) => status)
        .sort((a, b) => a.from.localeCompare(b.from) || a.to.localeCompare(b.to)),
  };
}

/** Every ordered pair of different replicas; in each stretch of as many as there are replicas, each of them writes once and reads once. */
export function cycleOf(replicas: readonly Replica[]): OrderedPair[] {
  const [only] = replicas;
  if (only !== undefined && replicas.length === 1) return [{ from: only, to: only }];
  return replicas.slice(1).flatMap((_, distance) =>
    replicas.flatMap((from, index) => {
      const to = replicas[(index + distance + 1) % replicas.length];
      return to === undefined ? [] : [{ from, to }];
    }),
  );
}
