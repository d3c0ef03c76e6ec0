import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../../src/schedule/clock.ts';
import type { CounterSnapshot } from '../../../../../src/verdict/growth.ts';
import { type RepeatParts, repeatPing } from '../../../../../src/watch/gateway/backend/ping-experiment.ts';

const TICK = {
  signal: new AbortController().signal,
  traceId: '',
  step: <T>(_: string, run: (headers: Record<string, string>, note: () => void) => Promise<T>) => run({}, () => undefined),
  note: () => undefined,
};
const EMPTY = {
  rejectedConnections: 0,
  evictedKeys: 0,
  expiredKeys: 0,
  flushes: 0,
  deletes: 0,
  mode: 'standalone',
  loading: false,
} as const;

interface Scene {
  /** What each question moves, by the prefix of the error; the statuses that it answers in turn, 503 after the last. */
  ping: { moves?: Readonly<Record<string, number>>; statuses?: readonly number[]; milliseconds?: number };
  /** Refusals of somebody else until a time in milliseconds. */
  others?(until: number): Readonly<Record<string, number>>;
  /** Whether the server can be read when it is asked for the n-th time. */
  readable?(reading: number): boolean;
}

/** A gateway and its Redis on a clock of their own, which goes on only while somebody waits. */
function scene({ ping, others = () => ({}), readable = () => true }: Scene) {
  const { moves = {}, statuses = [], milliseconds = 20 } = ping;
  const seen = { asked: 0, recovered: 0, readings: 0, at: 0 };
  let cachePing: number | undefined = 503;
  const clock: Clock = {
    now: () => seen.at,
    monotonic: () => seen.at,
    sleep: async (length) => {
      seen.at += length;
    },
  };
  const errors = (): CounterSnapshot['counters']['errors'] => {
    const [own, foreign] = [Object.entries(moves).map(([name, by]) => [name, by * seen.asked] as const), Object.entries(others(seen.at))];
    const sum: Record<string, number> = { NOAUTH: 0, WRONGPASS: 0 };
    for (const [name, by] of [...own, ...foreign]) sum[name] = (sum[name] ?? 0) + by;
    return sum;
  };
  const parts: RepeatParts = {
    clock,
    recovered: () => {
      seen.recovered += 1;
    },
    look: {
      get cachePing() {
        return cachePing;
      },
      askPing: async () => {
        cachePing = statuses[seen.asked] ?? 503;
        seen.asked += 1;
        seen.at += milliseconds;
        return cachePing === 200;
      },
    },
    server: {
      snapshot: async () => {
        seen.readings += 1;
        return readable(seen.readings) ? { at: seen.at, own: {}, counters: { ...EMPTY, runId: 'a', errors: errors() } } : undefined;
      },
    },
  };
  return { parts, seen };
}

describe('asking /cache/ping again and again', () => {
  it('finds what moves each time and not between', async () => {
    const { parts, seen } = scene({ ping: { moves: { NOAUTH: 1 } } });
    expect(await repeatPing(parts, TICK, 10_000)).toEqual({ times: 4, counters: ['NOAUTH'] });
    expect(seen).toMatchObject({ asked: 4, recovered: 0, at: 4 * 20 + 14 * 20 });
  });

  it('finds nothing where nobody is refused, nor in refusals that say nothing of the connection', async () => {
    expect(await repeatPing(scene({ ping: {} }).parts, TICK, 10_000)).toEqual({ times: 4, counters: [] });
    expect(await repeatPing(scene({ ping: { moves: { NOPERM: 1 } } }).parts, TICK, 10_000)).toEqual({ times: 4, counters: [] });
  });

  it('takes nobody for the gateway who is refused at a fixed pace, whichever', async () => {
    for (let pace = 1; pace < 2_000; pace += 1) {
      for (const phase of [0, 0.25, 0.5, 0.75]) {
        const { parts } = scene({ ping: {}, others: (until) => ({ NOAUTH: Math.floor(until / pace + phase) }) });
        expect((await repeatPing(parts, TICK, 10_000))?.counters, `every ${pace} ms`).toEqual([]);
      }
    }
  });

  it('takes hardly anybody for it who is refused at random', async () => {
    const random = seeded(1);
    let mistaken = 0;
    for (let run = 0; run < 20_000; run += 1) {
      // One every 80 ms, four times as long as a question takes, is the pace at which chance has the best prospects.
      const times: number[] = [];
      for (let at = 0; at < 400; at += -Math.log(random()) * 80) times.push(at);
      const { parts } = scene({ ping: {}, others: (until) => ({ NOAUTH: times.filter((at) => at <= until).length }) });
      if ((await repeatPing(parts, TICK, 10_000))?.counters.length !== 0) mistaken += 1;
    }
    expect(mistaken).toBeLessThanOrEqual(5);
  });

  it('is not done where the gateway did not answer 503, and ends when it answers something else', async () => {
    const fine = scene({ ping: { moves: { NOAUTH: 1 } } });
    const look = { ...fine.parts.look, cachePing: 200 };
    expect(await repeatPing({ ...fine.parts, look }, TICK, 10_000)).toBeUndefined();
    expect(fine.seen).toMatchObject({ asked: 0, readings: 0 });
    const healing = scene({ ping: { moves: { NOAUTH: 1 }, statuses: [503, 200] } });
    expect(await repeatPing(healing.parts, TICK, 10_000)).toBeUndefined();
    expect(healing.seen).toMatchObject({ asked: 2, recovered: 1 });
  });

  it('ends when the server cannot be read or was restarted', async () => {
    for (let lost = 1; lost <= 9; lost += 1) {
      const { parts } = scene({ ping: { moves: { NOAUTH: 1 } }, readable: (reading) => reading !== lost });
      expect(await repeatPing(parts, TICK, 10_000), `reading ${lost}`).toBeUndefined();
    }
    const { parts } = scene({ ping: { moves: { NOAUTH: -1 } } });
    expect(await repeatPing(parts, TICK, 10_000)).toBeUndefined();
  });

  it('takes no more time than there is', async () => {
    const late = scene({ ping: { moves: { NOAUTH: 1 } } });
    expect(await repeatPing(late.parts, TICK, 100)).toBeUndefined();
    expect(late.seen.at).toBeLessThanOrEqual(100);
    const slow = scene({ ping: { moves: { NOAUTH: 1 }, milliseconds: 160 } });
    expect(await repeatPing(slow.parts, TICK, 60_000)).toBeUndefined();
    expect(slow.seen).toMatchObject({ asked: 1, at: 160 });
  });
});

/** Numbers between 0 and 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
