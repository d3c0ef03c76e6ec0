import { describe, expect, it } from 'vitest';
import type { ServerCounters } from '../../../src/redis/replies/server-counters.ts';
import {
  type CounterDelta,
  type CounterSnapshot,
  deltaBetween,
  increasesIn,
  type ObservationWindow,
  ratioOf,
} from '../../../src/verdict/growth.ts';
import { counters } from '../../support/round.ts';

function snapshot(
  at: number,
  errors: ServerCounters['errors'],
  more: Partial<ServerCounters> = {},
  own: CounterSnapshot['own'] = {},
): CounterSnapshot {
  return counters(at, { errors, ...more }, own);
}

const STILL = { rejected_connections: 0, evicted_keys: 0, expired_keys: 0, flushes: 0, deletes: 0, sets: 0 };

function delta(seconds: number, by: CounterDelta['by']): CounterDelta {
  return { seconds, by };
}

function window(during: CounterDelta, pause?: CounterDelta): ObservationWindow {
  return { during, pause };
}

describe('the rise between two moments', () => {
  it('is what others added, in seconds', () => {
    const before = snapshot(1_000, { NOAUTH: 10, OOM: 4 }, {}, { NOAUTH: 2 });
    const after = snapshot(3_500, { NOAUTH: 17, OOM: 4 }, { rejectedConnections: 3 }, { NOAUTH: 3 });
    expect(deltaBetween(before, after)).toEqual({ seconds: 2.5, by: { NOAUTH: 6, OOM: 0, ...STILL, rejected_connections: 3 } });
  });

  it('counts what removes keys', () => {
    const after = snapshot(1_000, {}, { evictedKeys: 1, expiredKeys: 2, flushes: 3, deletes: 4 });
    expect(deltaBetween(snapshot(0, {}), after)?.by).toEqual({
      rejected_connections: 0,
      evicted_keys: 1,
      expired_keys: 2,
      flushes: 3,
      deletes: 4,
      sets: 0,
    });
    expect(deltaBetween(snapshot(0, {}), snapshot(1_000, {}, { flushes: undefined }))?.by).not.toHaveProperty('flushes');
  });

  it('is never negative, although the own count can be ahead of the server', () => {
    expect(deltaBetween(snapshot(0, { NOAUTH: 1 }), snapshot(1_000, { NOAUTH: 1 }, {}, { NOAUTH: 1 }))?.by.NOAUTH).toBe(0);
  });

  it('is not known across a restart or a reset of the counters', () => {
    expect(deltaBetween(snapshot(0, { NOAUTH: 1 }), snapshot(1_000, { NOAUTH: 5 }, { runId: 'b' }))).toBeUndefined();
    expect(deltaBetween(snapshot(0, { NOAUTH: 9 }), snapshot(1_000, { NOAUTH: 5 }))).toBeUndefined();
  });

  it('is not known where this daemon counts anew what it caused', () => {
    const before = snapshot(0, { NOAUTH: 9 }, {}, { NOAUTH: 9 });
    expect(deltaBetween(before, snapshot(1_000, { NOAUTH: 9 }))).toBeUndefined();
    expect(deltaBetween(before, snapshot(1_000, { NOAUTH: 9 }, {}, { NOAUTH: 9 }))?.by.NOAUTH).toBe(0);
  });

  it('leaves out what only one of the moments has', () => {
    expect(deltaBetween(snapshot(0, { NOAUTH: 1 }), snapshot(1_000, { ERRORSTATS_DISABLED: 1 }))?.by).toEqual(STILL);
  });
});

