import type { AclEntry } from '../../redis/replies/acl-log.ts';

/** Refusals that ACL LOG has more of than when it was read before; `count` is by how many. */
export type FreshRefusals = Omit<AclEntry, 'key' | 'id' | 'ageSeconds'>;

/** Remembers what was seen in the ACL LOG of one server. */
export interface AclLogMemory {
  /** What is new in the entries, which were read at `at` (milliseconds of any clock that does not jump). */
  read(entries: readonly AclEntry[], at: number): FreshRefusals[];
  /** Another server: the entries that are read next are nothing new. */
  forget(): void;
  /** The server has started again, with an empty log: all entries that are read next are new. */
  startOver(): void;
}

/** Entries without a number are told apart by their time, which is known to a few milliseconds. */
const SAME_TIME_MS = 500;

/** Enough for two full logs of the default length. */
const REMEMBERED = 256;

/** Nothing is known: the first reading is the baseline. */
export function createAclLogMemory(): AclLogMemory {
  let known = new Map<string, { count: number; at: number }>();
  /** The highest number of the first reading: entries up to it are old even if they were out of sight then. */
  let floor = Number.NEGATIVE_INFINITY;
  let readAt: number | undefined;

  /** New occurrences of an entry. Entries come newest first; before 7.2 they have no number, so a repeated key is the older one. */
  function growth(entry: AclEntry, changedAt: number, since: number): number {
    const before = known.get(entry.key);
    if (entry.id !== undefined) return before !== undefined ? Math.max(0, entry.count - before.count) : entry.id > floor ? entry.count : 0;
    if (before === undefined) return changedAt > since - SAME_TIME_MS ? entry.count : 0;
    if (changedAt <= before.at + SAME_TIME_MS) return Math.max(0, entry.count - before.count);
    return entry.count > before.count ? entry.count - before.count : entry.count;
  }

  function read(entries: readonly AclEntry[], at: number): FreshRefusals[] {
    const fresh: FreshRefusals[] = [];
    const seen = new Map<string, { count: number; at: number }>();
    for (const entry of entries) {
      if (seen.has(entry.key)) continue;
      const changedAt = at - entry.ageSeconds * 1_000;
      const count = readAt === undefined ? 0 : growth(entry, changedAt, readAt);
      seen.set(entry.key, { count: entry.count, at: changedAt });
      const { key, id, ageSeconds, ...refusals } = entry;
      if (count > 0) fresh.push({ ...refusals, count });
    }
    if (readAt === undefined) for (const { id } of entries) floor = Math.max(floor, id ?? floor);
    known = new Map([...seen, ...[...known].filter(([key]) => !seen.has(key))].slice(0, REMEMBERED));
    readAt = at;
    return fresh;
  }

  function begin(since: number | undefined): void {
    known.clear();
    floor = Number.NEGATIVE_INFINITY;
    readAt = since;
  }

  return { read, forget: () => begin(undefined), startOver: () => begin(Number.NEGATIVE_INFINITY) };
}
