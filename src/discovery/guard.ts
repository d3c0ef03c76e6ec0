import type { Listed } from './list.ts';

/** Lists of fewer targets may lose any of them at once. */
const MIN_GUARDED = 4;

/** What is believed of a source, and what it says that is not believed yet. */
export interface Believed {
  /** The targets in force; undefined until a list was read. */
  targets: readonly Listed[] | undefined;
  /** A list without more than half of them, and when it was read first, milliseconds of the monotonic clock. */
  doubted?: { targets: readonly Listed[]; since: number } | undefined;
}

/**
 * Whether a new list is believed. One that loses more than half of at least four targets at once is held back until a list that was read at
 * least `interval` milliseconds later names the same targets, or nearly: a source that lost its own source gives short lists for a while, and one
 * that became smaller goes on to change.
 */
export function believe({ targets: before, doubted }: Believed, targets: readonly Listed[], now: number, interval: number): Believed {
  if (before === undefined || before.length < MIN_GUARDED) return { targets };
  const named = namesOf(targets);
  const lost = [...namesOf(before)].filter((name) => !named.has(name)).length;
  if (lost <= namesOf(before).size / 2) return { targets };
  if (doubted === undefined || !isAlike(namesOf(doubted.targets), named)) return { targets: before, doubted: { targets, since: now } };
  return now - doubted.since >= interval ? { targets } : { targets: before, doubted };
}

/** How many targets are watched although the source no longer names them. */
export function heldBack({ targets = [], doubted }: Believed): number {
  if (doubted === undefined) return 0;
  const named = namesOf(doubted.targets);
  return [...namesOf(targets)].filter((name) => !named.has(name)).length;
}

/** Who a target is for this purpose: what it is called, and else its address. */
function namesOf(targets: readonly Listed[]): Set<string> {
  return new Set(targets.map(({ address, labels }) => labels.get('name') || address));
}

/** Whether two lists differ in no more names than half of the longer one has. */
function isAlike(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const shared = [...a].filter((name) => b.has(name)).length;
  return a.size + b.size - 2 * shared <= Math.max(a.size, b.size) / 2;
}
