import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../../../src/schedule/clock.ts';
import type { CounterSnapshot } from '../../../../../src/verdict/growth.ts';
import { type PingParts, repeatPing } from '../../../../../src/watch/gateway/backend/ping-experiment.ts';
import type { SelfReport } from '../../../../../src/watch/gateway/self-report.ts';
import { counters } from '../../../../support/round.ts';

const DOWN: SelfReport = { cachePing: 503 };

interface Scene {
  /** What each question moves, by the prefix of the error; the statuses that it answers in turn, 503 after the last. */
  ping: { moves?: Readonly<Record<string, number>>; statuses?: readonly number[]; milliseconds?: number; arrives?: boolean };
  /** PINGs of other clients until a time in milliseconds. */
  otherPings?(until: number): number;
  /** Refusals of somebody else until a time in milliseconds. */
  others?(until: number): Readonly<Record<string, number>>;
  /** Whether the server can be read when it is asked for the n-th time. */
  readable?(reading: number): boolean;
}

/** A gateway and its Redis on a clock of their own, which goes on only while somebody waits. */
function scene({ ping, others = () => ({}), otherPings = () => 0, readable = () => true }: Scene) {
  const { moves = {}, statuses = [], milliseconds = 20, arrives = false } = ping;
  const seen = { asked: 0, readings: 0, at: 0 };
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
  const parts: PingParts = {
    clock,
    signal: new AbortController().signal,
    askPing: async (report) => {
      const cachePing = statuses[seen.asked] ?? 503;
      seen.asked += 1;
      seen.at += milliseconds;
      return { ...report, cachePing };
    },
    snapshot: async () => {
      seen.readings += 1;
      const pings = (arrives ? seen.asked : 0) + otherPings(seen.at);
      return readable(seen.readings) ? counters(seen.at, { errors: errors(), pings }) : undefined;
    },
  };
  return { parts, seen };
}

describe('asking /cache/ping again and again', () => {
  it('finds what moves each time and not between', async () => {
    const { parts, seen } = scene({ ping: { moves: { NOAUTH: 1 } } });
    expect(await repeatPing(parts, DOWN, 10_000)).toMatchObject({ recovered: false, repetition: { times: 4, counters: ['NOAUTH'] } });
    expect(seen).toMatchObject({ asked: 4, at: 4 * 20 + 14 * 20 });
  });

  it('finds nothing where nobody is refused, nor in refusals that say nothing of the connection, and asks no more then', async () => {
    for (const moves of [{}, { NOPERM: 1 }]) {
      const { parts, seen } = scene({ ping: { moves } });
      expect((await repeatPing(parts, DOWN, 10_000)).repetition).toEqual({ times: 1, counters: [] });
      expect(seen.asked).toBe(1);
    }
  });

  it('takes nobody for the gateway who is refused at a fixed pace, whichever', async () => {
    for (let pace = 1; pace < 2_000; pace += 1) {
      for (const phase of [0, 0.25, 0.5, 0.75]) {
        const { parts } = scene({ ping: {}, others: (until) => ({ NOAUTH: Math.floor(until / pace + phase) }) });
        expect((await repeatPing(parts, DOWN, 10_000)).repetition?.counters, `every ${pace} ms`).toEqual([]);
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
      if ((await repeatPing(parts, DOWN, 10_000)).repetition?.counters.length !== 0) mistaken += 1;
    }
    expect(mistaken).toBeLessThanOrEqual(5);
  });

  it('is not done where the gateway did not answer 503, and ends when it answers something else', async () => {
    const fine = scene({ ping: { moves: { NOAUTH: 1 } } });
    expect((await repeatPing(fine.parts, { cachePing: 200 }, 10_000)).repetition).toBeUndefined();
    expect(fine.seen).toMatchObject({ asked: 0, readings: 0 });
    const healing = scene({ ping: { moves: { NOAUTH: 1 }, statuses: [503, 200] } });
    expect(await repeatPing(healing.parts, DOWN, 10_000)).toEqual({ report: { cachePing: 200 }, recovered: true, repetition: undefined });
    expect(healing.seen.asked).toBe(2);
  });

  it('ends when the server cannot be read or was restarted', async () => {
    for (let lost = 1; lost <= 9; lost += 1) {
      const { parts } = scene({ ping: { moves: { NOAUTH: 1 } }, readable: (reading) => reading !== lost });
      expect((await repeatPing(parts, DOWN, 10_000)).repetition, `reading ${lost}`).toBeUndefined();
    }
    const { parts } = scene({ ping: { moves: { NOAUTH: -1 } } });
    expect((await repeatPing(parts, DOWN, 10_000)).repetition).toBeUndefined();
  });

  it('takes no more time than there is', async () => {
    const late = scene({ ping: { moves: { NOAUTH: 1 } } });
    expect((await repeatPing(late.parts, DOWN, 100)).repetition).toBeUndefined();
    expect(late.seen.at).toBeLessThanOrEqual(100);
    const slow = scene({ ping: { moves: { NOAUTH: 1 }, milliseconds: 310 } });
    expect((await repeatPing(slow.parts, DOWN, 60_000)).repetition).toBeUndefined();
    expect(slow.seen).toMatchObject({ asked: 1, at: 310 });
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

describe('asking a gateway that answers whether Redis hears it', () => {
  const ALL = [200, 200, 200, 200];
  const received = async (more: Scene, hears = true) => {
    const { parts, seen } = scene(more);
    return { ...(await repeatPing({ ...parts, hears }, { cachePing: 200 }, 10_000)), asked: seen.asked };
  };

  it('finds that Redis counts a PING each time and none between', async () => {
    expect(await received({ ping: { statuses: ALL, arrives: true } })).toMatchObject({ received: true, asked: 4 });
  });

  it('is not asked where nothing depends on it', async () => {
    expect(await received({ ping: { statuses: ALL, arrives: true } }, false)).toMatchObject({ repetition: undefined, asked: 0 });
  });

  it.each<[string, Scene]>([
    ['its Redis is another one', { ping: { statuses: ALL } }],
    ['a refusal comes each time instead', { ping: { statuses: ALL, moves: { WRONGPASS: 1 } } }],
    ['another client pings all the time', { ping: { statuses: ALL, arrives: true }, otherPings: (until) => Math.floor(until / 10) }],
    ['an answer is another one', { ping: { statuses: [200, 200, 503], arrives: true } }],
    ['the server cannot be read', { ping: { statuses: ALL, arrives: true }, readable: () => false }],
  ])('does not find it where %s', async (_, more) => {
    expect((await received(more)).received).toBe(false);
  });

  it('takes no client for the gateway that pings at a fixed pace, whichever', async () => {
    for (let pace = 1; pace < 2_000; pace += 1) {
      for (const phase of [0, 0.25, 0.5, 0.75]) {
        const more: Scene = { ping: { statuses: ALL }, otherPings: (until) => Math.floor(until / pace + phase) };
        expect((await received(more)).received, `every ${pace} ms`).toBe(false);
      }
    }
  });
});
