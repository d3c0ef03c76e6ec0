import { withPart } from './generated-part.ts';

/** The pages that hold what was measured, as text, by their paths from the root of the project. */
export interface Measured {
  gauntlet: string;
  benchmarks: string;
  pageLatency: string;
}

/** The rows of docs/benchmarks.md that the README shows. */
const BENCHMARKS = ['`GET /metrics`, one target, idle, p50', 'Redis main-thread time per scrape'] as const;

/** The README with its figures renewed from the pages that were written by measurements. Throws when a page lacks one. */
export function readmeMarkdown(readme: string, { gauntlet, benchmarks, pageLatency }: Measured): string {
  const [runs, right] = found(gauntlet, /^\*\*(\d+) runs: (\d+) right,/m, 'docs/gauntlet.md', 'the number of runs that were right');
  const [states, signals] = found(
    gauntlet,
    /^States of this page in which something was wrong: (\d+)\. In those, (.+)\.$/m,
    'docs/gauntlet.md',
    'what other signals said',
  );
  const [p50, p95] = found(pageLatency, /^\| 15s \| \d+ \| ([^|]+) \| ([^|]+) \|/m, 'docs/page-latency.md', 'the interval of 15 s');
  const rows = [
    [
      'verdict and cause right, in time',
      `${right} of ${runs} runs of [the fault gauntlet](docs/gauntlet.md), which breaks real gateways and a real Redis`,
    ],
    [`other signals, in ${states} states of the gauntlet in which something was wrong`, signals],
    [
      'from the first refused password to a page, all intervals 15 s',
      `${p50} (median), ${p95} (95 %): [page latency](docs/page-latency.md)`,
    ],
    ...BENCHMARKS.map((name) => [name, `${benchmark(benchmarks, name)}: [benchmarks](docs/benchmarks.md)`]),
  ];
  return withPart(
    readme,
    'figures',
    ['| what | measured |', '|---|---|', ...rows.map(([what, value]) => `| ${what} | ${value} |`)].join('\n'),
  );
}

/** The third cell of the row of this name. */
function benchmark(page: string, name: string): string {
  const row = page.split('\n').find((line) => line.startsWith(`| ${name} |`));
  const measured = row?.split(' | ')[2]?.trim();
  if (!measured) throw new Error(`docs/benchmarks.md has no measured value of "${name}": run \`npm run bench\``);
  return measured;
}

function found(page: string, line: RegExp, path: string, what: string): [string, string] {
  const [, first, second] = line.exec(page) ?? [];
  if (first === undefined || second === undefined) throw new Error(`${path} does not say ${what}: write it anew by its measurement`);
  return [first, second];
}
