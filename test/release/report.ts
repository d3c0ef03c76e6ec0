import type { GatewayRelease } from '../../dev/gateway.ts';
import { hasBehaviour } from '../../src/litellm/releases.ts';
import type { FidelityResult, FidelityShape } from '../../src/model/fidelity.ts';
import { type Recovery, sentenceOf } from '../breaker/recovery.ts';
import type { ShapesFound } from '../fidelity/shapes.ts';
import type { Score } from '../gauntlet/score.ts';
import type { ResolveDifference } from '../support/resolve-differences.ts';
import { described, type Replacement } from './lock.ts';
import type { Difference } from './shape.ts';

/** One step of a trial: done, or why not. */
export type Step<T> = { found: T } | { failed: string };

/** A fault on the release that was tried. */
export interface FaultTried {
  name: string;
  score: Score | 'not run';
  /** What the exporter said, or why it could not be run. */
  said: string;
}

/** A shape of answers to which a release does something else than another one. */
interface ShapeApart {
  shape: FidelityShape;
  now: FidelityResult;
  /** The release of docs/fidelity.md, and what that does. */
  release: string;
  before: FidelityResult;
}

/** Everything that is known of a release after a trial. */
export interface Trial {
  release: GatewayRelease;
  /** The release that it is compared with. */
  before: GatewayRelease;
  /** The day, as 2026-11-22. */
  date: string;
  minutes: number;
  replaced: readonly Replacement[] | undefined;
  /** What it is made of, by subject. */
  inside: Step<Readonly<Record<string, Difference>>>;
  /** Answers that look otherwise, by the name of the recording; and those that were recorded of one of both releases only. */
  answers: Step<{ differences: Readonly<Record<string, Difference>>; notBefore: readonly string[]; notNow: readonly string[] }>;
  /** Cases in which the doctor says something else than LiteLLM does, of so many. */
  resolved: Step<{ cases: number; differences: readonly ResolveDifference[] }>;
  /** What its cache does to answers, and to those shapes of which the page says something else of another release, which that is and what. */
  fidelity: Step<ShapesFound & { readonly apart: readonly ShapeApart[] }>;
  faults: Step<readonly FaultTried[]>;
  /** How it finds back to its Redis after refused logins, beside the exporter. */
  recovered: Step<readonly Recovery[]>;
}

const MOST_LINES = 40;
const MOST_CASES = 10;

/**
 * Whether the release is as the exporter knows it: all steps were done, no cause was wrong, the doctor resolves as it does, and
 * its breaker closes, or is known not to.
 */
export function isAsKnown({ release, inside, answers, resolved, fidelity, faults, recovered }: Trial): boolean {
  const mayStay = hasBehaviour(release, 'breaker_stays_open') === true;
  const finds = 'found' in recovered && recovered.found.every(({ seconds }) => mayStay || seconds !== undefined);
  const isDone = 'found' in inside && 'found' in answers && finds;
  const resolves = 'found' in resolved && resolved.found.differences.length === 0;
  const isFaithful = 'found' in fidelity && fidelity.found.varying.length === 0 && isNoWorse(fidelity.found.apart);
  return isDone && resolves && isFaithful && 'found' in faults && faults.found.every(({ score }) => score === 'right' || score === 'late');
}

/** Whether no shape that was given back as it was is not any more. */
function isNoWorse(apart: readonly ShapeApart[]): boolean {
  return apart.every(({ before }) => before !== 'same');
}

/** The report of a trial, in Markdown. */
export function reportOf(trial: Trial): string {
  const { release, before, date, minutes, replaced, inside, answers, resolved, fidelity, faults, recovered } = trial;
  const requirements =
    replaced === undefined
      ? 'Its requirements were locked before.'
      : replaced.length === 0
        ? 'Its requirements resolve as they are.'
        : `The package index does not have all of its requirements; tried and taken: ${replaced.map(described).join(', ')}.`;
  return [
    `## LiteLLM ${release}, compared with ${before}`,
    '',
    `Tried on ${date} by \`npm run try-release -- ${release}\`, in ${minutes} minutes. ${requirements}`,
    '',
    ...section('What it is made of', inside, (found) => differences(found, 'The same in everything that was looked at.')),
    ...section('What it answers', answers, ({ differences: apart, notBefore, notNow }) => [
      ...differences(apart, 'Every answer that was recorded of both looks as before.'),
      ...recordedOfOne(before, notNow),
      ...recordedOfOne(release, notBefore),
    ]),
    ...section('What the doctor says of it', resolved, ({ cases, differences: apart }) => doctor(cases, apart)),
    ...section('What its cache does to answers', fidelity, shapesOf),
    ...section('Faults', faults, tableOf),
    ...section('After refused logins', recovered, (found) => found.map((one) => `- ${sentenceOf(one)}`)),
  ].join('\n');
}

