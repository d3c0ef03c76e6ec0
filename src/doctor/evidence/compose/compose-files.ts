import { dirname, isAbsolute, join, relative } from 'node:path';
import { type Path, type Problem, pathText } from '../../../source/problem.ts';
import { isSection, type Section } from '../../../source/section.ts';
import { parseYamlStream, type Source } from '../../../source/yaml.ts';
import type { Place } from '../../place.ts';
import type { Gap, VariableReference } from '../../setup.ts';
import { otherForm } from '../other-form.ts';
import { asText, listOf, sectionOf } from '../tree.ts';
import { expandedValues, parseDotenv } from '../variables/dotenv.ts';
import type { ReadNamed } from '../variables/envrc.ts';
import { interpolate } from '../variables/interpolation.ts';
import { firstOf, type Lookup, meaningOf, UNSET } from '../variables/variable-value.ts';
import type { Tags } from './compose-tags.ts';

/** A service as one file writes it. */
export interface Written {
  name: string;
  file: string;
  /** The folder that its paths begin at. */
  folder: string;
  section: Section;
  /** Paths of texts with a variable that could not be told. */
  open: ReadonlySet<string>;
  references: readonly VariableReference[];
  tags: Tags;
  lookup: Lookup;
  at(path: Path): Place;
}

/** The services of some compose files, what is beside them, and what was not found. */
export interface Layers {
  written: readonly Written[];
  networks: Section;
  /** `configs` and `secrets` by name, with the folder that their paths begin at. */
  configs: ReadonlyMap<string, { section: Section; folder: string; place: Place }>;
  secrets: ReadonlyMap<string, { section: Section; folder: string; place: Place }>;
  problems: readonly Problem[];
  gaps: readonly Gap[];
}

/** Files that lead to each other are followed this far. */
const MAX_FILES = 50;

interface Reading {
  read: ReadNamed;
  written: Written[];
  networks: Section;
  configs: Map<string, { section: Section; folder: string; place: Place }>;
  secrets: Map<string, { section: Section; folder: string; place: Place }>;
  problems: Problem[];
  gaps: Gap[];
  seen: Set<string>;
}

/**
 * Reads the compose files of a project in the order of `-f`, with what they `include` and what their services
 * `extend`. Paths of an override begin at the folder of the first file, those of an included or extended file at its own.
 */
export function composeLayers(files: readonly { text: string; file: string }[], lookup: Lookup, read: ReadNamed): Layers {
  const reading: Reading = {
    read,
    written: [],
    networks: {},
    configs: new Map(),
    secrets: new Map(),
    problems: [],
    gaps: [],
    seen: new Set(files.map(({ file }) => file)),
  };
  const folder = dirname(files[0]?.file ?? '');
  for (const { text, file } of files) readFile(text, file, folder, lookup, reading);
  return reading;
}

function readFile(text: string, file: string, folder: string, lookup: Lookup, reading: Reading): void {
  const { documents, problems } = parseYamlStream(text, file, '1.2');
  for (const problem of problems) reading.problems.push(problem);
  const [source] = documents;
  if (source === undefined) return;
  const place = placing(source, file);
  followIncludes(source, file, folder, lookup, reading);
  reading.networks = { ...reading.networks, ...sectionOf(Reflect.get(source.tree, 'networks')) };
  for (const key of ['configs', 'secrets'] as const)
    for (const [name, value] of Object.entries(sectionOf(Reflect.get(source.tree, key)))) {
      const section = sectionOf(resolved(value, [], (given) => interpolate(given, lookup).value ?? given));
      reading[key].set(name, { section, folder, place: place([key, name]) });
    }
  const services = sectionOf(Reflect.get(source.tree, 'services'));
  const old = Object.entries(source.tree).find(([key, value]) => !/^(?:x-|services$)/.test(key) && isService(value));
  if (Object.keys(services).length === 0 && old !== undefined)
    reading.gaps.push({
      kind: 'evidence',
      place: place([old[0]]),
      message: `${old[0]} is outside of services, as in files of Compose 1: nothing of it was judged, and docker compose refuses it`,
      fix: 'put the services below a key services:',
    });
  const other = old === undefined ? otherForm(source.tree, 'compose') : undefined;
  if (other !== undefined) reading.gaps.push({ kind: 'evidence', place: place([]), ...other });
  for (const name of Object.keys(services)) reading.written.push(...serviceOf(name, source, file, folder, lookup, reading, []));
}

