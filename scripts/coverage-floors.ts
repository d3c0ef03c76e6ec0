import { relative, sep } from 'node:path';

/** The share of its lines, in percent, that unit and socket tests reach at least in a folder of `src` without a floor of its own: a new one. */
export const FLOOR = 90;

/**
 * The floor of each folder: what was measured, rounded down, less one. None is lowered; one that is far below what is reached is raised. What is low
 * here is reached by other tests: the catalogue by contract tests, `cli` and the files beside the folders by tests of whole processes.
 */
export const FLOORS: Readonly<Record<string, number>> = {
  catalogue: 65,
  census: 99,
  cli: 75,
  collectors: 95,
  config: 98,
  doctor: 97,
  discovery: 90,
  fidelity: 99,
  fleet: 81,
  http: 97,
  lease: 98,
  litellm: 98,
  lookup: 90,
  masking: 98,
  model: 99,
  origin: 99,
  pairs: 98,
  redis: 98,
  schedule: 96,
  source: 96,
  src: 74,
  telemetry: 97,
  text: 97,
  verdict: 98,
  watch: 98,
};

/** Lines of a folder and how many of them ran. */
export interface Covered {
  lines: number;
  reached: number;
}

/** What is read of a `coverage-final.json`: where the statements of each file begin, and how often each ran. */
type Report = Readonly<
  Record<string, { statementMap: Readonly<Record<string, { start: { line: number } }>>; s: Readonly<Record<string, number>> }>
>;

/**
 * What several reports say together of the folders directly below `src`; files beside them count as `src`. A line is one on which a statement begins,
 * and was reached where one of these ran in any of the reports.
 */
export function parseCoverage(texts: readonly string[], src: string): Map<string, Covered> {
  const files = new Map<string, Map<number, boolean>>();
  for (const text of texts) {
    const report: Report = JSON.parse(text);
    for (const [file, { statementMap, s }] of Object.entries(report)) {
      const lines = files.get(file) ?? new Map<number, boolean>();
      files.set(file, lines);
      for (const [id, { start }] of Object.entries(statementMap)) lines.set(start.line, lines.get(start.line) === true || (s[id] ?? 0) > 0);
    }
  }
  const folders = new Map<string, Covered>();
  for (const [file, lines] of files) {
    const [first = '', ...rest] = relative(src, file).split(sep);
    const folder = rest.length > 0 ? first : 'src';
    const before = folders.get(folder) ?? { lines: 0, reached: 0 };
    const reached = [...lines.values()].filter((ran) => ran).length;
    folders.set(folder, { lines: before.lines + lines.size, reached: before.reached + reached });
  }
  return new Map([...folders].sort(([a], [b]) => a.localeCompare(b)));
}

/** One sentence for each folder below its floor, and for each floor that names no folder. */
export function floorFailures(covered: ReadonlyMap<string, Covered>, floors: typeof FLOORS = FLOORS): string[] {
  const below = [...covered].flatMap(([folder, { lines, reached }]) => {
    const floor = floors[folder] ?? FLOOR;
    const share = lines === 0 ? 100 : (100 * reached) / lines;
    return share < floor
      ? [`${pathOf(folder)}: tests reach ${share.toFixed(1)} % of ${lines} lines, its floor is ${floor} %: test what is new`]
      : [];
  });
  const gone = Object.keys(floors).filter((folder) => !covered.has(folder));
  return [
    ...below,
    ...gone.map((folder) => `${pathOf(folder)} has a floor in scripts/coverage-floors.ts and does not exist: remove it there`),
  ];
}

function pathOf(folder: string): string {
  return folder === 'src' ? 'the files of src' : `src/${folder}`;
}
