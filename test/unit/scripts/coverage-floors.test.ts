import { describe, expect, it } from 'vitest';
import { FLOOR, FLOORS, floorFailures, parseCoverage } from '../../../scripts/coverage-floors.ts';

const summary = JSON.stringify({
  total: { lines: { total: 400, covered: 300 } },
  '/p/src/a/one.ts': { lines: { total: 100, covered: 95 } },
  '/p/src/a/deep/two.ts': { lines: { total: 100, covered: 85 } },
  '/p/src/b/three.ts': { lines: { total: 100, covered: 89 } },
  '/p/src/main.ts': { lines: { total: 10, covered: 0 } },
});

describe('coverage', () => {
  it('is summed by folder of src', () => {
    expect([...parseCoverage(summary, '/p/src')]).toEqual([
      ['a', { lines: 200, reached: 180 }],
      ['b', { lines: 100, reached: 89 }],
      ['src', { lines: 10, reached: 0 }],
    ]);
  });

  it('fails below its floor, and where a floor is not needed any more', () => {
    const covered = parseCoverage(summary, '/p/src');
    expect(floorFailures(covered, { src: { floor: 0, why: 'x' } })).toEqual([
      'src/b: tests reach 89.0 % of 100 lines, its floor is 90 %: test what is new',
    ]);
    expect(floorFailures(covered, { src: { floor: 0, why: 'x' }, b: { floor: 89, why: 'x' } })).toEqual([]);
    expect(floorFailures(covered, { src: { floor: 0, why: 'x' }, b: { floor: 89.1, why: 'x' } })).toHaveLength(1);
    expect(floorFailures(covered, { src: { floor: 0, why: 'x' }, b: { floor: 89, why: 'x' }, a: { floor: 80, why: 'x' } })).toEqual([
      'src/a has reached 90 %: remove its own floor from scripts/coverage-floors.ts',
    ]);
    expect(floorFailures(covered, { src: { floor: 0, why: 'x' }, b: { floor: 89, why: 'x' }, c: { floor: 1, why: 'x' } })).toEqual([
      'src/c has a floor in scripts/coverage-floors.ts and does not exist: remove it there',
    ]);
  });

  it('has exceptions that are below the floor and say why', () => {
    for (const { floor, why } of Object.values(FLOORS)) {
      expect(floor).toBeLessThan(FLOOR);
      expect(why).not.toBe('');
    }
  });
});