/** Whether a section looks like a service. */
function isService(value: unknown): boolean {
  return isSection(value) && (Object.hasOwn(value, 'image') || Object.hasOwn(value, 'build') || Object.hasOwn(value, 'extends'));
}

/** The service of a file, after those that it extends. */
function serviceOf(
  name: string,
  source: Source,
  file: string,
  folder: string,
  lookup: Lookup,
  reading: Reading,
  chain: readonly string[],
): Written[] {
  const value = sectionOf(Reflect.get(source.tree, 'services'))[name];
  const place = placing(source, file);
  const path = ['services', name];
  const open = new Set<string>();
  const references: VariableReference[] = [];
  const section = resolved(value, [], (text, inner) => {
    const found = interpolate(text, lookup);
    const where = place([...path, ...inner]);
    for (const reference of referencesIn(text, inner, where)) references.push(reference);
    if (found.invalid)
      reading.problems.push({
        path: pathText([...path, ...inner]),
        message: 'has a $ that is no variable',
        suggestion: 'write $$ for a dollar sign',
        at: source.position([...path, ...inner]),
      });
    if (found.value === undefined) open.add(pathText(inner));
    return found.value ?? text;
  });
  const written = {
    name,
    file,
    folder,
    section: sectionOf(section),
    open,
    references,
    tags: { reset: tagged(source, '!reset', name), override: tagged(source, '!override', name) },
    lookup,
    at: (inner: Path) => place([...path, ...inner]),
  };
  return [...extended(written, source, reading, chain), written];
}

/** The paths of a tag inside of a service. */
function tagged(source: Source, tag: string, name: string): Path[] {
  return source.tagged(tag).flatMap(([top, service, ...rest]) => (top === 'services' && service === name ? [rest] : []));
}

/** What a service takes over by `extends`, under its own name. */
function extended(
  { name, file, folder, section, lookup, at }: Written,
  source: Source,
  reading: Reading,
  chain: readonly string[],
): Written[] {
  if (!Object.hasOwn(section, 'extends')) return [];
  const given = isSection(section.extends) ? section.extends : { service: section.extends };
  const service = asText(given.service ?? '');
  const place = at(['extends']);
  const gap = (message: string, fix: string): Written[] => {
    reading.gaps.push({ kind: 'evidence', place, message, fix });
    return [];
  };
  const missing = (where: string) =>
    gap(`service ${name} extends ${service}, which ${where} does not have`, 'name the service that it takes its settings from');
  const step = `${typeof given.file === 'string' ? given.file : file}#${service}`;
  if (chain.includes(step) || chain.length >= MAX_FILES) return gap(`service ${name} extends itself`, 'take one of the extends away');
  if (typeof given.file !== 'string') {
    const known = Object.hasOwn(sectionOf(Reflect.get(source.tree, 'services')), service);
    if (!known) return missing(file);
    return serviceOf(service, source, file, folder, lookup, reading, [...chain, step]).map((layer) => ({ ...layer, name }));
  }
  const path = join(folder, given.file);
  const found = reading.read(from(place, path), place, false);
  if (found === undefined)
    return gap(
      `service ${name} extends a service of ${path}, which was not found here`,
      `run the doctor where ${path} is, or give it: the settings of ${name} begin there`,
    );
  const { documents, problems } = parseYamlStream(found.text, found.file, '1.2');
  for (const problem of problems) reading.problems.push(problem);
  const [other] = documents;
  if (other === undefined) return [];
  if (!Object.hasOwn(sectionOf(Reflect.get(other.tree, 'services')), service)) return missing(found.file);
  return serviceOf(service, other, found.file, dirname(found.file), lookup, reading, [...chain, step]).map((layer) => ({ ...layer, name }));
}

