import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInfo, parseNumber, parsePairs } from '../../../../src/redis/replies/info.ts';

describe('parseInfo', () => {
  it('reads sections and fields, and passes over what is neither', () => {
    const info = parseInfo(
      'early:1\r\n# Server\r\nredis_version:7.0.15\r\nconfig_file:\r\nnonsense\r\n\r\n#Cpu\r\nused:0.5\r\nslow:-2\nused:0.75',
    );
    expect(info.text('', 'early')).toBe('1');
    expect(info.text('server', 'redis_version')).toBe('7.0.15');
    expect(info.text('server', 'config_file')).toBe('');
    expect(info.text('server', 'nonsense')).toBeUndefined();
    expect(info.number('cpu', 'used')).toBe(0.75);
    expect(info.number('cpu', 'slow')).toBe(-2);
    expect(info.number('server', 'redis_version')).toBeUndefined();
    expect([...info.section('elsewhere')]).toEqual([]);
  });

  it('gives back every field of any server', () => {
    const word = fc.stringMatching(/^[a-z_]{1,12}$/);
    const value = fc.string({ unit: 'binary' }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.dictionary(word, fc.dictionary(word, value, { noNullPrototype: true }), { noNullPrototype: true }), (sections) => {
        const lines = Object.entries(sections).flatMap(([name, fields]) => [
          `# ${name}`,
          ...Object.entries(fields).map(([field, text]) => `${field}:${text}`),
        ]);
        const info = parseInfo(lines.join('\r\n'));
        for (const [name, fields] of Object.entries(sections)) expect(Object.fromEntries(info.section(name))).toEqual(fields);
      }),
    );
  });

  it('takes any reply without failing, and gives finite numbers only', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' })), (reply) => {
        const info = parseInfo(reply);
        for (const [field] of info.section('')) {
          const number = info.number('', field);
          expect(number === undefined || Number.isFinite(number)).toBe(true);
        }
      }),
    );
  });
});

describe('parseNumber', () => {
  it.each(['', ' 1', '0x10', '1e3', 'NaN', 'Infinity', '1,5', '--1', '9'.repeat(400)])('takes %j for no number', (text) => {
    expect(parseNumber(text)).toBeUndefined();
  });

  it('reads decimal numbers', () => {
    expect(['0', '-1', '12.50', '18446744073709551615'].map(parseNumber)).toEqual([0, -1, 12.5, 18446744073709552000]);
  });
});

it('reads pairs and passes over what is none', () => {
  expect([...parsePairs('calls=7,usec=,=3,flag,a=b=c')]).toEqual([
    ['calls', '7'],
    ['usec', ''],
    ['a', 'b=c'],
  ]);
});
