import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const tests = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));

/** What a busy machine breaks in a test: an upper bound of a time on the wall or of the processor, and times that are kept to be compared. */
function wallTimes(text: string): string[] {
  const measured = new Set([...text.matchAll(/const (\w+) = \(?(?:performance|Date)\.now\(\) - /g)].map(([, name = '']) => name));
  const kept = [
    ...text.matchAll(/\.push\((?:performance|Date)\.now\(\) - |Math\.max\(\w+, (?:performance|Date)\.now\(\) - |process\.cpuUsage\(\w+\)/g),
  ];
  return [
    ...kept.map(([line]) => line),
    ...[...text.matchAll(/expect\((.*?)\)\s*\.toBeLessThan(?:OrEqual)?\(/g)].flatMap(([line, value = '']) =>
      /(?:performance|Date)\.now\(\)|processorTime\(/.test(value) || measured.has(value) || /\.milliseconds$/.test(value) ? [line] : [],
    ),
  ];
}

describe('no test asserts a time that a busy machine can break', () => {
  it('and this test sees it where one does', () => {
    expect(wallTimes('expect(performance.now() - start).toBeLessThan(5);')).toHaveLength(1);
    expect(wallTimes('const took = performance.now() - start;\nexpect(took).toBeLessThanOrEqual(5);')).toHaveLength(1);
    expect(wallTimes('expect(seen.milliseconds).toBeLessThan(5);')).toHaveLength(1);
    expect(wallTimes('expect(Date.now() - at, "x").toBeLessThan(5);')).toHaveLength(1);
    expect(wallTimes('expect(processorTime(work)).toBeLessThan(5);')).toHaveLength(1);
    expect(wallTimes('const { user } = process.cpuUsage(before);')).toHaveLength(1);
    expect(wallTimes('times.push(performance.now() - start);')).toHaveLength(1);
    expect(wallTimes('longest = Math.max(longest, performance.now() - last);')).toHaveLength(1);
    expect(wallTimes('expect(took).toBeGreaterThan(5); expect(await seconds()).toBeLessThan(5);')).toEqual([]);
  });

  it.each(tests.filter((file) => !file.endsWith('times.test.ts')))('%s', (file) => {
    expect(wallTimes(readFileSync(join(root, file), 'utf8'))).toEqual([]);
  });
});
