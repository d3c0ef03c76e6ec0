import { describe, expect, it } from 'vitest';
import { argumentsFor, compareVersions, INFO } from '../../../../src/redis/replies/query.ts';

describe('compareVersions', () => {
  it.each([
    ['7.0.15', '7.0.2', 1],
    ['6.2.14', '7.0.0', -1],
    ['7.0', '7.0.0', 0],
    ['8.0-M01', '8.0.0', 0],
    ['', '6.2.0', -1],
    ['10.0.0', '9.9.9', 1],
  ])('%s against %s', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});

describe('argumentsFor', () => {
  const query = { args: ['A'], since: '7.0.0', parse: () => 0 };

  it('leaves out what a version does not have', () => {
    expect(argumentsFor(query, '6.2.14')).toBeUndefined();
    expect(argumentsFor(query, '7.0.0')).toEqual(['A']);
  });

  it('asks INFO for all sections where it takes only one', () => {
    expect(argumentsFor(INFO, '6.2.14')).toEqual(['INFO', 'all']);
    expect(argumentsFor(INFO, '7.0.15')).toContain('errorstats');
  });
});
