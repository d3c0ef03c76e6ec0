import { createMask, type Mask, namesSecret, secretsOfLines, secretsOfText } from '../../masking/mask.ts';
import type { Examination, Reported } from '../examination.ts';
import { ARGUMENTS } from '../resolver/client-arguments.ts';
import { RULES } from '../rules/index.ts';
import type { Setup } from '../setup.ts';
import { secretTexts } from '../subject/credentials.ts';

export { MASK } from '../../masking/mask.ts';

/** Hides the secrets of a setup in everything that is printed about it. */
export interface Masking extends Mask {
  /** A line of a gathered file, from 1, its secrets hidden, those included that a line in front of it names. */
  shown(file: string, number: number): string | undefined;
}

/**
 * Hides every secret of the setup by its value, whatever a file gives to a key, an option or an address that takes a
 * secret, and the values of arguments that the Redis client does not have: a misspelt `password` is one. Names that the
 * report is about stay: files, rules, settings, variables, services.
 */
export function masking(setup: Setup, files: readonly string[] = []): Masking {
  const texts = new Map(files.map((file) => [file, linesOf(setup, file)]));
  const kept = keptNames(setup, files);
  const mask = createMask([...secretsOf(setup, [...texts.values()])].filter((text) => !kept.has(text)));
  const shown = new Map<string, readonly string[]>();
  return {
    ...mask,
    shown: (file, number) => {
      const lines = shown.get(file) ?? mask.lines(texts.get(file) ?? linesOf(setup, file));
      shown.set(file, lines);
      return lines[number - 1];
    },
  };
}

/** What the rules found, with the secrets hidden; edits are left for those who filter them. */
export function maskedExamination({ findings, skipped, failed }: Examination, mask: Mask): Examination {
  const shown = findings.map(
    ({ rule, severity, edits, ...rest }): Reported => ({ ...mask.tree(rest), rule, severity, ...(edits === undefined ? {} : { edits }) }),
  );
  return { findings: shown, skipped, failed };
}

/** The lines of a gathered file. */
export function linesOf(setup: Setup, file: string): readonly string[] {
  const lines: string[] = [];
  for (let number = 1; ; number++) {
    const line = setup.line(file, number);
    if (line === undefined) return lines;
    lines.push(line);
  }
}

function* secretsOf(setup: Setup, texts: readonly (readonly string[])[]): Iterable<string> {
  for (const text of secretTexts(setup)) yield* withDecoded(text);
  for (const lines of texts) for (const text of secretsOfLines(lines)) yield* withDecoded(text);
  for (const { name, value } of setup.variables) {
    if (value === undefined) continue;
    yield* secretsOfText(value.reveal());
    if (namesSecret(name)) yield value.reveal();
  }
  for (const { settings } of Object.values(setup.resolutions))
    for (const { name, value, hides } of settings)
      for (const text of [value, ...hides.map((hidden) => hidden.value)].flatMap((one) => one?.reveal() ?? [])) {
        yield* secretsOfText(text);
        if (!ARGUMENTS.has(name) || namesSecret(name)) yield* leaves(text);
      }
  for (const { tree } of setup.services) yield* literals(tree);
}

/** A text, and the texts that it holds where it is JSON. */
function leaves(text: string): string[] {
  if (!/^\s*[[{]/.test(text)) return [text];
  try {
    return [text, ...textsIn(JSON.parse(text))];
  } catch {
    return [text];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsIn);
}

/** The texts that a tree gives to keys that name a secret. */
function literals(value: unknown, named = false): string[] {
  if (typeof value === 'string') return named ? [value] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => literals(item, Array.isArray(value) ? named : namesSecret(key)));
}

const BASE64 = /^[A-Za-z\d+/_-]{8,8192}={0,2}$/;

/** A secret of a Kubernetes manifest is written in base64. */
function withDecoded(text: string): string[] {
  if (!BASE64.test(text)) return [text];
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  return /[\p{Cc}\ufffd]/u.test(decoded.trim()) ? [text] : [text, decoded.trim()];
}

function keptNames(setup: Setup, files: readonly string[]): ReadonlySet<string> {
  return new Set([
    ...files,
    ...ARGUMENTS,
    ...RULES.map(({ id }) => id),
    ...setup.variables.map(({ name }) => name),
    ...setup.services.map(({ name }) => name),
    ...setup.workloads.map(({ name }) => name),
  ]);
}
