import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { censusSamples, takeCensus } from '../../../src/census/census.ts';
import { KEY_CLASS } from '../../../src/model/census.ts';
import type { SampledKey } from '../../../src/redis/census.ts';

const AT = 1_700_000_000_000;

function answer(index: number, rest: Partial<SampledKey> = {}): SampledKey {
  return { name: index.toString(16).padStart(64, '0'), bytes: 300, ttlSeconds: 60, ...rest };
}

describe('a census', () => {
  it('gives each class its share of all keys', () => {
    const keys = [answer(1), answer(2, { ttlSeconds: 4_000 }), answer(3, { bytes: 600 }), { name: 'spend:key:a', bytes: 80 }];
    const { census, ttl } = takeCensus([{ total: 1_000, keys }], 3, AT);
    expect(census).toMatchObject({ at: AT, database: 3, keys: 1_000, sampled: 4, coverage: 0.004, medianTtlSeconds: 60 });
    expect(census.classes.map(({ class: name }) => name)).toEqual([...KEY_CLASS]);
    expect(census.classes.filter(({ keys: some }) => some > 0)).toEqual([
      { class: 'response_or_key_hash', keys: 750, bytes: 300_000, withoutTtl: 0 },
      { class: 'spend', keys: 250, bytes: 20_000, withoutTtl: 250 },
    ]);
    expect(ttl).toEqual({ counts: [0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], sum: 4_120 });
  });

  it('counts a small database instead of estimating it', () => {
    const { census } = takeCensus([{ total: 2, keys: [answer(1), answer(2)] }], 0, AT);
    expect(census).toMatchObject({ keys: 2, coverage: 1 });
    expect(census.classes[0]).toEqual({ class: 'response_or_key_hash', keys: 2, bytes: 600, withoutTtl: 0 });
  });

  it('knows that an empty database is empty, and claims nothing where no key could be looked at', () => {
    expect(takeCensus([{ total: 0, keys: [] }], 0, AT).census).toMatchObject({
      keys: 0,
      sampled: 0,
      coverage: 1,
      medianTtlSeconds: undefined,
    });
    expect(takeCensus([{ total: 5, keys: [] }], 0, AT).census.coverage).toBe(0);
  });

  it('puts a time to live into the bucket that ends with it', () => {
    const { ttl } = takeCensus(
      [{ total: 3, keys: [answer(1, { ttlSeconds: 604_800 }), answer(2, { ttlSeconds: 604_801 }), answer(3, { ttlSeconds: 0 })] }],
      0,
      AT,
    );
    expect([ttl.counts[0], ttl.counts[13], ttl.counts[14]]).toEqual([1, 1, 1]);
  });

  it('has a sample of every metric for every class, with values that can be shown', () => {
    const key = fc.record({ name: fc.string(), bytes: fc.nat(), ttlSeconds: fc.nat() }, { requiredKeys: ['name', 'bytes'] });
    fc.assert(
      fc.property(fc.nat(), fc.array(key), (total, keys) => {
        const taken = takeCensus([{ total, keys }], 0, AT);
        const samples = censusSamples(taken);
        expect(samples).toHaveLength(3 * KEY_CLASS.length + 2);
        for (const { value } of samples) if (typeof value === 'number') expect(value).toBeGreaterThanOrEqual(0);
        expect(taken.census.coverage).toBeLessThanOrEqual(1);
        expect(taken.ttl.counts.every(Number.isInteger)).toBe(true);
      }),
    );
  });

  it('of several servers is the sum of what each says of its own', () => {
    const key = fc.record({ name: fc.constantFrom('spend:key:a', 'a'.repeat(64), 'other'), bytes: fc.nat(9_999), ttlSeconds: fc.nat() });
    const part = fc.record({ more: fc.nat(99_999), keys: fc.array(key, { minLength: 1, maxLength: 20 }) });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const samples = parts.map(({ more, keys }) => ({ total: keys.length + more, keys }));
        const together = takeCensus(samples, 0, AT);
        const apart = samples.map((one) => takeCensus([one], 0, AT));
        expect(together.census.keys).toBe(apart.reduce((sum, { census }) => sum + census.keys, 0));
        expect(together.census.sampled).toBe(apart.reduce((sum, { census }) => sum + census.sampled, 0));
        for (const [index, name] of KEY_CLASS.entries())
          for (const count of ['keys', 'bytes', 'withoutTtl'] as const) {
            const sum = apart.reduce((all, { census }) => all + (census.classes[index]?.[count] ?? 0), 0);
            // Each part is rounded for itself.
            expect(Math.abs((together.census.classes[index]?.[count] ?? 0) - sum), name).toBeLessThanOrEqual(samples.length);
          }
        for (const [index, count] of together.ttl.counts.entries())
          expect(count).toBe(apart.reduce((sum, { ttl }) => sum + (ttl.counts[index] ?? 0), 0));
      }),
    );
  });
});
