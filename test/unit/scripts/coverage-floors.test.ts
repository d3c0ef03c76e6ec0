import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FLOOR, FLOORS, floorFailures, parseCoverage } from '../../../scripts/coverage-floors.ts';

const SRC = join(import.meta.dirname, '../../../src');

/** A report of files by the lines on which a statement begins, and whether it ran. */
const report = (files: Readonly<Record<string, Readonly<Record<number, boolean>>>>) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(files).map(([file, lines]) => [
        file,
        {
          path: file,
          statementMap: Object.fromEntries(Object.keys(lines).map((line, id) => [id, { start: { line: Number(line), column: 0 } }])),
          s: Object.fromEntries(Object.values(lines).map((ran, id) => [id, ran ? 7 : 0])),
        },
      ]),
    ),
  );

const lines = (count: number, reached: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, line) => [line + 1, line < reached] as const));

describe('coverage', () => {
  it('is summed by folder of src', () => {
    const text = report({
      '/p/src/a/one.ts': lines(100, 95),
      '/p/src/a/deep/two.ts': lines(100, 85),
      '/p/src/b/three.ts': lines(100, 89),
      '/p/src/main.ts': lines(10, 0),
    });
    expect([...parseCoverage([text], '/p/src')]).toEqual([
      ['a', { lines: 200, reached: 180 }],
      ['b', { lines: 100, reached: 89 }],
      ['src', { lines: 10, reached: 0 }],
    ]);
  });

  it('of several runs is that of any of them', () => {
    const texts = [
      report({ '/p/src/a/one.ts': { 1: true, 2: false, 3: false }, '/p/src/b.ts': { 1: false } }),
      report({ '/p/src/a/one.ts': { 1: false, 2: true, 3: false, 4: true } }),
    ];
    expect([...parseCoverage(texts, '/p/src')]).toEqual([
      ['a', { lines: 4, reached: 3 }],
      ['src', { lines: 1, reached: 0 }],
    ]);
  });

  it('fails below its floor, also that of a folder without one, and where a floor names no folder', () => {
    const covered = new Map([
      ['a', { lines: 200, reached: 180 }],
      ['b', { lines: 100, reached: 89 }],
      ['src', { lines: 10, reached: 0 }],
    ]);
    expect(floorFailures(covered, { src: 0 })).toEqual([
      `src/b: tests reach 89.0 % of 100 lines, its floor is ${FLOOR} %: test what is new`,
    ]);
    expect(floorFailures(covered, { src: 0, b: 89, a: 90 })).toEqual([]);
    expect(floorFailures(covered, { src: 0, b: 89, a: 91 })).toHaveLength(1);
    expect(floorFailures(covered, { src: 0, b: 89, c: 1 })).toEqual([
      'src/c has a floor in scripts/coverage-floors.ts and does not exist: remove it there',
    ]);
  });

  it('has floors of folders that there are, as shares in percent', () => {
    const folders = ['src', ...readdirSync(SRC)];
    for (const [folder, floor] of Object.entries(FLOORS)) {
      expect(folders).toContain(folder);
      expect(floor).toBeGreaterThan(0);
      expect(floor).toBeLessThan(100);
    }
  });
});
