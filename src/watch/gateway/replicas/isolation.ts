/** Which replicas do not share the cache that the others share. */
export interface ApartWatch {
  /** Begins the round of two replicas; what it shows may be said more than once, a later word outweighs an earlier one. */
  begin(): void;
  record(names: readonly string[], shared: boolean): void;
  forgetAllBut(names: ReadonlySet<string>): void;
  /** Whether one of these replicas is apart, or only another one. */
  of(names: readonly string[]): Apart | undefined;
}

/** Of the replicas of a round: one of these does not share the cache of the others, or only one that has no part in it. */
export type Apart = 'current_pair' | 'another_replica';

interface RouteState {
  /** How many rounds had shown a shared cache when a round of this replica last did not. */
  proofs: number;
  apart: boolean;
}

/**
 * A replica is apart when two rounds of it showed no shared cache and a round of others between them did: in
 * an outage none does. It stays so until it shares again, or two that were not apart do not share either.
 * Starts without any replica.
 */
export function watchApart(): ApartWatch {
  let routeStates: ReadonlyMap<string, RouteState> = new Map();
  let proofs = 0;
  let before = { routeStates, proofs };

  return {
    begin: () => {
      before = { routeStates, proofs };
    },
    record(names, shared) {
      const isNews = !shared && !names.some((name) => before.routeStates.get(name)?.apart);
      const next = new Map([...before.routeStates].map(([name, last]) => [name, isNews ? { ...last, apart: false } : last]));
      proofs = before.proofs + (shared ? 1 : 0);
      for (const name of names) {
        const last = before.routeStates.get(name);
        if (shared) next.delete(name);
        else next.set(name, { proofs, apart: last !== undefined && (last.apart || last.proofs < proofs) });
      }
      routeStates = next;
    },
    forgetAllBut(names) {
      routeStates = new Map([...routeStates].filter(([name]) => names.has(name)));
    },
    of(names) {
      const apart = [...routeStates].flatMap(([name, routeState]) => (routeState.apart ? name : []));
      if (apart.length === 0) return undefined;
      return apart.some((name) => names.includes(name)) ? 'current_pair' : 'another_replica';
    },
  };
}
