import { FIDELITY_RESULT, FIDELITY_SHAPE, type FidelityResult, type FidelityShape } from '../src/model/fidelity.ts';
import { SHAPE_WORDS } from '../src/text/fidelity.ts';
import { withPart } from './generated-part.ts';

/** What the cache of a release does to answers of a shape, and where these differ: JSON pointers. */
export interface Measured {
  readonly result: FidelityResult;
  readonly parts: readonly string[];
}

/** What was measured, by release and shape. */
export type FidelityTable = Readonly<Record<string, Readonly<Partial<Record<FidelityShape, Measured>>>>>;

/** From worst to best. */
const WORST: readonly FidelityResult[] = ['wrong', 'altered', 'not_cached', 'refused', 'unknown', 'same'];
/** Results of which the page says where the answer differs. */
const DIFFERING: readonly FidelityResult[] = ['wrong', 'altered'];
const RELEASE = /^\d+\.\d+\.\d+$/;

const INTRODUCTION = `# What a cache does to answers

What LiteLLM's cache in Redis gives back for an answer that it has stored. The exporter is the provider behind the gateway's model and never gives the same answer twice, so that each part of a hit can be compared with what was stored; the columns are real gateways. Written by \`npm run fidelity\`.

- \`same\`: the hit is the answer that was stored. \`id\`, \`created\` and how a stream is cut into chunks do not count.
- \`altered\`: usage, reasoning, log probabilities or the finish reason is another one, or is lost; texts, calls of tools and vectors are right.
- \`wrong\`: what programs act on is another one.
- \`not_cached\`: the provider is asked again, while the cache serves other requests. \`refused\`: the gateway does not serve it.

An exporter tries the same on a gateway with \`origin: true\`, one shape in a round: \`gateways[].fidelity\` in [the configuration](configuration.md).
`;

/** The page about what was measured, the oldest release first. */
export function fidelityMarkdown(table: FidelityTable): string {
  const releases = Object.keys(table).toSorted(byRelease);
  const measured = FIDELITY_SHAPE.filter((shape) => releases.some((release) => table[release]?.[shape] !== undefined));
  const rows = measured.map((shape) => {
    const cells = releases.map((release) => table[release]?.[shape]?.result ?? '');
    return `| \`${shape}\` | ${SHAPE_WORDS[shape]} | ${cells.join(' | ')} |`;
  });
  const where = releases.flatMap((release) =>
    measured.flatMap((shape) => {
      const { result, parts } = table[release]?.[shape] ?? { result: 'unknown', parts: [] };
      return DIFFERING.includes(result) ? [`| ${release} | \`${shape}\` | ${parts.map((part) => `\`${part}\``).join(', ')} |`] : [];
    }),
  );
  return [
    INTRODUCTION,
    `| shape | answer | ${releases.join(' | ')} |`,
    `|---|---|${releases.map(() => '---|').join('')}`,
    ...rows,
    '',
    '## Where hits differ',
    '',
    '| release | shape | parts of the answer, as JSON pointers |',
    '|---|---|---|',
    ...where,
    '',
  ].join('\n');
}

/** What a page tells. Throws for one that is not as it is written. */
export function readFidelity(page: string): FidelityTable {
  const lines = page.split('\n');
  const cellsOf = (line: string) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
  const heading = lines.find((line) => line.startsWith('| shape | answer |'));
  if (heading === undefined) throw new Error('docs/fidelity.md has no table of shapes: write it anew with npm run fidelity');
  const releases = cellsOf(heading).slice(2);
  if (!releases.every((release) => RELEASE.test(release))) throw new Error('docs/fidelity.md has a column that is no release');
  const rows = lines.map(cellsOf);
  const partsOf = (release: string, shape: string) =>
    rows
      .find(([one, two]) => one === release && two === shape)?.[2]
      ?.split(', ')
      .filter((part) => part !== '') ?? [];
  return Object.fromEntries(
    releases.map((release, index) => [
      release,
      Object.fromEntries(
        FIDELITY_SHAPE.flatMap((shape) => {
          const cell = rows.find(([name]) => name === shape)?.[index + 2] ?? '';
          const result = FIDELITY_RESULT.find((member) => member === cell);
          if (result === undefined && cell !== '') throw new Error(`docs/fidelity.md says ${cell} of ${shape}, which is no result`);
          return result === undefined ? [] : [[shape, { result, parts: partsOf(release, shape) }]];
        }),
      ),
    ]),
  );
}

/** The README with the shapes renewed that the measured releases treat worst, the worst first. */
export function worstShapes(readme: string, page: string): string {
  const table = readFidelity(page);
  const releases = Object.keys(table);
  const shapes = FIDELITY_SHAPE.map((shape) => {
    const worst = Math.min(...releases.map((release) => WORST.indexOf(table[release]?.[shape]?.result ?? 'same')));
    const result = WORST[worst] ?? 'same';
    return { shape, worst, result, in: releases.filter((release) => table[release]?.[shape]?.result === result) };
  });
  const three = shapes.toSorted((a, b) => a.worst - b.worst || b.in.length - a.in.length).slice(0, LINES);
  return withPart(
    readme,
    'worst answers',
    [
      '| answer | what a hit gives | LiteLLM |',
      '|---|---|---|',
      ...three.map((row) => `| ${SHAPE_WORDS[row.shape]} | ${row.result} | ${row.in.join(', ')} |`),
    ].join('\n'),
  );
}

const LINES = 3;

function byRelease(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
