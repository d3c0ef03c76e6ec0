import type { Config } from './effective.ts';
import { interpolate } from './interpolate.ts';
import { faultsOf } from './issue.ts';
import { namedFileFaults } from './named-files.ts';
import { otlpEndpoint } from './otlp-endpoint.ts';
import { type Fault, type Problem, pathText } from './problem.ts';
import { schema } from './schema.ts';
import { type Environment, type Flags, nameSomething, overlay } from './settings.ts';
import { readYaml, type Source } from './yaml.ts';

export type { Flags };

/** Where a configuration comes from: a flag beats the environment, and that beats the file. */
export interface Sources {
  file?: string | undefined;
  flags: Flags;
  env: Environment;
}

export type Loaded = { ok: true; config: Config } | { ok: false; problems: Problem[] };

/** A file that is no configuration at all could have a problem in every word. */
const MOST_PROBLEMS = 200;

/**
 * The effective configuration, or everything that is wrong with it at once. Reads the file and every
 * file that it names; starts nothing and connects to nothing. Never throws for what people wrote.
 */
export async function loadConfig({ file, flags, env }: Sources): Promise<Loaded> {
  if (file !== undefined) {
    const source = await readYaml(file);
    return Array.isArray(source) ? { ok: false, problems: source } : merge(source, file, flags, env);
  }
  if (nameSomething(flags, env)) return merge({ tree: {}, position: () => undefined }, '', flags, env);
  const suggestion = 'give --config FILE, or --redis-url and --litellm-url';
  return { ok: false, problems: [{ path: '', message: 'there is nothing to watch', suggestion }] };
}

async function merge(source: Source, file: string, flags: Flags, env: Environment): Promise<Loaded> {
  const written = await interpolate(source.tree, file, env);
  const { tree, origins, faults: misplaced } = otlpEndpoint(overlay(written.tree, flags, env, written.variables), env);
  const faults = [...written.faults, ...misplaced, ...(await namedFileFaults(tree))];
  const result = schema.safeParse(tree);
  if (result.success && faults.length === 0) return { ok: true, config: result.data };
  const told = new Set(faults.map(({ path }) => pathText(path)));
  const issues = result.success ? [] : faultsOf(result.error.issues, tree);
  const all = [...faults, ...issues.filter(({ path }) => !told.has(pathText(path)))];
  const problems = all.slice(0, MOST_PROBLEMS).map((fault) => located(fault, source, origins));
  return { ok: false, problems: [...problems.sort(byPlace), ...rest(all.length - MOST_PROBLEMS)] };
}

function located({ path, message, suggestion }: Fault, source: Source, origins: ReadonlyMap<string, string>): Problem {
  const text = pathText(path);
  const origin = origins.get(text) ?? (typeof path.at(-1) === 'number' ? origins.get(pathText(path.slice(0, -1))) : undefined);
  return { path: origin ?? text, message, suggestion, at: origin === undefined ? source.position(path) : undefined };
}

/** In the order of the file; what is not in the file comes first. */
function byPlace(a: Problem, b: Problem): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
}

function rest(count: number): Problem[] {
  return count > 0 ? [{ path: '', message: `and ${count} more problems` }] : [];
}
