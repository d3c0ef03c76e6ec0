import type { JsonNode } from '../../explain/json-text.ts';
import { stringOf } from '../../explain/json-text.ts';
import type { UserRequest } from '../../explain/request.ts';
import type { Lookup } from '../../lookup/result.ts';
import { singleLine } from '../../masking/sanitize.ts';
import type { GatewayStatus } from '../../model/status.ts';
import { span } from '../../text/quantities.ts';
import { CAUSE_WORDS, gatewaySentence, gatewayTitle, nextStep, type Tone } from '../../text/words.ts';
import { table, wrap } from '../layout.ts';
import { lookupSentence, type Named, remarkSentences } from './words.ts';

/** What a report is made of. `verdict` is that on the cache of the gateway as a whole, where it was asked for. */
export interface LookupReport extends Named {
  readonly lookup: Lookup;
  readonly request: UserRequest;
  readonly verdict?: GatewayStatus | undefined;
}

const INDENT = '  ';
const CODE: Readonly<Record<Tone, number>> = { good: 32, warn: 33, bad: 31, none: 2 };
const KEYS_SHOWN = 8;

/** A look-up for a person at a terminal: what was found first, then why, then what it rests on. */
export function lookupText(report: LookupReport, { color }: { color: boolean }): string {
  const lookup = withoutContent(report);
  const { gateway, request, verdict } = report;
  const paint = (tone: Tone, text: string) => (color ? `\u001b[${CODE[tone]}m${text}\u001b[0m` : text);
  const shown = lookup.keys.slice(0, KEYS_SHOWN);
  const facts: readonly (readonly [string, string])[] = [
    ...(lookup.release === undefined ? [] : [['release', `LiteLLM ${lookup.release}`] as const]),
    ...(lookup.namespace === undefined ? [] : [['namespace', lookup.namespace ?? 'none'] as const]),
    ...shown.map((key, index) => [index === 0 ? (lookup.keys.length > 1 ? 'keys' : 'key') : '', key] as const),
    ...(lookup.keys.length > shown.length ? [['', `and ${lookup.keys.length - shown.length} more`] as const] : []),
  ];
  const lines = [
    `${singleLine(gateway)}  ${request.route}, model ${singleLine(lookup.model)}`,
    ...(verdict === undefined ? [] : verdictLines(verdict, paint)),
    headline(lookup, paint),
    ...wrap(singleLine(lookupSentence(lookup, report)), INDENT),
    ...remarkSentences(lookup).flatMap((sentence) => wrap(sentence, INDENT)),
    ...table(
      facts.map(([name, text]) => [{ text: name, paint: (quiet: string) => paint('none', quiet) }, { text: singleLine(text) }]),
      INDENT,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function headline({ result, ttlSeconds }: Lookup, paint: (tone: Tone, text: string) => string): string {
  if (result === 'in_cache') {
    const left = ttlSeconds === undefined ? 'without an end' : `for another ${span(ttlSeconds)}`;
    return `${paint('good', 'IN THE CACHE')}, ${left}`;
  }
  return result === 'not_in_cache' ? paint('bad', 'NOT IN THE CACHE') : paint('warn', 'CANNOT TELL');
}

function verdictLines(status: GatewayStatus, paint: (tone: Tone, text: string) => string): string[] {
  const cause = status.cause === 'none' ? '' : `, ${CAUSE_WORDS[status.cause].title}`;
  return [
    `the cache: ${paint(status.verdict === 'working' ? 'good' : 'bad', gatewayTitle(status))}${cause}`,
    ...wrap(gatewaySentence(status), INDENT),
    ...wrap(singleLine(nextStep(status)), INDENT),
  ];
}

/** The same for programs. */
export function lookupJson(report: LookupReport): string {
  const { gateway, request, verdict } = report;
  const lookup = withoutContent(report);
  const { result, reason, model, release, namespace, keys, present, parts, partsPresent, ttlSeconds, remarks } = lookup;
  const sentence = lookupSentence(lookup, report);
  const told = verdict && { verdict: verdict.verdict, cause: verdict.cause };
  return `${JSON.stringify(
    {
      result,
      reason,
      sentence,
      gateway,
      route: request.route,
      model,
      release,
      namespace,
      keys,
      present,
      parts,
      partsPresent,
      ttlSeconds,
      remarks,
      ...told,
    },
    null,
    2,
  )}\n`;
}

/** Fewer characters of a text tell nothing of it. */
const LEAST = 6;

/** A look-up without what the gateway says back of the request. */
function withoutContent({ lookup, request }: LookupReport): Lookup {
  const { words } = lookup;
  if (words === undefined) return lookup;
  const texts = textsIn(request.body).filter((text) => text.length >= LEAST && text !== lookup.model);
  const sorted = texts.toSorted((a, b) => b.length - a.length);
  return { ...lookup, words: sorted.reduce((left, text) => left.replaceAll(text, '…'), words).slice(0, 200) };
}

function textsIn(node: JsonNode): readonly string[] {
  if (node.kind === 'object') return node.members.flatMap(({ value }) => textsIn(value));
  if (node.kind === 'array') return node.items.flatMap(textsIn);
  const text = stringOf(node);
  return text === undefined ? [] : [text];
}
