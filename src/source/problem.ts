import { distance } from 'fastest-levenshtein';

/** Where in the configuration: keys and indices from the root. */
export type Path = readonly (string | number)[];

/** Where in a file; line and column start at 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

/** What is wrong at a path, before it is known where that path was written. */
export interface Fault {
  path: Path;
  message: string;
  suggestion?: string | undefined;
}

/** One thing that is wrong with a configuration. No part of it holds a secret. */
export interface Problem {
  /** `redis[0].interval`, `--redis-url`, `LCE_REDIS_URL`; empty when it is about the whole. */
  path: string;
  message: string;
  /** What to do about it, without a capital and a full stop: `did you mean interval?`. */
  suggestion?: string | undefined;
  at?: Position | undefined;
}

/** A path as people write it: `redis[0].canaries[1].name`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = /^[\w$.<>-]{1,63}$/.test(step) ? step : JSON.stringify(step.slice(0, 63));
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** One line for people: `cache.yaml:3:5: redis[0].intervall: unknown key; did you mean interval?`. */
export function problemText(problem: Problem): string {
  const where = problem.at ? `${problem.at.file}:${problem.at.line}:${problem.at.column}` : undefined;
  const text = problem.suggestion ? `${problem.message}; ${problem.suggestion}` : problem.message;
  return [where, problem.path, text].filter((part) => part !== undefined && part !== '').join(': ');
}

/** The known word that is probably meant by an unknown one: of a word of 4 letters two may differ, of 7 three. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const allowed = word.length < 4 ? 1 : word.length < 7 ? 2 : 3;
  return known
    .map((candidate) => ({ candidate, steps: distance(word.slice(0, 64).toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ steps }) => steps <= allowed)
    .sort((a, b) => a.steps - b.steps)[0]?.candidate;
}
