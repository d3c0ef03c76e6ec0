import type { Written } from './writes.ts';

/**
 * Where the key of a probe is: in the watched database, not there, on the same server but in another
 * database, or not known because the server could not be asked.
 */
export const KEY_STATE = ['present', 'absent', 'other_database', 'unknown'] as const;
export type KeyState = (typeof KEY_STATE)[number];

/**
 * What became of a key. `ttlSeconds` is missing for a key that never expires. `vanished`: it was written to
 * the watched server and lost, although another write may have brought it back.
 */
export interface KeyLookup {
  state: KeyState;
  ttlSeconds?: number | undefined;
  lostAfterWrite?: boolean;
}

/**
 * Derives the state of a key from the look-up in the watched database (`seen`) and from the invalidation messages until
 * then (`written`; undefined when it is not known whether all have arrived). `known`: keys of this gateway were found in
 * that database before.
 */
export function lookupOf(seen: KeyLookup | undefined, written: Written | undefined, known: boolean): KeyLookup {
  if (written === undefined) return seen ?? { state: 'unknown' };
  const { times, flushed } = written;
  // The duplicate of a lost key misses and is written, too: with the loss, that is three times, or two and a flush.
  if (seen !== undefined) return times > 2 || (times === 2 && flushed && known) ? { ...seen, lostAfterWrite: true } : seen;
  if (times > 1) return { state: 'absent', lostAfterWrite: true };
  if (!flushed) return { state: 'other_database' };
  // Any database may have been flushed. Where keys were found before, it was this one or all of them.
  return known ? { state: 'absent', lostAfterWrite: true } : { state: 'unknown' };
}
