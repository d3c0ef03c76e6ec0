import { describe, expect, it } from 'vitest';
import type { LeaseAnswer } from '../../../src/model/lease.ts';
import type { Details } from '../../../src/model/tick.ts';
import { LEASE_TTL, watchLease } from '../../../src/watch/lease.ts';
import { handClock } from '../../support/clock.ts';

function start() {
  const clock = handClock();
  const store = { answer: { state: 'held' } as LeaseAnswer, asked: 0, released: 0 };
  const lines: string[] = [];
  const changes: string[] = [];
  const line = (details: Details, sentence: string) => void lines.push(`${sentence} ${details.reason ?? ''}`.trim());
  const lease = watchLease({
    store: {
      hold: async () => {
        store.asked += 1;
        return store.answer;
      },
      release: async () => void store.released++,
    },
    log: { debug: line, info: line, warn: line, error: line },
    clock,
    onChange: () => void changes.push(lease.state()),
  });
  /** One tick of its grid. */
  const tick = async () => {
    if (lease.job.skip?.() === undefined) await lease.ask(new AbortController().signal);
    await clock.advance(lease.job.interval);
  };
  return { clock, store, lines, changes, lease, tick };
}

describe('a lease', () => {
  it('is renewed about every five seconds, and taken soon when another gives it back', async () => {
    const { store, lease, tick } = start();
    for (let turn = 0; turn < 10; turn++) await tick();
    expect(store.asked).toBe(4);
    store.answer = { state: 'other' };
    for (let turn = 0; turn < 3; turn++) await tick();
    expect(lease.state()).toBe('other');
    const { asked } = store;
    for (let turn = 0; turn < 4; turn++) await tick();
    expect(store.asked - asked).toBe(4);
  });

  it('outlasts a store that is away by its time, and then nobody holds it', async () => {
    const { clock, store, lines, changes, lease, tick } = start();
    await tick();
    store.answer = { state: 'unknown', reason: 'it is away' };
    await clock.advance(LEASE_TTL - lease.job.interval - 1);
    await lease.ask(new AbortController().signal);
    expect(lease.state()).toBe('held');
    await clock.advance(1);
    expect(lease.state()).toBe('unknown');
    await tick();
    expect(changes).toEqual(['held', 'unknown']);
    expect(lines).toEqual([
      'This exporter holds the lease and probes',
      'The lease cannot be asked for; who holds it keeps it until it ends it is away',
      'The lease has ended and nobody can be asked for it: no pair is sent',
    ]);
    store.answer = { state: 'held' };
    for (let turn = 0; turn < 4; turn++) await tick();
    expect(lease.state()).toBe('held');
  });

  it('is valid from when it was asked for, not from the answer', async () => {
    const { clock, lease, store } = start();
    const asked = lease.ask(new AbortController().signal);
    store.answer = { state: 'held' };
    await asked;
    await clock.advance(LEASE_TTL - 1);
    expect(lease.state()).toBe('held');
    await clock.advance(1);
    expect(lease.state()).toBe('unknown');
  });

  it('is nobody’s before it was asked for, and given back at the end', async () => {
    const { lease, store } = start();
    expect(lease.state()).toBe('unknown');
    await lease.close();
    expect(store.released).toBe(1);
  });
});