function followIncludes(source: Source, file: string, folder: string, lookup: Lookup, reading: Reading): void {
  const list = listOf(Reflect.get(source.tree, 'include'));
  for (const [index, entry] of list.entries()) {
    const given = isSection(entry) ? entry : { path: entry };
    const place = placing(source, file)(['include', index]);
    for (const written of typeof given.path === 'string' ? [given.path] : listOf(given.path)) {
      const path = join(folder, interpolate(asText(written), lookup).value ?? asText(written));
      if (isRemote(asText(written))) {
        reading.gaps.push({
          kind: 'evidence',
          place,
          message: 'includes a compose file from another machine, which was not read',
          fix: 'fetch it and name it with --compose as well',
        });
        continue;
      }
      const found = reading.read(from(place, path), place, false);
      if (found === undefined)
        reading.gaps.push({
          kind: 'evidence',
          place,
          message: `includes ${path}, which was not found here`,
          fix: `run the doctor where ${path} is: its services were not judged`,
        });
      else if (!reading.seen.has(found.file) && reading.seen.size < MAX_FILES) {
        reading.seen.add(found.file);
        const own = typeof given.project_directory === 'string' ? join(folder, given.project_directory) : dirname(found.file);
        readFile(found.text, found.file, own, firstOf(lookup, beside(own, given.env_file, folder, place, reading)), reading);
      }
    }
  }
}

/** The variables of the `.env` of an included project, or of the files that the include names for it. */
function beside(own: string, envFile: unknown, folder: string, place: Place, reading: Reading): Lookup {
  const named = typeof envFile === 'string' ? [envFile] : listOf(envFile);
  const paths = named.length > 0 ? named.map((path) => join(folder, asText(path))) : [join(own, '.env')];
  const values = new Map<string, string | undefined>();
  for (const path of paths) {
    const found = reading.read(from(place, path), place, named.length > 0);
    if (found === undefined) continue;
    for (const { name, value } of expandedValues(parseDotenv(found.text, found.file).entries, () => UNSET)) values.set(name, value);
  }
  return (name) => (values.has(name) ? meaningOf(values.get(name)) : UNSET);
}

function isRemote(path: string): boolean {
  return /^(?:https?|git|ssh|oci):|^git@|\.git(?:#|$)/.test(path);
}

/** A path from the directory of the doctor, as one from the file that names it. */
export function from(place: Place, path: string): string {
  return isAbsolute(path) ? path : relative(dirname(place.source), path) || '.';
}

function placing({ position }: Source, file: string): (path: Path) => Place {
  return (path) => {
    const at = position(path);
    return at === undefined ? { source: file, line: 1, column: 1 } : { source: at.file, line: at.line, column: at.column };
  };
}

const REFERENCE = /\$(?:\$|\{([A-Za-z_]\w*)((?:[^\w}][^}]{0,1024})?)\}|([A-Za-z_]\w*))/g;

/** The variables that a text names, with the key or the option that it belongs to. */
function referencesIn(text: string, path: Path, place: Place): VariableReference[] {
  if (!text.includes('$')) return [];
  const step = asText(path.findLast((one) => typeof one === 'string') ?? '');
  const pair = step === 'environment' ? /^([A-Za-z_]\w*)=/.exec(text)?.[1] : undefined;
  return [...text.matchAll(REFERENCE)].flatMap(([, braced, rest = '', plain]) => {
    const name = braced ?? plain;
    return name === undefined
      ? []
      : [
          {
            name,
            braced: braced !== undefined,
            rest,
            key: pair ?? step,
            text: pair === undefined ? text : text.slice(pair.length + 1),
            place,
          },
        ];
  });
}

/** Replaces every text of a tree. */
function resolved(value: unknown, path: Path, replace: (text: string, path: Path) => string): unknown {
  if (typeof value === 'string') return replace(value, path);
  if (Array.isArray(value)) return value.map((item: unknown, index) => resolved(item, [...path, index], replace));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, [...path, key], replace)]));
}
