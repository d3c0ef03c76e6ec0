import { basename, dirname, join } from 'node:path';
import type { Problem } from '../../source/problem.ts';
import { Secret } from '../../source/secret.ts';
import type { EnvironmentSource, Variable } from '../environment.ts';
import type { DoctorOptions } from '../options.ts';
import { type Compose, readCompose } from './compose/compose.ts';
import type { Files } from './files.ts';
import { type Assignment, type DotenvEntry, dotenvValues, expandedValues, parseDotenv } from './variables/dotenv.ts';
import { readEnvrc } from './variables/envrc.ts';
import { firstOf, type Lookup, meaningOf, UNKNOWN, UNSET } from './variables/variable-value.ts';

export function processLookup(env: Readonly<Record<string, string | undefined>> | undefined): Lookup {
  return (name) => {
    const value = env !== undefined && Object.hasOwn(env, name) ? env[name] : undefined;
    return value === undefined ? UNSET : meaningOf(value);
  };
}

/** The variables of the named files, and where a reference to a variable is looked up: what this process has beats a shell script, that a `.env`. */
export function environmentFiles(options: DoctorOptions, files: Files, outer: Lookup, problems: Problem[], notes: Problem[]) {
  const fallback: Lookup = options.processEnvironment ? () => UNSET : () => UNKNOWN;
  const project = options.compose[0];
  const beside = project === undefined ? undefined : join(dirname(project), '.env');
  const names =
    options.envFiles.some((path) => !isScript(path)) || beside === undefined || !files.exists(beside)
      ? options.envFiles
      : [...options.envFiles, beside];
  const scripts: Variable[] = [];
  const plain: Variable[] = [];
  // Compose replaces variables in a `.env` where python-dotenv, which LiteLLM reads it with, does not.
  const composed: Variable[] = [];
  const entries: DotenvEntry[] = [];
  for (const path of names.filter((name) => !isDeployment(name))) {
    const found = files.read(path);
    if (found === undefined) continue;
    const inside = firstOf(outer, lookupIn(plain), fallback);
    if (isScript(path)) {
      const script = readEnvrc(found.text, found.file, inside, files.named);
      for (const problem of script.problems) problems.push(problem);
      for (const note of script.notes) notes.push(note);
      for (const assignment of script.assignments) scripts.push(variable(assignment, 'envrc'));
    } else {
      const parsed = parseDotenv(found.text, found.file);
      for (const problem of parsed.problems) problems.push(problem);
      for (const assignment of dotenvValues(parsed.entries, inside)) plain.push(variable(assignment, 'dotenv'));
      for (const assignment of expandedValues(parsed.entries, inside)) composed.push(variable(assignment, 'dotenv'));
      for (const entry of parsed.entries) entries.push(entry);
    }
  }
  return { variables: [...scripts, ...plain], lookup: firstOf(outer, lookupIn(scripts), lookupIn(composed), fallback), entries };
}

/** Files that say what is started with which variables, and are read for that, or told as not read. */
const STARTS = /\.(?:service|container|kube|pod|json|nomad|hcl|tf)$|(?:^|\/)Procfile/;

/** Whether a file that is named with `--env-file` says by its name that it starts something, and is no file of variables. */
export function isDeployment(path: string): boolean {
  return STARTS.test(path);
}

function isScript(path: string): boolean {
  return /envrc|\.sh$/.test(basename(path));
}

function lookupIn(variables: readonly Variable[]): Lookup {
  const last = new Map(variables.map((one) => [one.name, one]));
  return (name) => {
    const found = last.get(name);
    return found === undefined ? UNSET : meaningOf(found.value?.reveal());
  };
}

export function composeFiles({ compose }: DoctorOptions, files: Files, lookup: Lookup): Compose {
  return readCompose(
    compose.flatMap((path) => files.read(path) ?? []),
    lookup,
    files.named,
  );
}

export function variable({ name, value, place }: Assignment, source: EnvironmentSource): Variable {
  return { name, value: value === undefined ? undefined : Secret.of(value), source, place };
}
