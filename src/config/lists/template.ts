import type { Path } from '../../source/problem.ts';
import { isSection } from '../../source/section.ts';

/** What a label has to look like to become part of a field: it can be a name and one step of a path, and can never leave a folder. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const TEMPLATE = /\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,127})\s*\}\}/g;

/** Whether a label may become part of a field. */
export function isPlain(label: string): boolean {
  return LABEL.test(label) && !label.includes('..');
}

/** Whether a value of a class, or a part of it, holds `{{label}}` or what looks like the beginning or the end of one. */
export function isTemplate(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('{{') || value.includes('}}');
  return value !== null && typeof value === 'object' && Object.values(value).some(isTemplate);
}

/** Whether every brace of a text belongs to a `{{label}}`. */
export function isWellFormed(text: string): boolean {
  return !/\{\{|\}\}/.test(text.replace(TEMPLATE, ''));
}

/** A value in which the labels are filled in. */
export interface Filled {
  value: unknown;
  /** The paths of the fields that are left away, with the label that is missing. */
  missing: { path: Path; label: string }[];
  /** Labels that may not become part of a field, each once. */
  refused: string[];
}

/** Fills in labels: a field whose label is missing or empty is left away, and so is an item of a list. Never throws. */
export function fill(tree: unknown, labels: ReadonlyMap<string, string>): Filled {
  const missing: Filled['missing'] = [];
  const refused = new Set<string>();

  function text(value: string, path: Path): string | undefined {
    let absent: string | undefined;
    const filled = value.replace(TEMPLATE, (_, name: string) => {
      const label = labels.get(name) ?? '';
      if (label === '') absent ??= name;
      else if (!isPlain(label)) refused.add(name);
      return label;
    });
    if (absent === undefined) return filled;
    missing.push({ path, label: absent });
    return undefined;
  }

  function walk(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return text(value, path);
    if (Array.isArray(value)) return value.map((item: unknown, index) => walk(item, [...path, index])).filter((item) => item !== undefined);
    if (!isSection(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
    const fields = Object.entries(value).map(([key, inner]): [string, unknown] => [key, walk(inner, [...path, key])]);
    return Object.fromEntries(fields.filter(([, inner]) => inner !== undefined));
  }

  const value = walk(tree, []);
  return { value, missing, refused: [...refused] };
}