function section<T>(title: string, step: Step<T>, lines: (found: T) => string[]): string[] {
  const text = 'found' in step ? lines(step.found) : [`Not done: ${step.failed}`];
  return [`### ${title}`, '', ...text, ''];
}

/** The differences of each subject; subjects that differ in the same way share their lines. */
function differences(found: Readonly<Record<string, Difference>>, none: string): string[] {
  const groups = new Map<string, { subjects: string[]; parts: string[] }>();
  for (const [subject, { gone, added }] of Object.entries(found)) {
    const parts = [...gone.map((line) => `gone: ${code(line)}`), ...added.map((line) => `new: ${code(line)}`)];
    const group = groups.get(parts.join('\n')) ?? { subjects: [], parts };
    group.subjects.push(subject);
    groups.set(parts.join('\n'), group);
  }
  const lines = [...groups.values()].flatMap(({ subjects, parts }) => {
    const rest = parts.length - MOST_LINES;
    const shown = [...parts.slice(0, MOST_LINES), ...(rest > 0 ? [`and ${rest} more`] : [])];
    return parts.length === 0 ? [] : [`- **${subjects.join(', ')}**`, ...shown.map((part) => `  - ${part}`)];
  });
  return lines.length === 0 ? [none] : lines;
}

function recordedOfOne(release: GatewayRelease, names: readonly string[]): string[] {
  return names.length === 0 ? [] : ['', `Recorded of ${release} only: ${names.join(', ')}.`];
}

function doctor(cases: number, apart: readonly ResolveDifference[]): string[] {
  if (apart.length === 0) return [`It resolves the connection of all ${cases} generated configurations as this release does.`];
  const shown = apart.slice(0, MOST_CASES).map(({ client, environment, config, theirs, ours }) => {
    const [given, release, own] = [{ environment, config }, theirs, ours].map((value) => code(JSON.stringify(value)));
    return `- ${client}: ${given}; LiteLLM: ${release}; the doctor: ${own}`;
  });
  return [`It differs from LiteLLM in ${apart.length} of ${cases} generated configurations:`, '', ...shown];
}

function shapesOf({ shapes, varying, apart }: ShapesFound & { readonly apart: readonly ShapeApart[] }): string[] {
  const changed = Object.entries(shapes).flatMap(([shape, { result, parts }]) =>
    result === 'same' ? [] : [`- ${shape}: ${result}${parts.length === 0 ? '' : ` at ${parts.map(code).join(', ')}`}`],
  );
  return [
    ...(changed.length === 0 ? ['A hit gives every shape of answers back as it was.'] : changed),
    ...apart.map(({ shape, now, release, before }) => `- ${shape}: ${now}, with ${release} ${before}`),
    ...varying.map(({ shape, results }) => `- ${shape}: not the same each time, ${results.join(', ')}`),
  ];
}

function tableOf(faults: readonly FaultTried[]): string[] {
  const right = faults.filter(({ score }) => score === 'right').length;
  return [
    `${right} of ${faults.length} right.`,
    '',
    '| fault | score | what the exporter reported |',
    '|---|---|---|',
    ...faults.map(({ name, score, said }) => `| ${name} | ${score} | ${said.replaceAll('|', '\\|')} |`),
  ];
}

/** A text as code, whatever is in it. */
function code(text: string): string {
  const flat = text.replace(/\s+/g, ' ').slice(0, 400);
  return flat.includes('`') ? `\`\` ${flat} \`\`` : `\`${flat}\``;
}
