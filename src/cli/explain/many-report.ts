import type { Change } from '../../explain/many/change.ts';
import type { Collected } from '../../explain/many/collect.ts';
import type { ManyExplained, Tried } from '../../explain/many/runner.ts';
import { EXIT } from '../io.ts';
import { type Cell, table, wrap } from '../layout.ts';
import { type About, aboutLines, refusedText } from './about.ts';
import type { Report } from './pair-report.ts';

const INDENT = '  ';

/** What was found of the requests of a file. `mask` hides secrets in a text. */
export function manyReport(
  collected: Collected,
  found: ManyExplained,
  about: About,
  format: 'text' | 'json',
  mask: (text: string) => string,
): Report {
  const code = found.requests === 0 ? EXIT.usage : found.keys === 1 ? EXIT.ok : EXIT.failure;
  if (format === 'json') return { text: `${JSON.stringify(documentOf(collected, found, about, mask), null, 2)}\n`, code };
  return { text: `${textOf(collected, found, about, mask).join('\n')}\n`, code };
}

function documentOf(collected: Collected, found: ManyExplained, about: About, mask: (text: string) => string) {
  const { lines, bad, badLines, entries, beyond, rebuilt, models } = collected;
  const { requests, keys, harmless, changes, refused, refusal, notCached, notAsked } = found;
  return {
    lines,
    notRequests: { count: bad, first: badLines.map(({ number, problem }) => ({ line: number, problem: mask(problem) })) },
    requests,
    beyond,
    rebuilt,
    models,
    different: entries.length,
    keys,
    hitRatio: ratio(requests, keys),
    notInKey: harmless.map(mask),
    changes: changes.map((change) => ({
      change: { ...change.change, ...('path' in change.change && { path: mask(change.change.path) }) },
      keys: change.keys,
      hitRatio: ratio(requests, change.keys),
      tried: change.tried,
      confirmed: change.confirmed,
    })),
    refused: { count: refused, ...(refusal && { first: mask(refusedText(refusal)) }) },
    notCached,
    notAsked,
    ...about,
  };
}

function textOf(collected: Collected, found: ManyExplained, about: About, mask: (text: string) => string): string[] {
  const { requests, keys } = found;
  const release = about.version === undefined ? '' : ` (LiteLLM ${about.version})`;
  const headline =
    requests === 0
      ? `No request of ${counted(collected.lines, 'line')} has a cache key on ${about.gateway}${release}.`
      : `${counted(requests, 'request')} make ${counted(keys, 'cache key')} on ${about.gateway}${release}: at most ${percent(requests, keys)} of them can be hits.`;
  return [
    ...wrap(headline, ''),
    ...besideLines(collected, found, mask),
    ...changeLines(found, mask),
    ...(found.harmless.length === 0
      ? []
      : ['', ...wrap(`Differs and is no part of the key: ${found.harmless.map(mask).join(', ')}.`, INDENT)]),
    '',
    ...aboutLines(about).flatMap((line) => wrap(line, '')),
  ];
}

/** What does not count in the figures, and why. */
function besideLines(
  { bad, badLines, beyond, rebuilt, models, entries }: Collected,
  found: ManyExplained,
  mask: (text: string) => string,
): string[] {
  const lines: string[] = [];
  const say = (text: string) => lines.push(...wrap(text, INDENT));
  if (models > 1) say(`They name ${models} models. The model is in the key.`);
  if (bad > 0) {
    say(`${counted(bad, 'line')} ${bad === 1 ? 'is' : 'are'} no request and left out:`);
    for (const { number, problem } of badLines) lines.push(...wrap(`line ${number}: ${mask(problem)}`, INDENT.repeat(2)));
    if (bad > badLines.length) lines.push(`${INDENT.repeat(2)}and ${bad - badLines.length} more`);
  }
  if (beyond > 0)
    say(
      `${counted(beyond, 'request')} more are not counted: only the first ${entries.length} different ones are looked at (--max-requests).`,
    );
  if (rebuilt > 0)
    say(
      `${counted(rebuilt, 'request')} come from a log that keeps parameters apart, so that the order of their fields is not the one that was sent.`,
    );
  if (found.refused > 0 && found.refusal !== undefined)
    say(`${counted(found.refused, 'request')} have no key; the first ${mask(refusedText(found.refusal))}.`);
  if (found.notCached > 0) say(`${counted(found.notCached, 'request')} ${found.notCached === 1 ? 'is' : 'are'} answered and not stored.`);
  if (found.notAsked > 0) say(`${counted(found.notAsked, 'request')} were not sent: that would have cost more than --spend.`);
  return lines.length === 0 ? [] : ['', ...lines];
}

function changeLines({ changes, keys, requests }: ManyExplained, mask: (text: string) => string): string[] {
  if (requests === 0 || keys <= 1) return [];
  if (changes.length === 0) return ['', ...wrap('No single field splits them: what they ask is different.', INDENT)];
  const heading: Cell[] = [
    { text: 'what splits them most' },
    { text: 'keys', right: true },
    { text: 'hits at most', right: true },
    { text: 'tried' },
  ];
  const rows = changes.map((change): Cell[] => [
    { text: mask(changeText(change.change)) },
    { text: `${keys} → ${change.keys}`, right: true },
    { text: `${percent(requests, keys)} → ${percent(requests, change.keys)}`, right: true },
    { text: triedText(change) },
  ]);
  return [
    '',
    ...table([heading, ...rows], INDENT),
    '',
    ...wrap(
      'Each line is for that change alone. "tried" is how many of some changed pairs of requests had one key on the gateway then.',
      INDENT,
    ),
  ];
}

function changeText(change: Change): string {
  switch (change.kind) {
    case 'without':
      return `without ${change.path.slice(0, 60)}`;
    case 'plain':
      return `without ${change.look === 'date' ? 'dates and times' : 'ids'} in ${change.path.slice(0, 60)}`;
    case 'order':
      return 'with the fields in one order';
    case 'numbers':
      return 'with numbers written in one way';
  }
}

function triedText({ tried, confirmed }: Tried): string {
  return tried === 0 ? '' : `${confirmed} of ${tried}`;
}

function ratio(requests: number, keys: number): number {
  return requests === 0 ? 0 : Math.round(((requests - keys) / requests) * 1e4) / 1e4;
}

function percent(requests: number, keys: number): string {
  return `${Math.round(ratio(requests, keys) * 1_000) / 10} %`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
