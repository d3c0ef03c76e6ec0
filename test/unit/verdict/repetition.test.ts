import { describe, expect, it } from 'vitest';
import type { CounterDelta } from '../../../src/verdict/growth.ts';
import { compare, RECEIVED } from '../../../src/verdict/repetition.ts';

function deltas(...each: readonly CounterDelta['by'][]): CounterDelta[] {
  return each.map((by) => ({ seconds: 1, by }));
}

describe('the counters that move with each question, and never between', () => {
  it.each<[string, readonly CounterDelta['by'][], readonly CounterDelta['by'][], readonly string[]]>([
    ['each time', [{ NOAUTH: 1 }, { NOAUTH: 3 }], [{}, { NOAUTH: 0 }], ['NOAUTH']],
    ['all but once', [{ NOAUTH: 1 }, { NOAUTH: 0 }], [{}, {}], []],
    ['once between as well', [{ NOAUTH: 1 }, { NOAUTH: 1 }], [{}, { NOAUTH: 1 }], []],
    ['a steady noise', [{ NOAUTH: 9 }, { NOAUTH: 9 }], [{ NOAUTH: 18 }, { NOAUTH: 45 }], []],
    ['two of them', [{ WRONGPASS: 1, logins: 1 }], [{}], ['WRONGPASS', 'logins']],
    ['a counter of commands, which says nothing of a login', [{ NOPERM: 4, OOM: 4 }], [{}], []],
    ['connections that are turned away', [{ rejected_connections: 1 }], [{}], ['rejected_connections']],
    ['one of another kind between', [{ NOAUTH: 1 }], [{ WRONGPASS: 7 }], ['NOAUTH']],
  ])('%s', (_, asked, between, counters) => {
    expect(compare(deltas(...asked), deltas(...between))).toEqual({ times: asked.length, counters });
  });

  it('are PINGs where these are the question, and not otherwise', () => {
    const [asked, between] = [deltas({ pings: 1, NOAUTH: 1 }, { pings: 2 }), deltas({}, { pings: 0 })];
    expect(compare(asked, between, RECEIVED).counters).toEqual(['pings']);
    expect(compare(asked, between).counters).toEqual([]);
  });

  it('are none where nothing was asked', () => {
    expect(compare([], [])).toEqual({ times: 0, counters: [] });
  });
});
