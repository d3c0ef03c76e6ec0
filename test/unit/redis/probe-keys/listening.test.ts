import { describe, expect, it } from 'vitest';
import { keepListening } from '../../../../src/redis/probe-keys/listening.ts';
import { handClock } from '../../../support/clock.ts';

const MINUTE = 60_000;

/** Connections are names here; those that have heard enough are collected. */
function scene() {
  const clock = handClock();
  const over: string[] = [];
  const listening = keepListening<string>(clock, (connection) => over.push(connection));
  return { clock, over, listening };
}

describe('listening to all writes', () => {
  it('lasts for one second the first time, counted from the first pair, and for ten when it is asked for', async () => {
    const { clock, over, listening } = scene();
    listening.begin('first');
    await clock.advance(900);
    listening.expect('a');
    await clock.advance(900);
    listening.expect('b');
    expect([listening.phase, listening.connection, listening.covers('b'), listening.covers('a')]).toEqual(['now', 'first', true, false]);
    await clock.advance(100);
    expect([listening.phase, listening.connection, listening.covers('b'), over]).toEqual(['done', undefined, false, ['first']]);
    listening.ask();
    listening.begin('second');
    listening.expect('c');
    await clock.advance(9_999);
    expect(listening.covers('c')).toBe(true);
    await clock.advance(1);
    expect([listening.phase, over]).toEqual(['done', ['first', 'second']]);
  });

  it('covers no pair that was sent before it began, or has no key of its own', async () => {
    const { listening } = scene();
    listening.expect('a');
    listening.begin('one');
    expect([listening.covers('a'), listening.covers(undefined)]).toEqual([false, false]);
    listening.expect('b');
    listening.end();
    listening.begin('two');
    expect(listening.covers('b')).toBe(false);
  });

  it('hears of 10,000 names at most, each time anew', () => {
    const { listening } = scene();
    for (const connection of ['one', 'two']) {
      listening.begin(connection);
      expect([listening.hear(9_999), listening.hear(1)]).toEqual([true, false]);
      listening.end();
    }
  });

  it('ends once', async () => {
    const { clock, over, listening } = scene();
    listening.begin('one');
    listening.end();
    listening.end();
    await clock.advance(MINUTE);
    expect(over).toEqual(['one']);
  });

  it('begins again after a minute, then after twice the time, up to an hour, and at once when it is asked for or told something', async () => {
    const { clock, listening } = scene();
    expect(listening.isDue()).toBe(true);
    const waits: number[] = [];
    for (let time = 0; time < 9; time += 1) {
      listening.begin('one');
      listening.end();
      let minutes = 0;
      for (; !listening.isDue(); minutes += 1) await clock.advance(MINUTE);
      waits.push(minutes);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    listening.begin('one');
    expect(listening.isDue()).toBe(false);
    listening.end();
    listening.ask();
    expect([listening.isDue(), listening.phase]).toEqual([true, 'not yet']);
    listening.succeed();
    listening.begin('one');
    listening.end();
    await clock.advance(MINUTE);
    expect(listening.isDue()).toBe(true);
  });
});
