/** What answered lately behind one address: a release, or the type of a cache. It is never changed. */
export interface SeenByTurns {
  readonly last: string | undefined;
  /** What answered before it, and in how many rounds it did not since then. */
  readonly others: readonly { readonly name: string; readonly rounds: number; readonly cameBack: boolean }[];
}

/**
 * What a round brought: `new` is a gateway that was not seen lately; `over` that one which answered by turns with it has not been seen
 * for long, as after a rollout; `same` anything else, one that answers by turns included.
 */
export type Turn = 'same' | 'new' | 'over';

export const NOTHING_SEEN: SeenByTurns = { last: undefined, others: [] };

/** What was not seen in so many rounds is gone: a proxy in front of several gateways takes one for longer than a round. */
const ROUNDS = 30;
/** More of them are no gateways by turns. */
const MAX_OTHERS = 4;

/** Takes in what answered a round; undefined where that is not known. */
export function seenAfter(seen: SeenByTurns, name: string | undefined): { seen: SeenByTurns; turn: Turn } {
  const { last } = seen;
  if (name === undefined) return { seen, turn: 'same' };
  const aged = seen.others.map((other) => ({ ...other, rounds: other.rounds + 1 }));
  const others = aged.filter((other) => other.name !== name && other.rounds < ROUNDS);
  if (last === undefined || last === name) {
    const isOver = aged.some((other) => other.cameBack && other.rounds >= ROUNDS) && !others.some(({ cameBack }) => cameBack);
    return { seen: { last: name, others }, turn: isOver ? 'over' : 'same' };
  }
  const isBack = seen.others.some((other) => other.name === name);
  const before = { name: last, rounds: 1, cameBack: isBack };
  return { seen: { last: name, others: [before, ...others].slice(0, MAX_OTHERS) }, turn: isBack ? 'same' : 'new' };
}
