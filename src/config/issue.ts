import type { z } from 'zod';
import type { Fault, Path } from '../source/problem.ts';
import { Secret } from '../source/secret.ts';
import { inputSchema } from './json-schema.ts';
import { unknownKey } from './unknown-key.ts';

/** What the first `most` issues of a schema mean to the person who wrote the tree; unknown keys are one issue each. */
export function faultsOf(issues: readonly z.core.$ZodIssue[], tree: unknown, most = Number.POSITIVE_INFINITY): Fault[] {
  const root = inputSchema();
  const faults: Fault[] = [];
  for (const issue of issues) {
    if (faults.length >= most) break;
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, most - faults.length)) faults.push(unknownKey(root, path, key));
    } else if (issue.code === 'custom') faults.push({ path, message: issue.message, suggestion: suggestionOf(issue.params) });
    else if (issue.code === 'invalid_type') faults.push(wrongType(path, issue.expected, valueAt(tree, path)));
    else faults.push({ path, message: issue.message });
  }
  return faults;
}

/** How many faults `faultsOf` would give without a bound. */
export function countIssues(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((count, issue) => count + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

function suggestionOf(params: Record<string, unknown> | undefined): string | undefined {
  const suggestion = params?.suggestion;
  return typeof suggestion === 'string' ? suggestion : undefined;
}

function wrongType(path: Path, expected: string, value: unknown): Fault {
  if (value === undefined) return { path, message: 'is missing', suggestion: entryHint(path) };
  const fault = { path, message: `must be ${KIND[expected] ?? expected}, not ${kindOf(value)}` };
  if (expected === 'array' && !Array.isArray(value)) return { ...fault, suggestion: 'begin each entry with a dash' };
  if (expected === 'object' && typeof value === 'string' && value.includes(':'))
    return { ...fault, suggestion: 'write each key on a line of its own, with a space behind the colon' };
  return expected === 'string' && typeof value !== 'object' ? { ...fault, suggestion: 'put it in quotes' } : fault;
}

/** An entry without a name, behind another one, is often the rest of that. */
function entryHint(path: Path): string | undefined {
  const index = path.at(-2);
  if (path.at(-1) !== 'name' || typeof index !== 'number' || index === 0) return undefined;
  return 'a dash begins an entry: take it away where these keys belong to the entry above';
}

const KIND: Readonly<Record<string, string>> = { string: 'text', array: 'a list', object: 'a section with keys', nonoptional: 'given' };

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Secret) return 'a secret';
  if (typeof value === 'object') return 'a section with keys';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'number' ? 'a number' : 'text';
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, step) => {
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, step)) return undefined;
    return Reflect.get(node, step);
  }, tree);
}
