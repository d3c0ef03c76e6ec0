import { describe, expect, it } from 'vitest';
import { createLeaseWatch, LEASE_TTL_MS } from '../../../src/lease/lease.ts';
import type { LeaseAnswer } from '../../../src/model/lease.ts';
import type { Details } from '../../../src/model/tick.ts';
import { handClock } from '../../support/clock.ts';

const HELD: LeaseAnswer = { state: 'held' };

function start() {
  const clock = handClock();
  const store = { answer: HELD, asked: 0, released: 0, hang: false };
  const never = new Promise<never>(() => undefined);
  const lines: string[] = [];
  const changes: string[] = [];
  const line = (details: Details, sentence: string) => void lines.push(`${sentence} ${details.error ?? ''}`.trim());
  const lease = createLeaseWatch({
    store: {
      hold: async () => {
        store.asked += 1;
        return store.hang ? never : store.answer;
      },
      release: async () => {
        store.released += 1;
        if (store.hang) await never;
      },
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
    await clock.advance(LEASE_TTL_MS - lease.job.interval - 1);
    await lease.ask(new AbortController().signal);
    expect(lease.state()).toBe('held');
    await clock.advance(1);
    expect(lease.state()).toBe('unknown');
    await tick();
    expect(changes).toEqual(['held', 'unknown']);
    expect(lines).toEqual([
      'This exporter holds the lease and probes',
      'The lease store cannot be used; the present holder keeps the lease until it ends it is away',
      'The lease of this exporter has ended and cannot be renewed: it sends no pair',
    ]);
    store.answer = { state: 'held' };
    for (let turn = 0; turn < 4; turn++) await tick();
    expect(lease.state()).toBe('held');
  });

  it('is told to be over when it is over, while the store does not answer at all', async () => {
    const { clock, store, changes, lease, tick } = start();
    await tick();
    store.hang = true;
    void lease.ask(new AbortController().signal);
    await clock.advance(LEASE_TTL_MS - lease.job.interval - 1);
    expect([lease.state(), ...changes]).toEqual(['held', 'held']);
    await clock.advance(1);
    expect([lease.state(), ...changes]).toEqual(['unknown', 'held', 'unknown']);
  });

  it('is told to be over to a process that was suspended meanwhile', async () => {
    const { clock, changes, lease } = start();
    await lease.ask(new AbortController().signal);
    await clock.suspend(60_000);
    expect([lease.state(), ...changes]).toEqual(['unknown', 'held', 'unknown']);
  });

  it('counts as another’s for its whole time after the store went away, and only then nobody can be asked', async () => {
    const { clock, store, lines, changes, lease, tick } = start();
    store.answer = { state: 'other' };
    await tick();
    store.answer = { state: 'unknown', reason: 'it is away' };
    for (let turn = 0; turn < 8; turn++) await tick();
    expect(lease.state()).toBe('other');
    expect(lines).toEqual([
      'Another exporter holds the lease and probes',
      'The lease store cannot be used; the present holder keeps the lease until it ends it is away',
    ]);
    await clock.advance(2 * lease.job.interval);
    expect(lease.state()).toBe('unknown');
    expect(changes).toEqual(['other', 'unknown']);
    expect(lines.at(-1)).toBe('The holder of the lease is unknown, because the lease store cannot be used: this exporter sends no pair');
  });

  it('tells an exporter that starts while the store is away why it sends nothing', async () => {
    const { store, lines, lease } = start();
    store.answer = { state: 'unknown', reason: 'it is away' };
    await lease.ask(new AbortController().signal);
    expect(lines).toEqual([
      'The lease store cannot be used; the present holder keeps the lease until it ends it is away',
      'The holder of the lease is unknown, because the lease store cannot be used: this exporter sends no pair',
    ]);
  });

  it.each(['other', 'unknown'] as const)('is not held any more once the store says %s after it ended', async (state) => {
    const { clock, store, lease } = start();
    await lease.ask(new AbortController().signal);
    store.answer = state === 'other' ? { state } : { state, reason: 'it is away' };
    await clock.advance(LEASE_TTL_MS);
    await lease.ask(new AbortController().signal);
    expect(lease.state()).toBe(state);
  });

  it('is not held from the moment it is given back, while the store takes its time', async () => {
    const { store, lease } = start();
    await lease.ask(new AbortController().signal);
    store.hang = true;
    void lease.close();
    expect(lease.state()).toBe('unknown');
  });

  it('is valid from when it was asked for, not from the answer', async () => {
    const { clock, lease, store } = start();
    const asked = lease.ask(new AbortController().signal);
    store.answer = { state: 'held' };
    await asked;
    await clock.advance(LEASE_TTL_MS - 1);
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
