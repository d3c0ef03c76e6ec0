import { describe, expect, it } from 'vitest';
import { instanceOf, instanceOfProbe, newProbe } from '../../../../src/redis/probe-keys/names.ts';
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
