import type { KeyLoss } from '../model/reuse.ts';
import { createGroup, type Group, type GroupCounts, type TrackedKey } from './group.ts';
import { seededRandom } from './random.ts';
import { eventsOf, type LookedUp, needsReason } from './transition.ts';

/** What is remembered and counted of the sampled keys of a target, of each namespace on its own. */
export interface Sampler {
  /** Whether the counters of the server have to tell why the key is gone. */
  needsReason(looked: LookedUp): boolean;
  /** Takes in what was found of a key; `reason` is why it went, where it should still live. */
  take(namespace: string, looked: LookedUp, reason: KeyLoss): void;
  /** What happened to the key is not known. */
  lose(key: string): void;
  /** Keys that should be in the cache now, some of them at most `count`. */
  held(at: number, count: number): string[];
  /** All keys that were in the cache went at once, of those that `isThere` is true of. */
  flush(at: number, isThere: (key: string) => boolean): void;
  /** From now on it is listened to. */
  begin(at: number): void;
  /** From now on it is not: what happens to the keys is not known. */
  gap(at: number): void;
  /** How long it was listened to, in milliseconds. */
  watched(at: number): number;
  /** What was counted of a namespace since it was first seen. */
  counts(namespace: string): GroupCounts;
  readonly tracked: number;
  readonly forgotten: number;
}

/** Remembers `limit` keys at most; the one that was written longest ago is forgotten first. */
export function createSampler(limit: number): Sampler {
  const table = new Map<string, TrackedKey>();
  const groups = new Map<string, Group>();
  let forgotten = 0;
  let before = 0;
  let since: number | undefined;

  function groupOf(namespace: string): Group {
    const group = groups.get(namespace) ?? createGroup(seededRandom(SEED + groups.size));
    groups.set(namespace, group);
    return group;
  }

  function remember(key: string, known: TrackedKey, isWritten: boolean): void {
    if (isWritten) table.delete(key);
    table.set(key, known);
    const [oldest] = table.keys();
    if (table.size <= limit || oldest === undefined) return;
    table.delete(oldest);
    forgotten += 1;
  }

  return {
    needsReason: (looked) => needsReason(table.get(looked.key), looked),
    take(namespace, looked, reason) {
      const group = groupOf(namespace);
      for (const event of eventsOf(table.get(looked.key), looked, reason)) {
        const known = group.take(table.get(looked.key), event);
        if (known !== undefined) remember(looked.key, known, event.is === 'written');
      }
    },
    lose(key) {
      const known = table.get(key);
      if (known !== undefined) table.set(key, { ...known, isSeen: false });
    },
    held(at, count) {
      const found: string[] = [];
      for (const [key, { isLost, isSeen, until }] of table) {
        if (found.length >= count) break;
        if (isSeen && !isLost && until > at + MARGIN_MS) found.push(key);
      }
      return found;
    },
    flush(at, isThere) {
      for (const [key, known] of table) {
        if (known.isLost || !known.isSeen || known.writtenAt > at || !isThere(key)) continue;
        const lost = known.until <= at ? { at: known.until, why: 'expired' as const } : { at, why: 'flushed' as const };
        table.set(key, { ...known, isLost: true, lost });
      }
    },
    begin(at) {
      since ??= at;
    },
    gap(at) {
      if (since === undefined) return;
      before += at - since;
      since = undefined;
      for (const [key, known] of table) table.set(key, { ...known, isSeen: false });
    },
    watched: (at) => before + (since === undefined ? 0 : at - since),
    counts: (namespace) => groupOf(namespace).counts(),
    get tracked() {
      return table.size;
    },
    get forgotten() {
      return forgotten;
    },
  };
}

const SEED = 20_261_130;

/** A key that ends within this time may be gone when it is asked for. */
const MARGIN_MS = 1_000;
