import { type Path, type Problem, pathText } from '../../config/problem.ts';
import { Secret } from '../../config/secret.ts';
import { parseYamlStream, type Source } from '../../config/yaml.ts';
import type { EnvironmentSource, Variable } from '../environment.ts';
import type { Place } from '../place.ts';
import type { ComposeService } from '../setup.ts';
import { expandedValues, parseDotenv } from './dotenv.ts';
import type { ReadNamed } from './envrc.ts';
import { interpolate } from './interpolation.ts';
import type { Lookup } from './meaning.ts';
import { portsOf } from './ports.ts';
import { shellWords } from './shell-words.ts';

/** What the compose files of one project say together. */
export interface Compose {
  services: readonly ComposeService[];
  problems: readonly Problem[];
  /** What was not looked at. */
  notes: readonly Problem[];
}

type Section = Record<string, unknown>;

/** A service as one file writes it. */
interface Written {
  name: string;
  file: string;
  section: Section;
  /** Paths of texts with a variable that could not be told. */
  open: ReadonlySet<string>;
  at(path: Path): Place;
}

/**
 * Reads the compose files of a project in the order of `-f`: later ones are laid over earlier ones, maps key
 * by key, lists behind each other, `command` and `entrypoint` as a whole. Variables are replaced after
 * parsing, as Compose does; one that cannot be told leaves the text as it was written. `read` gets the files of
 * `env_file`. Profiles do not matter; `include` and `extends` are not followed.
 */
export function readCompose(files: readonly { text: string; file: string }[], lookup: Lookup, read: ReadNamed): Compose {
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const written = files.flatMap(({ text, file }) => {
    const parsed = parseYamlStream(text, file, '1.2');
    problems.push(...parsed.problems);
    return parsed.documents.slice(0, 1).flatMap((source) => servicesOf(source, file, lookup, problems, notes));
  });
  const names = [...new Set(written.map(({ name }) => name))];
  const services = names.map((name) =>
    service(
      written.filter((one) => one.name === name),
      lookup,
      read,
      problems,
    ),
  );
  return { services, problems, notes };
}

function servicesOf({ tree, position }: Source, file: string, lookup: Lookup, problems: Problem[], notes: Problem[]): Written[] {
  const place = (path: Path): Place => {
    const at = position(path);
    return at === undefined ? { source: file, line: 1, column: 1 } : { source: at.file, line: at.line, column: at.column };
  };
  if (Object.hasOwn(tree, 'include'))
    notes.push({ path: 'include', message: 'is not looked at; name the file as well', at: position(['include']) });
  return Object.entries(sectionOf(Reflect.get(tree, 'services'))).flatMap(([name, value]) => {
    const path = ['services', name];
    if (Object.hasOwn(sectionOf(value), 'extends'))
      notes.push({ path: pathText([...path, 'extends']), message: 'is not looked at', at: position([...path, 'extends']) });
    const open = new Set<string>();
    const section = resolved(value, [], (text, inner) => {
      const found = interpolate(text, lookup);
      const at = position([...path, ...inner]);
      if (found.invalid)
        problems.push({
          path: pathText([...path, ...inner]),
          message: 'has a $ that is no variable',
          suggestion: 'write $$ for a dollar sign',
          at,
        });
      if (found.value === undefined) open.add(pathText(inner));
      return found.value ?? text;
    });
    return [{ name, file, section: sectionOf(section), open, at: (inner) => place([...path, ...inner]) }];
  });
}

/** Replaces every text of a tree. */
function resolved(value: unknown, path: Path, replace: (text: string, path: Path) => string): unknown {
  if (typeof value === 'string') return replace(value, path);
  if (Array.isArray(value)) return value.map((item: unknown, index) => resolved(item, [...path, index], replace));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, [...path, key], replace)]));
}

