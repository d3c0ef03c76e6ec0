/**
 * Which replicas do not share the cache that the others share.
 *
 * A replica is isolated when two rounds of it showed no shared cache and a round of others between them did: in an
 * outage none does. It stays so until it shares again, or two that were not isolated do not share either.
 */
export interface Isolation {
  readonly records: ReadonlyMap<string, ReplicaRecord>;
  /** How many rounds have shown a shared cache. */
  readonly proofs: number;
  /** What was known when the round began that runs. */
  readonly before: Pick<Isolation, 'records' | 'proofs'>;
}

interface ReplicaRecord {
  /** How many rounds had shown a shared cache when a round of this replica last did not. */
  readonly proofs: number;
  readonly isolated: boolean;
}

/** Which of the replicas are isolated: one of the pair whose round it is, or only another one. */
export type Isolated = 'current_pair' | 'another_replica';

/** Nothing is known of any replica. */
export const NO_ISOLATION: Isolation = { records: new Map(), proofs: 0, before: { records: new Map(), proofs: 0 } };

/** Begins the round of two replicas. What it shows can be recorded several times; the last record counts. */
export function beginIsolationRound({ records, proofs }: Isolation): Isolation {
  return { records, proofs, before: { records, proofs } };
}

/** Takes in whether the replicas of the round share a cache. */
export function recordSharing({ before }: Isolation, names: readonly string[], shared: boolean): Isolation {
  const isOutage = !shared && !names.some((name) => before.records.get(name)?.isolated);
  const records = new Map([...before.records].map(([name, last]) => [name, isOutage ? { ...last, isolated: false } : last]));
  const proofs = before.proofs + (shared ? 1 : 0);
  for (const name of names) {
    const last = before.records.get(name);
    if (shared) records.delete(name);
    else records.set(name, { proofs, isolated: last !== undefined && (last.isolated || last.proofs < proofs) });
  }
  return { records, proofs, before };
}

/** Drops what is known of replicas that are not among these. */
export function keepIsolationOf(isolation: Isolation, names: ReadonlySet<string>): Isolation {
  return { ...isolation, records: new Map([...isolation.records].filter(([name]) => names.has(name))) };
}

/** Whether one of these replicas is isolated, or only another one; undefined when none is. */
export function isolatedAmong({ records }: Isolation, names: readonly string[]): Isolated | undefined {
  const isolated = [...records].flatMap(([name, record]) => (record.isolated ? name : []));
  if (isolated.length === 0) return undefined;
  return isolated.some((name) => names.includes(name)) ? 'current_pair' : 'another_replica';
}
