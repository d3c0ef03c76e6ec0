import { describe, expect, it } from 'vitest';
import type { RouteResult } from '../../../../../src/verdict/signals.ts';
import { countUnseen } from '../../../../../src/watch/gateway/backend/unseen.ts';

const UNSEEN: readonly RouteResult[] = [
  { route: 'completions', outcome: 'hit_unverified', key: 'unknown' },
  { route: 'chat', outcome: 'hit_unverified', key: 'unknown' },
];
const SEEN: readonly RouteResult[] = [{ route: 'completions', outcome: 'ok', key: 'present' }, ...UNSEEN.slice(1)];
const STILL = { deltas: { sets: 0 }, server: { mode: 'standalone' } } as const;

describe('rounds in which nothing was seen in the target', () => {
  it('tell from the tenth on, running, that the gateway writes elsewhere', () => {
    const count = countUnseen();
    const told = Array.from({ length: 12 }, () => count.enter(UNSEEN, STILL));
    expect(told).toEqual([...Array.from({ length: 9 }, () => false), true, true, true]);
    expect(count.enter(SEEN, STILL)).toBe(false);
    expect(count.enter(UNSEEN, STILL)).toBe(false);
  });

  it('count on a standalone server only, and only those in which nothing was written to it', () => {
    const toldBy = (signals: Parameters<ReturnType<typeof countUnseen>['enter']>[1], results = UNSEEN) => {
      const count = countUnseen();
      for (let round = 0; round < 30; round += 1) count.enter(results, signals);
      return count.writesUnwatched;
    };
    expect(toldBy(STILL)).toBe(true);
    expect(toldBy({ ...STILL, deltas: { sets: 1 } })).toBe(false);
    expect(toldBy({ ...STILL, deltas: {} })).toBe(false);
    expect(toldBy({ ...STILL, deltas: undefined })).toBe(false);
    expect(toldBy({ ...STILL, server: undefined })).toBe(false);
    expect(toldBy({ ...STILL, server: { mode: 'cluster' } })).toBe(false);
    expect(toldBy(STILL, [])).toBe(false);
    expect(toldBy(STILL, [{ route: 'completions', outcome: 'miss_unexplained', key: 'unknown' }, ...UNSEEN.slice(1)])).toBe(false);
  });

  it('are not forgotten for one in which the server could not be read', () => {
    const count = countUnseen();
    for (let round = 0; round < 9; round += 1) count.enter(UNSEEN, STILL);
    expect(count.enter(UNSEEN, { deltas: undefined, server: undefined })).toBe(false);
    expect(count.enter(UNSEEN, STILL)).toBe(true);
  });
});
