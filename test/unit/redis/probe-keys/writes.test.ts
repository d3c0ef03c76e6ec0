import { describe, expect, it } from 'vitest';
import { instanceOf, instanceOfProbe, newProbe, newQuestion } from '../../../../src/redis/probe-keys/names.ts';
import { createProbeWrites } from '../../../../src/redis/probe-keys/writes.ts';
import { handClock } from '../../../support/clock.ts';

const HASH = 'c'.repeat(64);
const [OWN, ONE, OTHER] = [instanceOf(['a', ':9464']), instanceOf(['b', ':9464']), instanceOf(['a', ':9465'])];

describe('the probes of other exporters', () => {
  function listener() {
    const clock = handClock();
    const writes = createProbeWrites(clock, OWN);
    const hear = (...probes: string[]) => writes.record(probes.map((probe) => `cache:${probe}:${HASH}`).join());
    return { clock, writes, hear };
  }

  it('name their exporter, the same in all of its processes', () => {
    expect(new Set([OWN, ONE, OTHER]).size).toBe(3);
    expect(instanceOfProbe(newProbe(ONE))).toBe(ONE);
    expect(newProbe(ONE)).not.toBe(newProbe(ONE));
    expect(instanceOf(['a', ':9464'])).toBe(OWN);
    for (const text of ['', 'lce-probe-', 'lce-probe-0123456789abcdef', `${newProbe(ONE)}0`, `x${newProbe(ONE)}`]) {
      expect(instanceOfProbe(text)).toBeUndefined();
    }
  });

  it('are counted by exporter, own ones never, and those that do not tell as one', () => {
    const { clock, writes, hear } = listener();
    hear(newProbe(OWN), newProbe(OWN));
    expect(writes.others(0)).toBe(0);
    for (let round = 0; round < 20; round++) hear(newProbe(ONE), newProbe(OWN), newProbe(OTHER));
    expect(writes.others(clock.monotonic())).toBe(2);
    hear('lce-probe-0123456789abcdef', 'lce-probe-fedcba9876543210');
    expect(writes.others(clock.monotonic())).toBe(3);
    hear(newQuestion(), newQuestion());
    expect(writes.others(clock.monotonic())).toBe(3);
  });

  it('are forgotten when they have not come for a while, and do not fill the memory', async () => {
    const { clock, writes, hear } = listener();
    hear(newProbe(ONE));
    await clock.advance(60_000);
    hear(newProbe(OTHER));
    expect(writes.others(clock.monotonic() - 120_000)).toBe(2);
    expect(writes.others(clock.monotonic() - 30_000)).toBe(1);
    for (let exporter = 0; exporter < 1_000; exporter++) hear(newProbe(instanceOf([String(exporter)])));
    expect(writes.others(clock.monotonic() - 30_000)).toBeLessThanOrEqual(32);
  });

  it('are not taken from names that are no probes', () => {
    const { writes } = listener();
    writes.record('');
    writes.record(['lce-probe-', `lce-probe-xyz:${HASH}`, 'user-key', `${newProbe(ONE)}`, `${newProbe(ONE)}:short`].join());
    expect(writes.others(0)).toBe(0);
  });
});

describe('the keys of one probe', () => {
  const probe = newProbe(OWN);
  const key = (hash: string, namespace = '') => `${namespace}${probe}:${hash.repeat(64)}`;
  const heard = (...messages: string[]) => {
    const writes = createProbeWrites(handClock(), OWN);
    for (const message of messages) writes.record(message);
    return writes.get(probe);
  };

  it('are all kept, and each is counted by itself: two that were written once are no key that was written twice', () => {
    expect(heard(key('a'))).toMatchObject({ key: key('a'), others: [], times: 1 });
    expect(heard(key('a'), key('b'))).toMatchObject({ key: key('a'), others: [key('b')], times: 1 });
    expect(heard([key('a'), key('b')].join())).toMatchObject({ key: key('a'), others: [key('b')], times: 1 });
    expect(heard(key('a'), key('b'), key('a'))).toMatchObject({ times: 2 });
    expect(heard(key('a', 'litellm:'), key('b', 'litellm:'))).toMatchObject({ times: 1 });
  });

  it('are flushed together, and do not fill the memory', () => {
    expect(heard(key('a'), key('b'), '')).toMatchObject({ times: 1, flushed: true });
    const many = Array.from({ length: 1_000 }, (_, index) => `${probe}:${index.toString(16).padStart(64, '0')}`);
    expect(heard(...many)).toMatchObject({ key: many[0], others: many.slice(1, 8) });
    expect(heard(...many, many[0] ?? '')).toMatchObject({ times: 2 });
  });
});
