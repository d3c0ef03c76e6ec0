import type { Path } from '../../source/problem.ts';

/** A mapping of a file as plain values. */
export type Section = Record<string, unknown>;

/** Whether a value is a mapping. */
export function isSection(value: unknown): value is Section {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A mapping, or an empty one in place of anything else. */
export function sectionOf(value: unknown): Section {
  return isSection(value) ? value : {};
}

/** A list, or an empty one in place of anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What is at a path; undefined where there is nothing. */
export function valueAt(section: Section, path: Path): unknown {
  return path.reduce<unknown>((node, step) => {
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, step)) return undefined;
    return Reflect.get(node, step);
  }, section);
}

/** A scalar as text; anything else as JSON, so that a key called toString does no harm. */
export function asText(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
