/** What the differences of two requests are found to be, by their places. */
export interface Minimised {
  /** Differences that keep the keys apart: without all of them the key is the same, and each of them alone changes it. */
  readonly apart: readonly number[];
  /** Differences that never entered the key. */
  readonly harmless: readonly number[];
  /** Differences that could not be tried by themselves: the gateway refused the request between the two. */
  readonly untried: readonly number[];
  /** Differences that were not looked at, because enough was asked. */
  readonly left: readonly number[];
}

/** Whether the first request with some of its differences keeps its key; `refused` where that cannot be told, `spent` where no more may be asked. */
export type Oracle = (chosen: ReadonlySet<number>) => Promise<'same' | 'different' | 'refused' | 'spent'>;

/**
 * Finds which of `count` differences keep two keys apart, by asking about requests between the two: all that did not change the key until now, and
 * half of the rest, down to single ones. What is harmless is tried together with everything else that is, so that undoing what remains gives the same
 * key, proved by the last answer. At most `most` questions.
 */
export async function minimise(count: number, oracle: Oracle, most: number): Promise<Minimised> {
  const harmless = new Set<number>();
  const apart: number[] = [];
  const untried: number[] = [];
  const left: number[] = [];
  let asked = 0;

  async function look(group: readonly number[]): Promise<void> {
    if (group.length === 0) return;
    if (asked >= most) {
      left.push(...group);
      return;
    }
    asked += 1;
    const answer = await oracle(new Set([...harmless, ...group]));
    if (answer === 'spent') {
      asked = most;
      left.push(...group);
      return;
    }
    if (answer === 'same') {
      for (const part of group) harmless.add(part);
      return;
    }
    if (group.length > 1) {
      const middle = group.length >> 1;
      await look(group.slice(0, middle));
      await look(group.slice(middle));
      return;
    }
    (answer === 'refused' ? untried : apart).push(...group);
  }

  /** A part that was looked at early may be harmless together with ones that came later: two orders that undo each other. */
  async function lookAgain(): Promise<boolean> {
    for (const list of [untried, apart]) {
      for (const part of [...list]) {
        if (asked >= most) return false;
        asked += 1;
        if ((await oracle(new Set([...harmless, part]))) !== 'same') continue;
        harmless.add(part);
        list.splice(list.indexOf(part), 1);
        return true;
      }
    }
    return false;
  }

  await look(Array.from({ length: count }, (_, index) => index));
  // With a single part, or none that is harmless, each was tried with what it would be tried with again.
  while (harmless.size > 0 && apart.length + untried.length > 1 && (await lookAgain()));
  return { apart, harmless: [...harmless].sort((a, b) => a - b), untried, left };
}
