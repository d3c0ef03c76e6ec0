import { describe, expect, it } from 'vitest';
import type { Missed } from '../../../src/model/tick.ts';
import { createScheduler } from '../../../src/schedule/scheduler.ts';
import { handClock } from '../../support/clock.ts';

function fixture() {
  const clock = handClock();
  const missed: Missed[] = [];
  const lags: number[] = [];
  const scheduler = createScheduler({
    clock,
    report: { lag: (_task, seconds) => void lags.push(seconds), missed: (_task, reason) => void missed.push(reason) },
  });
  return { clock, missed, lags, scheduler };
}

function job(name: string, skip?: () => string | undefined) {
  return { name, interval: 15_000, timeout: 2_000, run: async () => {}, ...(skip && { skip }) };
}

describe('the scheduler', () => {
  it('runs the first tick within a second and then keeps the interval', async () => {
    const { clock, scheduler } = fixture();
    const at: number[] = [];
    scheduler.add(job('a'), 'target', async () => void at.push(clock.monotonic()));
    await clock.advance(60_000);
    expect(at[0]).toBeLessThan(1_000);
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(gaps.slice(1).every((gap) => gap === 15_000)).toBe(true);
    expect(gaps[0]).toBeGreaterThanOrEqual(7_500);
    expect(gaps[0]).toBeLessThan(22_500);
  });

  it('gives a name the same place on the grid after every start', async () => {
    const places = await Promise.all(
      [1, 2].map(async () => {
        const { clock, scheduler } = fixture();
        const at: number[] = [];
        scheduler.add(job('cache'), 'target', async () => void at.push(clock.monotonic()));
        await clock.advance(40_000);
        return at;
      }),
    );
    expect(places[0]).toEqual(places[1]);
  });

  it('does not begin with all of many jobs at once', async () => {
    const { clock, scheduler } = fixture();
    const begun: number[] = [];
    for (let index = 0; index < 1_000; index++) {
      scheduler.add(job(`target-${index}`), 'target', async () => void begun.push(clock.monotonic()));
    }
    await clock.advance(1_000);
    expect(begun.length).toBeGreaterThan(100);
    expect(begun.length).toBeLessThan(400);
    await clock.advance(9_000);
    expect(begun.length).toBeGreaterThanOrEqual(1_000);
  });

  it('spreads many names over the interval', async () => {
    const { clock, scheduler } = fixture();
    const seconds = new Map<number, number>();
    for (let index = 0; index < 1_000; index++) {
      scheduler.add(job(`target-${index}`), 'target', async () => {
        const second = Math.floor(clock.monotonic() / 1_000);
        seconds.set(second, (seconds.get(second) ?? 0) + 1);
      });
    }
    await clock.advance(60_000);
    const busiest = Math.max(...[...seconds].filter(([second]) => second >= 30).map(([, count]) => count));
    expect(busiest).toBeLessThan(120);
  });

  it('never overlaps a job with itself and counts what it left out', async () => {
    const { clock, scheduler, missed } = fixture();
    let now = 0;
    let most = 0;
    scheduler.add(job('slow'), 'target', async () => {
      most = Math.max(most, ++now);
      await clock.sleep(20_000);
      now--;
    });
    await clock.advance(90_000);
    expect(most).toBe(1);
    expect(missed.length).toBeGreaterThan(0);
    expect(new Set(missed)).toEqual(new Set(['overlap']));
  });

  it('counts the ticks that a suspension swallowed and does not catch up', async () => {
    const { clock, scheduler, missed } = fixture();
    let runs = 0;
    scheduler.add(job('a'), 'target', async () => void runs++);
    await clock.advance(60_000);
    const before = runs;
    await clock.suspend(3_600_000);
    expect(runs - before).toBe(1);
    expect(missed.filter((reason) => reason === 'late').length).toBe(239);
    await clock.advance(30_000);
    expect(runs - before).toBe(3);
  });

  it('aborts a tick at its timeout with a TimeoutError', async () => {
    const { clock, scheduler } = fixture();
    const reasons: string[] = [];
    scheduler.add(job('hung'), 'target', async (signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      reasons.push(signal.reason.name);
    });
    await clock.advance(4_000);
    expect(reasons).toEqual(['TimeoutError']);
  });

  it('leaves a tick out that the job wants skipped, and keeps the grid', async () => {
    const { clock, scheduler, missed } = fixture();
    let asked = 0;
    let runs = 0;
    scheduler.add(
      job('budget', () => (++asked % 2 === 0 ? 'budget' : undefined)),
      'gateway',
      async () => void runs++,
    );
    await clock.advance(60_000);
    expect(asked).toBeGreaterThanOrEqual(4);
    expect(runs).toBe(Math.ceil(asked / 2));
    expect(missed).toEqual([]);
  });

  it('aborts and awaits the running tick when the job is stopped, and runs nothing afterwards', async () => {
    const { clock, scheduler } = fixture();
    const events: string[] = [];
    const entry = scheduler.add(job('a'), 'target', async (signal) => {
      events.push('start');
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      events.push(`end ${signal.reason.name}`);
    });
    await clock.advance(1_000);
    await entry.stop();
    await clock.advance(60_000);
    entry.runSoon();
    expect(events).toEqual(['start', 'end AbortError']);
  });

  it('runs soon when asked, but not beside a running tick', async () => {
    const { clock, scheduler } = fixture();
    let runs = 0;
    const entry = scheduler.add(job('a'), 'gateway', async () => {
      runs++;
      await clock.sleep(500);
    });
    await clock.advance(5_000);
    expect(runs).toBe(1);
    entry.runSoon();
    entry.runSoon();
    expect(runs).toBe(2);
    await clock.advance(1_000);
  });

  it('calls itself unhealthy when a loop no longer turns', async () => {
    const { clock, scheduler } = fixture();
    scheduler.add(job('a'), 'target', async () => {});
    await clock.advance(20_000);
    expect(scheduler.healthy()).toBe(true);
    Object.assign(clock, { sleep: () => new Promise(() => {}) });
    await clock.advance(20_000);
    await clock.suspend(120_000);
    expect(scheduler.healthy()).toBe(false);
  });
});
