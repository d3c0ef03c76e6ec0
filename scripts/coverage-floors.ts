import { relative, sep } from 'node:path';

/** The share of its lines, in percent, that unit and socket tests reach at least in a folder of `src`. */
export const FLOOR = 90;

/** Folders below that, with what was measured, rounded down. A floor here is never lowered; one that has reached 90 goes. */
export const FLOORS: Readonly<Record<string, { floor: number; why: string }>> = {};

/** Lines of a folder and how many of them ran. */
export interface Covered {
  lines: number;
  reached: number;
}

/** What a `coverage-summary.json` says of the folders directly below `src`; files beside them count as `src`. */
export function parseCoverage(text: string, src: string): Map<string, Covered> {
  const files: Readonly<Record<string, { lines: { total: number; covered: number } }>> = JSON.parse(text);
  const folders = new Map<string, Covered>();
  for (const [file, { lines }] of Object.entries(files)) {
    if (file === 'total') continue;
    const [first = '', ...rest] = relative(src, file).split(sep);
    const folder = rest.length > 0 ? first : 'src';
    const before = folders.get(folder) ?? { lines: 0, reached: 0 };
    folders.set(folder, { lines: before.lines + lines.total, reached: before.reached + lines.covered });
  }
  return new Map([...folders].sort(([a], [b]) => a.localeCompare(b)));
}

/** One sentence for each folder below its floor, and for each floor that names no folder or is not needed any more. */
export function floorFailures(covered: ReadonlyMap<string, Covered>, floors: typeof FLOORS = FLOORS): string[] {
  const below = [...covered].flatMap(([folder, { lines, reached }]) => {
    const floor = floors[folder]?.floor ?? FLOOR;
    const share = lines === 0 ? 100 : (100 * reached) / lines;
    return share < floor
      ? [`src/${folder}: tests reach ${share.toFixed(1)} % of ${lines} lines, its floor is ${floor} %: test what is new`]
      : [];
  });
  const needless = Object.keys(floors).flatMap((folder) => {
    const found = covered.get(folder);
    if (found === undefined) return [`src/${folder} has a floor in scripts/coverage-floors.ts and does not exist: remove it there`];
    return 100 * found.reached >= FLOOR * found.lines
      ? [`src/${folder} has reached ${FLOOR} %: remove its own floor from scripts/coverage-floors.ts`]
      : [];
  });
  return [...below, ...needless];
}
