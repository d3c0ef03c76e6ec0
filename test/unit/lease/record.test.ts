import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedLease, newLease, readLease } from '../../../src/lease/record.ts';

const TTL = 15_000;
const NOW = Date.parse('2026-11-30T05:00:00.250Z');
const OURS = ['holderIdentity', 'leaseDurationSeconds', 'acquireTime', 'renewTime', 'leaseTransitions'];

function record(lease: object) {
  const read = readLease(JSON.stringify(lease));
  if (read === undefined) throw new Error('it is no Lease');
  return read;
}

/** An object without some of its keys. */
function without(value: Record<string, unknown>, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

describe('a Lease object', () => {
  it('keeps what others wrote into it, over renewals and when it changes its holder or is given back', () => {
    const texts = fc.dictionary(fc.string({ minLength: 1 }), fc.string());
    const metadata = fc.record({
      name: fc.constant('lce'),
      resourceVersion: fc.string({ minLength: 1 }),
      labels: texts,
      annotations: texts,
      finalizers: fc.array(fc.string()),
      ownerReferences: fc.array(texts),
    });
    const spec = fc.record(
      {
        strategy: fc.string(),
        preferredHolder: fc.string(),
        holderIdentity: fc.string(),
        leaseTransitions: fc.nat(),
        future: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const lease = fc.record({ apiVersion: fc.constant('coordination.k8s.io/v1'), kind: fc.constant('Lease'), metadata, spec });
    fc.assert(
      fc.property(lease, fc.constantFrom('', 'me', 'other'), (before, holder) => {
        const after: { spec: Record<string, unknown> } & Record<string, unknown> = JSON.parse(
          JSON.stringify(changedLease(record(before), holder, TTL, NOW)),
        );
        const same = JSON.parse(JSON.stringify(before));
        expect(without(after, ['spec'])).toEqual(without(same, ['spec']));
        expect(without(after.spec, OURS)).toEqual(without(same.spec, OURS));
        expect(after.spec).toMatchObject({ holderIdentity: holder, leaseDurationSeconds: 15, renewTime: '2026-11-30T05:00:00.250000Z' });
      }),
    );
  });

  it('counts who holds it, and starts again where the number is full', () => {
    const held = { ...newLease({ namespace: 'watch', name: 'lce' }, 'me', TTL, NOW), metadata: { name: 'lce' } };
    expect(changedLease(record(held), 'me', TTL, NOW + 1)).toMatchObject({
      spec: { leaseTransitions: 0, acquireTime: '2026-11-30T05:00:00.250000Z' },
    });
    expect(changedLease(record(held), 'other', TTL, NOW + 1)).toMatchObject({
      spec: { leaseTransitions: 1, acquireTime: '2026-11-30T05:00:00.251000Z' },
    });
    const full = { ...held, spec: { holderIdentity: 'other', leaseTransitions: 2 ** 31 - 1 } };
    expect(changedLease(record(full), 'me', TTL, NOW)).toMatchObject({ spec: { leaseTransitions: 0 } });
  });

  it.each([
    ['nothing', ''],
    ['a page', '<html>'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another object', '{"kind":"Status","metadata":{}}'],
    ['an object without metadata', '{"kind":"Lease","spec":{}}'],
  ])('is not read from %s', (_, body) => {
    expect(readLease(body)).toBeUndefined();
  });

  it('is read and taken whatever is in its spec', () => {
    for (const spec of [undefined, null, [], 'x', {}, { holderIdentity: 1, leaseTransitions: -1, leaseDurationSeconds: 'x' }]) {
      const read = record({ kind: 'Lease', metadata: { name: 'lce' }, spec });
      expect(read).toMatchObject({ holder: undefined, seconds: undefined, transitions: 0 });
      expect(changedLease(read, 'me', TTL, NOW)).toMatchObject({ spec: { holderIdentity: 'me', leaseTransitions: 1 } });
    }
  });
});
