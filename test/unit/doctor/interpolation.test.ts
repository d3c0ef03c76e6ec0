import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate } from '../../../src/doctor/evidence/variables/interpolation.ts';
import { type Lookup, UNKNOWN, UNSET } from '../../../src/doctor/evidence/variables/variable-value.ts';

const lookup: Lookup = (name) => {
  if (name === 'A') return { kind: 'value', value: 'a' };
  if (name === 'EMPTY') return { kind: 'value', value: '' };
  return name === 'SECRET' ? UNKNOWN : UNSET;
};

describe('interpolation of a compose file', () => {
  it.each([
    ['plain', 'plain'],
    [`$A-\${A}`, 'a-a'],
    ['$$A', '$A'],
    ['pa$$$$word', 'pa$$word'],
    [`\${NONE}`, ''],
    [`\${NONE:-x}`, 'x'],
    [`\${NONE-x}`, 'x'],
    [`\${EMPTY:-x}`, 'x'],
    [`\${EMPTY-x}`, ''],
    [`\${A:-x}`, 'a'],
    [`\${NONE:-\${A}}`, 'a'],
    [`\${NONE:-\${NONE:-y}}z`, 'yz'],
    [`\${A:?must}`, 'a'],
    [`\${A:+x}`, 'x'],
    [`\${NONE:+x}`, ''],
    [`redis://:\${A}@h:\${NONE:-6379}/0`, 'redis://:a@h:6379/0'],
  ])('%s', (text, value) => {
    expect(interpolate(text, lookup)).toEqual({ value, invalid: false });
  });

  it.each([`\${SECRET}`, '$SECRET', `a\${SECRET}b`, `\${SECRET:+x}`, `\${NONE:?must be set}`, `\${NONE?}`])('%s cannot be told', (text) => {
    expect(interpolate(text, lookup)).toEqual({ value: undefined, invalid: false });
  });

  it('takes the default of a variable that cannot be told: it is what is written', () => {
    expect(interpolate(`\${SECRET:-x}`, lookup)).toEqual({ value: 'x', invalid: false });
  });

  it.each(['$', 'a$ b', `\${`, `\${}`, `\${A`, `\${A!x}`, '$5', `\${NONE:-$}`, `\${A:-`.repeat(30)])('%s is refused', (text) => {
    expect(interpolate(text, lookup)).toEqual({ value: undefined, invalid: true });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$', '{', '}', 'A', ':-', ':?', '+', ' ', 'NONE'), { maxLength: 60 }), (parts) => {
        const { value, invalid } = interpolate(parts.join(''), lookup);
        expect(invalid && value !== undefined).toBe(false);
      }),
    );
  });
});