function service(layers: readonly Written[], lookup: Lookup, read: ReadNamed, problems: Problem[]): ComposeService {
  const tree = layers.reduce<Section>((below, { section }) => laidOver(below, section), {});
  const last = layers.at(-1);
  const image = tree.image;
  const replicas = Number(sectionOf(tree.deploy).replicas ?? tree.scale ?? 1);
  return {
    name: last?.name ?? '',
    file: layers[0]?.file ?? '',
    image: typeof image === 'string' ? image : undefined,
    command: [...words(tree.entrypoint), ...words(tree.command)],
    ports: layers.flatMap(({ section, at }) => portsOf(section.ports, at)),
    replicas: Number.isInteger(replicas) && replicas >= 0 ? replicas : 1,
    variables: layers.flatMap((layer) => [...envFileVariables(layer, lookup, read, problems), ...environmentVariables(layer, lookup)]),
    volumes: layers.flatMap(({ section }) => listOf(section.volumes).flatMap(volume)),
    tree,
    place: (path) => (layers.findLast(({ section }) => valueAt(section, path) !== undefined) ?? last)?.at(path) ?? { source: '' },
  };
}

/** Lists that a later file replaces instead of adding to them. */
const REPLACED: ReadonlySet<string> = new Set(['command', 'entrypoint', 'test']);

function laidOver(below: Section, above: Section): Section {
  const merged: Section = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    const joined = Array.isArray(before) && Array.isArray(value) && !REPLACED.has(key);
    const layered = isSection(before) && isSection(value);
    merged[key] = joined ? [...before, ...value] : layered ? laidOver(before, value) : value;
  }
  return merged;
}

/** The variables of `environment`, as a list or as a map; a name without a value is taken from outside. */
function environmentVariables({ section, open, at }: Written, lookup: Lookup): Variable[] {
  const { environment } = section;
  const pairs = Array.isArray(environment)
    ? environment.map((item: unknown, index) => ({ ...pair(String(item)), path: ['environment', index] }))
    : Object.entries(sectionOf(environment)).map(([name, value]) => ({ name, value: scalar(value), path: ['environment', name] }));
  return pairs.flatMap(({ name, value, path }) => {
    const outside = value === undefined ? lookup(name) : undefined;
    if (outside?.kind === 'unset') return [];
    const text = outside?.kind === 'value' ? outside.value : value;
    return [variable(name, open.has(pathText(path)) ? undefined : text, 'compose', at(path))];
  });
}

function envFileVariables({ section, at }: Written, lookup: Lookup, read: ReadNamed, problems: Problem[]): Variable[] {
  const files = typeof section.env_file === 'string' ? [section.env_file] : listOf(section.env_file);
  return files.flatMap((entry, index) => {
    const { path, required } = isSection(entry)
      ? { path: entry.path, required: entry.required !== false }
      : { path: entry, required: true };
    const place = at(Array.isArray(section.env_file) ? ['env_file', index] : ['env_file']);
    const found = typeof path === 'string' ? read(path, place, required) : undefined;
    if (found === undefined) return [];
    const parsed = parseDotenv(found.text, found.file);
    problems.push(...parsed.problems);
    return expandedValues(parsed.entries, lookup).map(({ name, value, place: where }) => variable(name, value, 'compose_env_file', where));
  });
}

function variable(name: string, value: string | undefined, source: EnvironmentSource, place: Place): Variable {
  return { name, value: value === undefined ? undefined : Secret.of(value), source, place };
}

function pair(text: string): { name: string; value: string | undefined } {
  const equal = text.indexOf('=');
  return equal < 0 ? { name: text, value: undefined } : { name: text.slice(0, equal), value: text.slice(equal + 1) };
}

/** A value as Compose writes it into the environment; nothing means: from outside. */
function scalar(value: unknown): string | undefined {
  return value === null || value === undefined || typeof value === 'object' ? undefined : String(value);
}

function words(value: unknown): string[] {
  return typeof value === 'string' ? shellWords(value) : listOf(value).map(String);
}

/** `source:target:mode`, or the long form; a volume without a name has no source. */
function volume(value: unknown): { source: string; target: string }[] {
  if (isSection(value)) return [{ source: scalar(value.source) ?? '', target: scalar(value.target) ?? '' }];
  const parts = String(value).split(':');
  return parts.length === 1 ? [{ source: '', target: parts[0] ?? '' }] : [{ source: parts[0] ?? '', target: parts[1] ?? '' }];
}

function valueAt(section: Section, path: Path): unknown {
  return path.reduce<unknown>((node, step) => {
    if (node === null || typeof node !== 'object' || !Object.hasOwn(node, step)) return undefined;
    return Reflect.get(node, step);
  }, section);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isSection(value: unknown): value is Section {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function sectionOf(value: unknown): Section {
  return isSection(value) ? value : {};
}
