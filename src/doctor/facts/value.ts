import { isSection, type Section } from '../../source/section.ts';
import type { Setup } from '../setup.ts';

/** The mapping at a path below a tree; undefined where there is none. */
export function section(tree: Section | undefined, ...path: readonly string[]): Section | undefined {
  let found: unknown = tree;
  for (const step of path) {
    if (!isSection(found)) return undefined;
    found = found[step];
  }
  return isSection(found) ? found : undefined;
}

/** A text, number or boolean as LiteLLM would see it as text; undefined for anything else, null included. */
export function scalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

const REFERENCE = 'os.environ/';

/** The variable that a value names as `os.environ/NAME`, the only form that LiteLLM resolves. */
export function reference(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith(REFERENCE) ? value.slice(REFERENCE.length) : undefined;
}

/** A value as it is in the file; undefined where it refers to a variable. */
export function literal(value: unknown): string | undefined {
  return reference(value) === undefined ? scalar(value) : undefined;
}

/** What a value of the configuration file comes to, its variable looked up; undefined where that is not known. */
export function known(setup: Setup, value: unknown): string | undefined {
  const name = reference(value);
  return name === undefined ? scalar(value) : setup.environment.get(name)?.value?.reveal();
}

/** Whether LiteLLM reads a value as true. */
export function isTrue(value: unknown): boolean {
  return value === true || (typeof value === 'string' && ['true', '1', 'yes', 'on'].includes(value.trim().toLowerCase()));
}

/** A list of texts; other members are left out, a single text is a list of one. */
export function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((member) => typeof member === 'string') : [];
}

/** Seconds or another quantity as a number; undefined for what is none. */
export function quantity(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}
