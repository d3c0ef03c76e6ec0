import { createMask, isRandom, type Mask, namesSecret, secretsOfLines, secretsOfText } from '../../masking/mask.ts';
import type { Examination, Reported } from '../examination.ts';
import { secretTexts } from '../facts/credentials.ts';
import { ARGUMENTS } from '../resolver/client-arguments.ts';
import { RULES } from '../rules/index.ts';
import type { Setup } from '../setup.ts';
import { linesOf } from '../verification.ts';
import { misplacedTexts } from './misplaced.ts';

export { MASK } from '../../masking/mask.ts';

/** Hides the secrets of a setup in everything that is printed about it. */
export interface Masking extends Mask {
  /** A line of a gathered file, from 1, its secrets hidden, those included that a line in front of it names. */
  shown(file: string, number: number): string | undefined;
}

/**
 * Hides every secret of the setup by its value, whatever a file gives to a key, an option or an address that takes a
 * secret, and the values of arguments that the Redis client does not have: a misspelt `password` is one. Names that the
 * report is about stay: files, rules, settings, variables, services. `setups` are all instances, the first of them `setup`.
 */
export function masking(setup: Setup, files: readonly string[] = [], setups: readonly Setup[] = [setup]): Masking {
  const texts = new Map(files.map((file) => [file, linesOf(setup, file)]));
  const all = oneForEach(setups);
  const kept = new Set(all.flatMap((one) => keptNames(one, files)));
  const secrets = new Set([...secretsOfFiles([...texts.values()]), ...all.flatMap((one) => [...secretsOf(one)])]);
  for (const { resolutions } of setups) for (const text of resolvedSecrets(resolutions)) secrets.add(text);
  const mask = createMask([...secrets].filter((text) => !kept.has(text)));
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

/** One setup for each configuration, with the variables of all instances that are started with it. */
function oneForEach(setups: readonly Setup[]): readonly Setup[] {
  const groups = new Map<Setup['litellm'], { first: Setup; variables: Set<Setup['variables'][number]> }>();
  for (const setup of setups) {
    const group = groups.get(setup.litellm) ?? { first: setup, variables: new Set() };
    for (const variable of setup.variables) group.variables.add(variable);
    groups.set(setup.litellm, group);
  }
  return [...groups.values()].map(({ first, variables }) => ({ ...first, variables: [...variables] }));
}

function* secretsOfFiles(texts: readonly (readonly string[])[]): Iterable<string> {
  for (const lines of texts) for (const text of secretsOfLines(lines)) yield* withDecoded(text);
}

function* secretsOf(setup: Setup): Iterable<string> {
  for (const text of secretTexts(setup)) yield* withDecoded(text);
  yield* misplacedTexts(setup);
  for (const { name, value } of setup.variables) {
    if (value === undefined) continue;
    yield* secretsOfText(value.reveal());
    if (namesSecret(name, value.reveal())) yield value.reveal();
  }
  for (const { tree } of setup.services) yield* literals(tree);
}

function* resolvedSecrets(resolutions: Setup['resolutions']): Iterable<string> {
  for (const { settings } of Object.values(resolutions))
    for (const { name, value, hides } of settings)
      for (const text of [value, ...hides.map((hidden) => hidden.value)].flatMap((one) => one?.reveal() ?? [])) {
        yield* secretsOfText(text);
        if (!ARGUMENTS.has(name) || namesSecret(name)) yield* leaves(text);
      }
  for (const { settings } of Object.values(resolutions))
    for (const { name } of settings) if (!ARGUMENTS.has(name) && isRandom(name)) yield name;
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

function keptNames(setup: Setup, files: readonly string[]): readonly string[] {
  return [
    ...files,
    ...ARGUMENTS,
    ...RULES.map(({ id }) => id),
    ...setup.variables.map(({ name }) => name),
    ...setup.services.map(({ name }) => name),
    ...setup.workloads.map(({ name }) => name),
  ];
}
