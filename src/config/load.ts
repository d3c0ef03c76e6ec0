import { type Fault, type Path, type Problem, pathText } from '../source/problem.ts';
import { readYaml, type Source } from '../source/yaml.ts';
import type { Config } from './effective.ts';
import { interpolate } from './interpolate.ts';
import { countIssues, faultsOf } from './issue.ts';
import { classFaults } from './lists/classes.ts';
import { namedFileFaults } from './named-files.ts';
import { schema } from './schema.ts';
import { otlpEndpoint } from './settings/otlp-endpoint.ts';
import { type Environment, type Flags, nameSomething, overlay, variableNotes } from './settings/settings.ts';
import { blankUnknownKeys } from './unknown-key.ts';

export type { Flags };

/** Where a configuration comes from: a flag beats the environment, and that beats the file. */
export interface Sources {
  file?: string | undefined;
  flags: Flags;
  env: Environment;
}

export type Loaded =
  | {
      ok: true;
      config: Config;
      /** Which variables and flags change or add what the file says, a sentence each; none without a file. */
      notes?: readonly string[] | undefined;
    }
  | { ok: false; problems: Problem[] };

/** A file that is no configuration at all could have a problem in every word. */
const MAX_PROBLEMS = 200;

/**
 * The effective configuration, or everything that is wrong with it at once. Reads the file and every
 * file that it names; starts nothing and connects to nothing. Never throws for what people wrote.
 */
export async function loadConfig({ file, flags, env }: Sources): Promise<Loaded> {
  if (file !== undefined) {
    const source = await readYaml(file);
    return Array.isArray(source) ? { ok: false, problems: capped(source, source.length) } : merge(source, file, flags, env);
  }
  if (nameSomething(flags, env)) return merge({ tree: {}, position: () => undefined, tagged: () => [] }, '', flags, env);
  const suggestion = 'give --config FILE, or --redis-url and --litellm-url';
  return { ok: false, problems: [{ path: '', message: 'there is nothing to watch', suggestion }] };
}

async function merge(source: Source, file: string, flags: Flags, env: Environment): Promise<Loaded> {
  const written = await interpolate(source.tree, file, env);
  const { tree, origins, faults: misplaced, notes } = otlpEndpoint(overlay(written.tree, flags, env, written.variables), env);
  const strange = new Set(misplaced.map(({ path }) => pathText(path)));
  const unread = (await namedFileFaults(tree)).filter(({ path }) => !strange.has(originOf(path, origins) ?? ''));
  const known = [...blankUnknownKeys(source.tree), ...written.faults, ...misplaced, ...unread];
  const faults = [...known, ...classFaults(tree).filter(({ path }) => !known.some((fault) => pathText(fault.path) === pathText(path)))];
  const result = schema.safeParse(tree);
  if (result.success && faults.length === 0) {
    const told = file === '' ? variableNotes(flags, env, written.variables) : notes;
    return { ok: true, config: result.data, ...((file !== '' || told.length > 0) && { notes: told }) };
  }
  const told = new Set(faults.map(({ path }) => pathText(path)));
  const issues = result.success ? [] : result.error.issues;
  const first = faultsOf(issues, tree, MAX_PROBLEMS + faults.length).filter(
    ({ path }) => !told.has(pathText(path)) && !told.has(originOf(path, origins) ?? ''),
  );
  const all = [...faults, ...first].slice(0, MAX_PROBLEMS);
  const beyond = faults.length + countIssues(issues) - (MAX_PROBLEMS + faults.length);
  const total = beyond > 0 ? faults.length + countIssues(issues) : faults.length + first.length;
  const problems = all.map((fault) => located(file === '' ? withoutFile(fault) : fault, source, origins));
  return { ok: false, problems: capped(problems.sort(byPlace), total) };
}

/** At most MAX_PROBLEMS of `total` problems, and how many more there are. */
function capped(problems: readonly Problem[], total: number): Problem[] {
  return [...problems.slice(0, MAX_PROBLEMS), ...rest(total - MAX_PROBLEMS)];
}

/** The faults of keys in the words of flags and variables, for a start without a file. */
const WORDS: readonly (readonly [key: string, setting: string])[] = [
  ['add password or password_file', 'set LCE_REDIS_PASSWORD or LCE_REDIS_PASSWORD_FILE'],
  ['or add password', 'or set LCE_REDIS_PASSWORD'],
  ['write https:// in url', 'write https:// in --litellm-url'],
  ['write rediss:// in url', 'write rediss:// in --redis-url'],
];

function withoutFile({ path, message, suggestion }: Fault): Fault {
  if (path.at(-1) === 'daily_budget_usd') {
    const priced = [...path.slice(0, -1), 'price_per_pair_usd'];
    const limit = message.replace(/ of daily_budget_usd$/, ' that is allowed without a configuration file');
    return {
      path: priced,
      message: limit,
      suggestion: 'use a mock model and the price 0, or write a configuration file with daily_budget_usd',
    };
  }
  const inWords = (text: string) => WORDS.reduce((all, [key, setting]) => all.replace(key, setting), text);
  return { path, message: inWords(message), suggestion: suggestion && inWords(suggestion) };
}

function located({ path, message, suggestion }: Fault, source: Source, origins: ReadonlyMap<string, string>): Problem {
  const origin = originOf(path, origins);
  return { path: origin ?? pathText(path), message, suggestion, at: origin === undefined ? source.position(path) : undefined };
}

/** The flag or variable that gave what is at a path. */
function originOf(path: Path, origins: ReadonlyMap<string, string>): string | undefined {
  return origins.get(pathText(path)) ?? (typeof path.at(-1) === 'number' ? origins.get(pathText(path.slice(0, -1))) : undefined);
}

/** In the order of the file; what is not in the file comes first. */
function byPlace(a: Problem, b: Problem): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
}

function rest(count: number): Problem[] {
  return count > 0 ? [{ path: '', message: `and ${count} more problems` }] : [];
}
