import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyForms, probeKeys, probePrefixes } from '../../../../src/redis/probe-keys/names.ts';

const HASH = '0123456789abcdef'.repeat(4);

describe('the keys in an invalidation message', () => {
  it('are those of probes, with and without the namespace of the gateway', () => {
    const names = [
      `lce-probe-a1:${HASH}`,
      'other',
      `ns:lce-probe-b2:${HASH}`,
      'lce-probe-c3',
      `lce-probe-zz:${HASH}`,
      `lce-probe-d4:${HASH}0`,
    ];
    expect(probeKeys(names.join(','))).toEqual([
      { key: `lce-probe-a1:${HASH}`, probe: 'lce-probe-a1' },
      { key: `ns:lce-probe-b2:${HASH}`, probe: 'lce-probe-b2' },
    ]);
  });

  it('are none in the message of a flush', () => {
    expect(probeKeys('')).toEqual([]);
  });

  it('are found again, in any number and order', () => {
    const key = fc
      .tuple(fc.constantFrom('', 'litellm:', 'a:b:'), fc.stringMatching(/^[0-9a-f]{1,16}$/))
      .map(([namespace, id]) => ({ key: `${namespace}lce-probe-${id}:${HASH}`, probe: `lce-probe-${id}` }));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 20 }), (keys) => {
        expect(probeKeys(keys.map(({ key: name }) => name).join(','))).toEqual(keys);
      }),
    );
  });

  // Time that grows with the square of the length would be hours.
  it('are looked for in a message of any length', () => {
    expect(probeKeys('lce-probe-:'.repeat(400_000))).toEqual([]);
  });
});

describe('the names of a key', () => {
  it('are with the namespace first where there is one', () => {
    expect(keyForms('k', 'ns')).toEqual(['ns:k', 'k']);
    expect(keyForms('k', null)).toEqual(['k']);
    expect(keyForms('k', undefined)).toEqual(['k']);
    expect(keyForms(undefined, 'ns')).toEqual([]);
  });

  it('begin with one of the watched prefixes', () => {
    expect(probePrefixes('ns')).toEqual(['lce-probe-', 'ns:lce-probe-']);
    expect(probePrefixes(null)).toEqual(['lce-probe-']);
    expect(probePrefixes(undefined)).toEqual(['lce-probe-']);
  });
});
