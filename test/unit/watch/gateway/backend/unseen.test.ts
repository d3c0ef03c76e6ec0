import { describe, expect, it } from 'vitest';
import type { RouteResult } from '../../../../../src/verdict/signals.ts';
import { unseenRounds, writesUnwatched } from '../../../../../src/watch/gateway/backend/unseen.ts';

const UNSEEN: readonly RouteResult[] = [
  { route: 'completions', outcome: 'hit_unverified', key: 'unknown' },
  { route: 'chat', outcome: 'hit_unverified', key: 'unknown' },
];
const SEEN: readonly RouteResult[] = [{ route: 'completions', outcome: 'ok', key: 'present' }, ...UNSEEN.slice(1)];
const STILL = { deltas: { sets: 0 }, sharesKeys: false } as const;

/** Whether rounds tell, after each of them, that the gateway writes to another server. */
function told(rounds: readonly [results: readonly RouteResult[], signals: Parameters<typeof unseenRounds>[2]][]): boolean[] {
  let count = 0;
  return rounds.map(([results, signals]) => {
    count = unseenRounds(count, results, signals);
    return writesUnwatched(count);
  });
}

function times<T>(count: number, one: T): T[] {
  return Array.from({ length: count }, () => one);
}

describe('rounds in which nothing was seen in the target', () => {
  it('tell from the tenth on, one after the other, that the gateway writes to another server', () => {
    expect(told([...times<[typeof UNSEEN, typeof STILL]>(12, [UNSEEN, STILL]), [SEEN, STILL], [UNSEEN, STILL]])).toEqual([
      ...times(9, false),
      ...times(3, true),
      false,
      false,
    ]);
  });

  it('count where no other server has a part of the keys, and only those in which nothing was written to it', () => {
    const toldBy = (signals: Parameters<typeof unseenRounds>[2], results = UNSEEN) => told(times(30, [results, signals])).at(-1);
    expect(toldBy(STILL)).toBe(true);
    expect(toldBy({ ...STILL, deltas: { sets: 1 } })).toBe(false);
    expect(toldBy({ ...STILL, deltas: {} })).toBe(false);
    expect(toldBy({ ...STILL, deltas: undefined })).toBe(false);
    expect(toldBy({ ...STILL, sharesKeys: true })).toBe(false);
    expect(toldBy(STILL, [])).toBe(false);
    expect(toldBy(STILL, [{ route: 'completions', outcome: 'miss_unexplained', key: 'unknown' }, ...UNSEEN.slice(1)])).toBe(false);
  });

  it('are not forgotten for one in which the server could not be read', () => {
    expect(
      told([
        ...times<[typeof UNSEEN, typeof STILL]>(9, [UNSEEN, STILL]),
        [UNSEEN, { deltas: undefined, sharesKeys: true }],
        [UNSEEN, STILL],
      ]).slice(-2),
    ).toEqual([false, true]);
  });
});
