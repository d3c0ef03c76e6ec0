import type { KeyLookup } from './lookup.ts';

/**
 * Whether the namespace that is known may still be the gateway's. The key of a hit that is missing under a namespace which held keys before puts it
 * in doubt: the gateway may have got another one.
 */
export interface NamespaceDoubt {
  /** The namespace that is in doubt, until a whole pair was listened to or a key is found; undefined while none is. */
  readonly suspect: { readonly namespace: string | null } | undefined;
  /** A round begins; `isFresh` says that the gateway has just told its namespace, which is never in doubt. */
  begin(isFresh: boolean): void;
  /** A key was found: no doubt, until one is missing. */
  clear(): void;
  /** The namespace is the right one: its key was not written. */
  dismiss(): void;
  /** Whether the missing key of a pair puts this namespace in doubt, or it is already: `new` where it was not before. */
  weigh(lookup: KeyLookup, namespace: string | null | undefined, isHit: boolean): 'none' | 'new' | 'known';
}

/** Nothing is in doubt. */
export function createNamespaceDoubt(): NamespaceDoubt {
  /** Keys were found under the namespace since it was doubted last, so that it may be doubted again. */
  let maySuspect = false;
  let suspect: NamespaceDoubt['suspect'];
  let isFresh = false;
  /** A key was missing for a pair that was no hit: the cache does not work, wherever it is. */
  let missed = false;

  return {
    get suspect() {
      return suspect;
    },
    begin(told) {
      [isFresh, missed] = [told, false];
      if (isFresh) suspect = undefined;
    },
    clear() {
      [maySuspect, suspect] = [true, undefined];
    },
    dismiss() {
      suspect = undefined;
    },
    weigh({ lostAfterWrite }, namespace, isHit) {
      missed ||= !isHit;
      if (missed || lostAfterWrite || isFresh || namespace === undefined) return 'none';
      const isNew = maySuspect;
      if (isNew) [suspect, maySuspect] = [{ namespace }, false];
      return suspect === undefined ? 'none' : isNew ? 'new' : 'known';
    },
  };
}
