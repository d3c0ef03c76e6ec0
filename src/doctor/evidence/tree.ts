import type { Path } from '../../source/problem.ts';
import { isSection, type Section } from '../../source/section.ts';

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
