import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsOf, type KnownKey, type LookedUp, needsReason, reasonOf } from '../../../src/reuse/transition.ts';

const LIVES: KnownKey = { until: 10_000, isLost: false, isSeen: true };
const LOST: KnownKey = { ...LIVES, isLost: true };
const UNSEEN: KnownKey = { ...LIVES, isSeen: false };

function looked(rest: Partial<LookedUp>): LookedUp {
  return { key: 'k', messages: 1, firstAt: 5_000, lastAt: 5_000, askedAt: 5_025, ttl: undefined, ...rest };
}

/** Events in short: `written`, or why it was lost. */
function told(known: KnownKey | undefined, rest: Partial<LookedUp>): string[] {
  return eventsOf(known, looked(rest), 'evicted').map((event) => (event.is === 'written' ? 'written' : event.why));
}

describe('what happened to a key', () => {
  it.each([
    ['new, there', undefined, { ttl: 1_000 }, ['written']],
    ['new, gone: it was written before it was listened to', undefined, {}, []],
    ['new, written and gone', undefined, { messages: 2 }, ['written', 'unknown']],
    ['lived, gone before its end', LIVES, {}, ['evicted']],
    ['lived, gone at its end', LIVES, { firstAt: 10_000, lastAt: 10_000 }, ['expired']],
    ['lived, gone a moment before its end, by the clock here', LIVES, { firstAt: 9_900, lastAt: 9_900 }, ['expired']],
    ['lived, there', LIVES, { ttl: 1_000 }, ['written']],
    ['lived, written twice', LIVES, { ttl: 1_000, messages: 2 }, ['written', 'written']],
    ['lived, written and gone', LIVES, { messages: 2 }, ['written', 'evicted']],
    ['ended and written in one moment', LIVES, { firstAt: 11_000, lastAt: 11_000, ttl: 1_000 }, ['expired', 'written']],
    ['ended, then written', LIVES, { firstAt: 11_000, lastAt: 11_010, ttl: 1_000, messages: 2 }, ['expired', 'written']],
    ['lost, there', LOST, { ttl: 1_000 }, ['written']],
    ['lost, gone', LOST, {}, []],
    ['not seen, there', UNSEEN, { ttl: 1_000 }, ['written']],
    ['not seen, gone', UNSEEN, {}, []],
  ] satisfies [string, KnownKey | undefined, Partial<LookedUp>, string[]][])('%s', (_, known, rest, expected) => {
    expect(told(known, rest)).toEqual(expected);
  });

  it('asks for a reason only of a key that should still live', () => {
    expect(needsReason(LIVES, looked({}))).toBe(true);
    for (const known of [undefined, LOST, UNSEEN]) expect(needsReason(known, looked({}))).toBe(false);
    expect(needsReason(LIVES, looked({ ttl: 5 }))).toBe(false);
    expect(needsReason(LIVES, looked({ firstAt: 10_000 }))).toBe(false);
  });

  it('never has more writes than messages, ends with what the server said, and stays between the messages', () => {
    fc.assert(
      fc.property(
        fc.option(fc.record({ until: fc.nat(20_000), isLost: fc.boolean(), isSeen: fc.boolean() }), { nil: undefined }),
        fc.record({
          messages: fc.integer({ min: 1, max: 50 }),
          firstAt: fc.nat(20_000),
          after: fc.nat(100),
          ttl: fc.option(fc.nat(5_000), { nil: undefined }),
        }),
        (known, { messages, firstAt, after, ttl }) => {
          const look = looked({ messages, firstAt, lastAt: firstAt + after, askedAt: firstAt + after + 25, ttl });
          const events = eventsOf(known, look, 'deleted');
          const writes = events.filter(({ is }) => is === 'written');
          expect(writes.length).toBeLessThanOrEqual(messages);
          for (const { at } of writes) expect(at >= firstAt && at <= firstAt + after).toBe(true);
          if (ttl !== undefined) expect(events.at(-1)?.is).toBe('written');
          else if (events.length > 0) expect(events.at(-1)?.is).toBe('lost');
        },
      ),
    );
  });
});

describe('why keys went', () => {
  it.each([
    [{ evicted: 5 }, { evicted: 6 }, 'evicted'],
    [{ evicted: 5 }, { evicted: 5 }, 'deleted'],
    [{ evicted: 5 }, { evicted: 0 }, 'unknown'],
    [{ evicted: undefined }, { evicted: 5 }, 'unknown'],
    [undefined, { evicted: 5 }, 'unknown'],
    [{ evicted: 5 }, undefined, 'unknown'],
  ] as const)('%o, then %o: %s', (before, after, reason) => {
    expect(reasonOf(before, after)).toBe(reason);
  });
});
