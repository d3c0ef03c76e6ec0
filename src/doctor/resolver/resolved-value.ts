import type { Environment } from '../environment.ts';
import type { Place } from '../place.ts';
import { environmentValue, isTruthy } from './python-value.ts';

/** A value for an argument of the Redis client, and who gave it. */
export interface ResolvedValue {
  /** As Python sees it; null is `None`. Meaningless where it is not known. */
  value: unknown;
  known: boolean;
  from: string;
  place: Place;
  /** The variable that the value names as `os.environ/NAME`. */
  variable?: string | undefined;
}

/** A value that is used, and what it keeps from being used. */
export interface Argument extends ResolvedValue {
  hides: readonly ResolvedValue[];
}

export type Arguments = Map<string, Argument>;

/** Why LiteLLM raises an error instead of making a client, and what it points at. */
export interface Failure {
  message: string;
  place: Place;
  /** Whether a variable could give what is missing: without the environment it is no failure. */
  open?: boolean | undefined;
}

/**
 * A value with its references to variables replaced: a variable that is not set is null. References inside of
 * lists and sections count too (`_check_for_os_environ_vars` of the proxy).
 */
export function withVariables(given: ResolvedValue, environment: Environment): ResolvedValue {
  if (!given.known) return given;
  if (typeof given.value !== 'string') return inside(given, environment);
  if (!given.value.startsWith(REFERENCE)) return given;
  const name = given.value.replaceAll(REFERENCE, '');
  const found = variable(name, environment);
  return found === undefined
    ? { ...given, value: null, variable: name }
    : { ...given, value: found.value, known: found.known, variable: name };
}

const REFERENCE = 'os.environ/';

function inside(given: ResolvedValue, environment: Environment): ResolvedValue {
  let known = true;
  const replaced = (value: unknown, isItem: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => replaced(item, true));
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, false)]));
    if (typeof value !== 'string' || isItem || !value.startsWith(REFERENCE)) return value;
    const found = variable(value.replaceAll(REFERENCE, ''), environment);
    known &&= found?.known ?? true;
    return found?.value ?? null;
  };
  const value = replaced(given.value, false);
  return { ...given, value, known };
}

/** A variable of the environment as LiteLLM reads it. */
export function variable(name: string, environment: Environment): ResolvedValue | undefined {
  const found = environment.get(name);
  if (found === undefined) return undefined;
  const known = found.value !== undefined;
  return { value: found.value === undefined ? undefined : environmentValue(found.value.reveal()), known, from: name, place: found.place };
}

/** Python's `is not None`. */
export function isNotNone(given: ResolvedValue | undefined): boolean {
  return given !== undefined && !(given.known && given.value === null);
}

/** Python's truth of a value; one that is not known is a text with something in it. */
export function isPythonTruthy(given: ResolvedValue | undefined): boolean {
  return given !== undefined && (!given.known || isTruthy(given.value));
}
