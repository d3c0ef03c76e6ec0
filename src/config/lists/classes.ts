import { type Fault, type Path, pathText } from '../../source/problem.ts';
import { Secret } from '../../source/secret.ts';
import { isSection, type Section } from '../../source/section.ts';
import { faultsOf } from '../issue.ts';
import { gatewaySchema, targetSchema } from '../schema.ts';
import { isTemplate, isWellFormed } from './template.ts';

/** In place of the name and the address that a list gives. */
const ENTRY = {
  gateways: { name: 'name', url: 'http://host' },
  redis: { name: 'name', url: 'redis://host' },
} as const;

/** Problems of classes that are told; a file that is no configuration could have one in every word. */
const MAX_FAULTS = 200;

/**
 * What is wrong with classes whatever the labels are: each is examined as an entry of its kind, and what depends on a label is left to the entries.
 * `tree` is the resolved file.
 */
export function classFaults({ classes }: Section): Fault[] {
  if (!isSection(classes)) return [];
  const faults = (['gateways', 'redis'] as const).flatMap((kind) => {
    const byName = classes[kind];
    return Object.entries(isSection(byName) ? byName : {}).flatMap(([name, template]) =>
      isSection(template) ? faultsOfClass(kind, ['classes', kind, name], template) : [],
    );
  });
  return faults.slice(0, MAX_FAULTS);
}

function faultsOfClass(kind: keyof typeof ENTRY, path: Path, template: Section): Fault[] {
  const taken = ['name', 'url'].filter((key) => template[key] !== undefined);
  const own = taken.map((key) => ({
    path: [...path, key],
    message: 'is what the list of targets gives',
    suggestion: key === 'name' ? 'take it away; the label name gives another' : 'take it away; the label __scheme__ gives the scheme',
  }));
  const entry = { ...template, ...ENTRY[kind] };
  const result = (kind === 'gateways' ? gatewaySchema : targetSchema).safeParse(entry);
  const issues = result.success ? [] : result.error.issues.map((issue) => ({ ...issue, path: [kind, 0, ...issue.path] }));
  const found = faultsOf(issues, { [kind]: [entry] }, MAX_FAULTS)
    .map((fault) => ({ ...fault, path: fault.path.slice(2) }))
    .filter((fault) => !dependsOnLabel(template, fault.path))
    .map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
  return [...own, ...brokenTemplates(template, path), ...found];
}

/** Whether what is at a path, or around or inside it, holds a label. */
function dependsOnLabel(template: Section, path: Path): boolean {
  let node: unknown = template;
  for (const step of path) {
    if (typeof node === 'string') return isTemplate(node);
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, step)) return false;
    node = Reflect.get(node, step);
  }
  return path.length > 0 && isTemplate(node);
}

function brokenTemplates(value: unknown, path: Path): Fault[] {
  if (typeof value === 'string' && !isWellFormed(value))
    return [
      { path, message: `has braces that are no {{label}}`, suggestion: 'write a label as {{redis}}: letters, digits and underscores' },
    ];
  if (value === null || typeof value !== 'object' || value instanceof Secret) return [];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => brokenTemplates(item, [...path, index]));
  return Object.entries(value).flatMap(([key, inner]) => brokenTemplates(inner, [...path, key]));
}

/** An entry of a class as the schema of the file reads it, or the first thing that is wrong with it. */
export function readEntry(kind: 'gateway' | 'redis', entry: Section) {
  const result = kind === 'gateway' ? gatewaySchema.safeParse(entry) : targetSchema.safeParse(entry);
  if (result.success) return { entry: result.data };
  const section = kind === 'gateway' ? 'gateways' : 'redis';
  const [first] = result.error.issues.map((issue) => ({ ...issue, path: [section, 0, ...issue.path] }));
  const [fault] = first === undefined ? [] : faultsOf([first], { [section]: [entry] }, 1);
  const path = fault?.path.slice(2) ?? [];
  return { path, key: pathText(path), message: fault?.message ?? 'is refused', suggestion: fault?.suggestion };
}