describe('the growth in a window', () => {
  const quiet = Array.from({ length: 10 }, () => window(delta(0.5, { NOAUTH: 0 }), delta(60, { NOAUTH: 0 })));

  it('is beside nothing where good times were quiet', () => {
    expect(increasesIn(window(delta(0.5, { NOAUTH: 1, OOM: 0 })), quiet)).toEqual({
      NOAUTH: { by: 1, usual: 0 },
    });
  });

  it('is beside the most of any good window', () => {
    const good = [window(delta(0.5, { NOAUTH: 3 })), window(delta(0.5, { NOAUTH: 7 })), window(delta(0.5, { NOAUTH: 0 }))];
    expect(increasesIn(window(delta(0.5, { NOAUTH: 7 })), good).NOAUTH).toMatchObject({ by: 7, usual: 7 });
  });

  it('is beside what the pauses would put into a window, at least a burst of two', () => {
    const checked = (pause: CounterDelta) =>
      increasesIn(window(delta(0.5, { NOAUTH: 9 })), [window(delta(0.5, { NOAUTH: 0 }), pause)]).NOAUTH?.usual;
    expect(checked(delta(60, { NOAUTH: 12 }))).toBe(2);
    expect(checked(delta(60, { NOAUTH: 180 }))).toBe(5);
    expect(checked(delta(60, { NOAUTH: 0 }))).toBe(0);
  });

  it('is beside a burst at least while not much is known', () => {
    const usual = (seconds: number) =>
      increasesIn(window(delta(0.5, { NOAUTH: 9 })), [window(delta(1, { NOAUTH: 0 }), delta(seconds - 1, { NOAUTH: 0 }))]).NOAUTH?.usual;
    expect([usual(4.9), usual(5)]).toEqual([2, 0]);
    const paused = (seconds: number) => increasesIn(window(delta(0.5, { NOAUTH: 9 }), delta(seconds, { NOAUTH: 0 })), []).NOAUTH?.usual;
    expect([paused(4.9), paused(5)]).toEqual([2, 0]);
  });

  it('is beside no burst where it moved in the bad window before as well, and beside what is usual all the same', () => {
    const one = window(delta(0.5, { NOAUTH: 0 }), delta(0.5, { NOAUTH: 0 }));
    const good = (by: number) => [one, window(delta(0.5, { NOAUTH: by }), delta(0.5, { NOAUTH: 0 }))];
    const now = window(delta(0.5, { NOAUTH: 2 }));
    expect(increasesIn(now, good(0)).NOAUTH?.usual).toBe(2);
    expect(increasesIn(now, good(0), new Map([['NOAUTH', 1]])).NOAUTH?.usual).toBe(0);
    expect(increasesIn(now, good(0), new Map([['NOPERM', 1]])).NOAUTH?.usual).toBe(2);
    expect(increasesIn(now, good(3), new Map([['NOAUTH', 1]])).NOAUTH?.usual).toBe(3);
  });

  it('is taken for a burst however often it came, where a client that comes once a round would not be known', () => {
    const quiet = delta(11, { NOAUTH: 0 });
    for (const again of [1, 2, 9]) {
      const known = new Map([['NOAUTH', again]] as const);
      for (const good of [[], [window(delta(4, { NOAUTH: 0 }))]]) {
        const seen = increasesIn(window(delta(4, { NOAUTH: 1 }), quiet), good, known).NOAUTH;
        expect(seen).toMatchObject({ by: 1, usual: 2 });
        expect(ratioOf(seen ?? { by: 9, usual: 0 })).toBeUndefined();
      }
    }
  });

  it('stands out by one where it moves in three bad windows running and never did before, as behind an open breaker', () => {
    const good = (by: number) => [window(delta(1, { NOAUTH: by }), delta(1, { NOAUTH: 0 })), window(delta(1, {}), delta(1, {}))];
    const seen = (by: number, usual: number, windows: number) =>
      increasesIn(window(delta(0.5, { NOAUTH: by })), good(usual), new Map([['NOAUTH', windows]])).NOAUTH;
    expect(ratioOf(seen(1, 0, 2) ?? { by: 0, usual: 0 })).toBe(2);
    for (const [by, usual, windows] of [
      [1, 0, 1],
      [2, 1, 2],
      [1, 1, 9],
    ] as const)
      expect(ratioOf(seen(by, usual, windows) ?? { by: 0, usual: 0 }), `${by} beside ${usual}, ${windows} times before`).toBeUndefined();
  });

  it('is beside the whole pause before it where no good times are known', () => {
    expect(increasesIn(window(delta(0.5, { NOAUTH: 9 }), delta(60, { NOAUTH: 4 })), [])).toEqual({
      NOAUTH: { by: 9, usual: 4, pauseSeconds: 60 },
    });
  });

  it('is beside three times the pace of such a pause, which may be as short as the window', () => {
    const usual = (seconds: number, by: number) =>
      increasesIn(window(delta(0.5, { NOAUTH: 9 }), delta(seconds, { NOAUTH: by })), []).NOAUTH?.usual;
    expect([usual(0.5, 6), usual(1, 6), usual(5, 6)]).toEqual([18, 9, 6]);
  });

  it('is not known beside a pause that is shorter, or beside nothing', () => {
    expect(increasesIn(window(delta(0.5, { NOAUTH: 9 }), delta(0.4, { NOAUTH: 0 })), [])).toEqual({});
    expect(increasesIn(window(delta(0.5, { NOAUTH: 9 })), [])).toEqual({});
  });
});
