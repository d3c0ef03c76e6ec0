import type { RedisFailure } from '../model/redis.ts';
import type { Entry } from '../redis/probe-keys/entry.ts';
import type { Lookup } from './result.ts';

/** The possible names of the entry of one part of a request; `isSure`: the right one is among them. */
export interface PartNames {
  readonly names: readonly string[];
  readonly isSure: boolean;
}

/** What is there of the parts of a request together. */
export interface Found {
  /**
   * `all`: every part, under each possible name. `none`: some part is not there for certain. `some keys`: a part is there under one possible name
   * and not under another. `not sure`: what is missing may have a name that is not known.
   */
  readonly state: 'all' | 'none' | 'some keys' | 'not sure';
  /** Why an entry could not be asked for. */
  readonly failure?: RedisFailure | undefined;
  readonly counts: Pick<Lookup, 'keys' | 'present' | 'parts' | 'partsPresent' | 'ttlSeconds'>;
}

/** Looks for every possible entry of every part, one after the other. */
export async function findParts(parts: readonly PartNames[], read: (name: string) => Promise<Entry>): Promise<Found> {
  const entries = new Map<string, Entry>();
  for (const name of new Set(parts.flatMap(({ names }) => names))) {
    const entry = await read(name);
    entries.set(name, entry);
    if (entry.state === 'unreadable') return { state: 'not sure', failure: entry.failure, counts: countsOf(parts, entries) };
  }
  const isThere = (name: string) => entries.get(name)?.state === 'present';
  const missing = parts.filter(({ names }) => names.length === 0 || !names.some(isThere));
  const counts = countsOf(parts, entries);
  if (missing.some(({ isSure, names }) => isSure && names.length > 0)) return { state: 'none', counts };
  if (missing.length > 0 || parts.length === 0) return { state: 'not sure', counts };
  return { state: parts.every(({ names }) => names.every(isThere)) ? 'all' : 'some keys', counts };
}

function countsOf(parts: readonly PartNames[], entries: ReadonlyMap<string, Entry>): Found['counts'] {
  const present = [...entries.values()].flatMap((entry) => (entry.state === 'present' ? [entry] : []));
  const times = present.flatMap(({ ttlSeconds }) => ttlSeconds ?? []);
  return {
    keys: [...entries.keys()],
    present: present.length,
    parts: parts.length,
    partsPresent: parts.filter(({ names }) => names.length > 0 && names.every((name) => entries.get(name)?.state === 'present')).length,
    ttlSeconds: times.length === 0 ? undefined : Math.min(...times),
  };
}
