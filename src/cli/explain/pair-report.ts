import type { PairExplained, PairFailure } from '../../explain/pair.ts';
import { type Look, type PartTold, tellPart } from '../../explain/tell.ts';
import { EXIT } from '../io.ts';
import { table, wrap } from '../layout.ts';
import { type About, aboutLines, refusedText } from './about.ts';

/** A report and the exit code for it. */
export interface Report {
  readonly text: string;
  readonly code: number;
}

type Told = Readonly<Record<'apart' | 'harmless' | 'untried' | 'left', readonly PartTold[]>>;

const INDENT = '  ';
/** Parts of each kind that are listed. */
const MAX_LISTED = 30;

/** What was found of two requests, or why nothing was. `mask` hides secrets in a text. */
export function pairReport(
  found: PairExplained | PairFailure,
  about: About,
  format: 'text' | 'json',
  mask: (text: string) => string,
): Report {
  if ('failed' in found) {
    const sentence = mask(failureSentence(found, about));
    if (format === 'text') return { text: `${sentence}\n`, code: EXIT.usage };
    return { text: `${JSON.stringify({ result: 'unknown', reason: sentence, ...about }, null, 2)}\n`, code: EXIT.usage };
  }
  const tell = (parts: PairExplained['apart']) => parts.map((part) => tellPart(part, mask));
  const told: Told = { apart: tell(found.apart), harmless: tell(found.harmless), untried: tell(found.untried), left: tell(found.left) };
  const code = found.same ? EXIT.ok : EXIT.failure;
  if (format === 'text') return { text: `${textOf(found, told, about, mask).join('\n')}\n`, code };
  const { same, routes, models, controls, notCached, confirmed } = found;
  const shownModels = { first: mask(models.first ?? ''), second: mask(models.second ?? '') };
  const { apart, differ, bypass } = controls;
  const document = {
    result: same ? 'same' : 'different',
    routes,
    models: { ...shownModels, different: models.first !== models.second },
    cacheControls: { apart, differ: differ.map(mask), bypass: bypass.map(mask) },
    ...(notCached && { notCached }),
    ...told,
    confirmed,
    ...about,
  };
  return { text: `${JSON.stringify(document, null, 2)}\n`, code };
}

function failureSentence(found: PairFailure, { gateway }: About): string {
  if (found.failed === 'unstable')
    return `${gateway} makes another key each time for the very same request: something that it adds by itself is in the key, so two requests cannot be compared`;
  return found.failed === 'both'
    ? `neither request is cached: each ${refusedText(found.asked)}`
    : `the ${found.failed} request ${refusedText(found.asked)}`;
}

function textOf(found: PairExplained, told: Told, about: About, mask: (text: string) => string): string[] {
  const release = about.version === undefined ? '' : ` (LiteLLM ${about.version})`;
  const headline = `The two requests ${found.same ? 'share a cache entry' : 'do not share a cache entry'} on ${about.gateway}${release}.`;
  return [
    ...wrap(headline, ''),
    ...asideLines(found, about, mask),
    ...section('What keeps their keys apart:', told.apart),
    ...undoneLines(found),
    ...section('Not tried alone, because the gateway refuses the request with only that changed:', told.untried),
    ...section('Not looked at, because enough was asked:', told.left),
    ...section('What differs and is no part of the key:', told.harmless),
    '',
    ...aboutLines(about).flatMap((line) => wrap(line, '')),
  ];
}

/** What keeps requests apart and is not in their bodies as they were sent. */
function asideLines(
  { routes, models, controls, notCached, same, apart, untried, harmless }: PairExplained,
  about: About,
  mask: (text: string) => string,
): string[] {
  const lines: string[] = [];
  const say = (text: string) => void lines.push('', ...wrap(text, INDENT));
  const other = routes.first !== routes.second;
  if (other) say(`They ask different APIs (${routes.first} and ${routes.second}), whose answers are never shared. Nothing was sent.`);
  if (models.first !== models.second) {
    const rest =
      !other && apart.length + untried.length === 0 && notCached === undefined
        ? ' Everything else that differs leaves the key as it is.'
        : '';
    say(
      `Their models differ: ${nameOf(models.first, mask)} and ${nameOf(models.second, mask)}. The model is in the key. Both were sent with ${about.model}.${rest}`,
    );
  }
  if (controls.apart)
    say(
      `They name different cache namespaces (${controls.differ
        .filter((name) => name.includes('namespace'))
        .map(mask)
        .join(', ')}), which never share an entry.`,
    );
  const others = controls.differ.filter((name) => !name.includes('namespace'));
  if (others.length > 0) say(`Cache controls that differ and are no part of the key: ${others.map(mask).join(', ')}.`);
  if (controls.bypass.length > 0) say(`Leaves the cache out, whatever its key: ${controls.bypass.map(mask).join(', ')}.`);
  if (notCached !== undefined) say(`The gateway stores no answer to the ${notCached} request.`);
  if (same && apart.length + harmless.length === 0) say('Nothing differs between them.');
  return lines;
}

function nameOf(model: string | undefined, mask: (text: string) => string): string {
  return model === undefined ? 'none' : mask(model).slice(0, 80);
}

function undoneLines({ apart, untried, confirmed }: PairExplained): string[] {
  const count = apart.length + untried.length;
  if (count === 0 || !confirmed) return [];
  const what = count === 1 ? 'this difference' : `these ${count} differences`;
  return ['', ...wrap(`Confirmed: with ${what} undone, the second request has the key of the first.`, INDENT)];
}

function section(title: string, parts: readonly PartTold[]): string[] {
  if (parts.length === 0) return [];
  const rows = parts
    .slice(0, MAX_LISTED)
    .map((part) => [{ text: part.path === '' ? '(the whole body)' : part.path }, { text: partText(part) }]);
  const more = parts.length > MAX_LISTED ? [`${INDENT}${INDENT}and ${parts.length - MAX_LISTED} more`] : [];
  return ['', ...wrap(title, INDENT), ...table(rows, INDENT.repeat(2)), ...more];
}

const LOOKS: Readonly<Record<Look, string>> = {
  date: 'a date',
  time: 'a time',
  uuid: 'a UUID',
  hexadecimal: 'an id',
  number: 'a number',
  spaces: 'spaces only',
  case: 'upper and lower case only',
};

function partText({ kind, at, first, second, looks }: PartTold): string {
  switch (kind) {
    case 'order':
      return 'is in another place';
    case 'only_first':
      return `only in the first: ${first}`;
    case 'only_second':
      return `only in the second: ${second}`;
    case 'number':
      return `one number, written differently: ${first} and ${second}`;
    case 'escape':
      return `one text, written differently: ${first} and ${second}`;
    case 'value': {
      if (at === undefined) return `${first} and ${second}`;
      const what = looks === undefined ? '' : ` (${LOOKS[looks]})`;
      const where = at === 1 ? '' : `from character ${at} on${what}: `;
      return `${where}${JSON.stringify(first)} and ${JSON.stringify(second)}${at === 1 ? what : ''}`;
    }
  }
}
