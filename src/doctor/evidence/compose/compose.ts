import { isAbsolute, join, normalize } from 'node:path';
import { type Path, type Problem, pathText } from '../../../source/problem.ts';
import { Secret } from '../../../source/secret.ts';
import { isSection, type Section } from '../../../source/section.ts';
import type { EnvironmentSource, Variable } from '../../environment.ts';
import type { Place } from '../../place.ts';
import type { ComposeService, Gap, Mount } from '../../setup.ts';
import { type Built, inside, readDockerfile } from '../container/dockerfile.ts';
import { asText, listOf, sectionOf, valueAt } from '../tree.ts';
import { type DotenvEntry, expandedValues, parseDotenv } from '../variables/dotenv.ts';
import type { ReadNamed } from '../variables/envrc.ts';
import { shellWords } from '../variables/shell-words.ts';
import type { Lookup } from '../variables/variable-value.ts';
import { composeLayers, from, type Layers, type Written } from './compose-files.ts';
import { untagged } from './compose-tags.ts';
import { portsOf } from './ports.ts';

/** A service before it is known what it runs. */
export type Service = Omit<ComposeService, 'role' | 'maybe' | 'serverFiles' | 'unreadFiles'> & {
  entrypoint: readonly string[];
  own: readonly string[];
  exposed: readonly string[];
};

/** What the compose files of one project say together. */
export interface Compose {
  services: readonly Service[];
  problems: readonly Problem[];
  /** What was not found. */
  gaps: readonly Gap[];
  /** The entries of the files of `env_file`, for what Compose does with a `$` in them. */
  entries: readonly DotenvEntry[];
}

interface Reading {
  layers: Layers;
  read: ReadNamed;
  problems: Problem[];
  entries: DotenvEntry[];
}

/**
 * Reads the compose files of a project in the order of `-f`: later ones are laid over earlier ones, maps key
 * by key, lists behind each other, `command` and `entrypoint` as a whole. Variables are replaced after
 * parsing, as Compose does; one that cannot be told leaves the text as it was written. `read` gets the files of
 * `env_file`, `include`, `extends`, and Dockerfiles. Profiles do not matter.
 */
export function readCompose(files: readonly { text: string; file: string }[], lookup: Lookup, read: ReadNamed): Compose {
  const layers = composeLayers(files, lookup, read);
  const reading: Reading = { layers, read, problems: [...layers.problems], entries: [] };
  const names = [...new Set(layers.written.map(({ name }) => name))];
  const services = names.flatMap((name) => {
    const own = untagged(layers.written.filter((one) => one.name === name));
    return own.length === 0 ? [] : [service(own, reading)];
  });
  return { services, problems: reading.problems, gaps: layers.gaps, entries: reading.entries };
}

function service(layers: readonly Written[], reading: Reading): Service {
  const tree = layers.reduce<Section>((below, { section }) => laidOver(below, section), {});
  const last = layers.at(-1);
  const place = (path: Path): Place =>
    (layers.findLast(({ section }) => valueAt(section, path) !== undefined) ?? last)?.at(path) ?? { source: '' };
  const { built, gaps } = build(tree, last, place, reading);
  const image = typeof tree.image === 'string' && built === undefined ? tree.image : (built?.from ?? text(tree.image));
  const replicas = Number(asText(sectionOf(tree.deploy).replicas ?? tree.scale ?? 1));
  const entrypoint = words(tree.entrypoint) ?? built?.entrypoint ?? [];
  const own = words(tree.command) ?? (tree.entrypoint === undefined || tree.entrypoint === null ? (built?.command ?? []) : []);
  return {
    name: last?.name ?? '',
    file: layers.at(-1)?.file ?? '',
    image,
    entrypoint,
    own,
    command: [...entrypoint, ...own],
    exposed: [...listOf(tree.expose).map((port) => asText(port).replace(/\/.*/s, '')), ...(built?.ports ?? [])],
    ports: layers.flatMap(({ section, at }) => portsOf(section.ports, at)),
    replicas: Number.isInteger(replicas) && replicas >= 0 ? replicas : 1,
    variables: [
      ...imageVariables(built, tree, place, last),
      ...layers.flatMap((layer) => [...envFileVariables(layer, reading), ...environmentVariables(layer)]),
    ],
    volumes: [
      ...(built?.copies ?? []).map((copy) => copied(copy, tree, last)),
      ...layers.flatMap(({ section, folder }) => listOf(section.volumes).flatMap((value) => volume(value, folder))),
      ...given(tree, reading),
    ],
    folder: text(tree.working_dir) ?? built?.folder,
    ...network(tree, last?.name ?? '', reading.layers),
    references: layers.flatMap(({ references }) => references),
    gaps,
    tree,
    place,
  };
}

/** What the Dockerfile of `build` makes; a gap where it was not found. */
function build(
  tree: Section,
  last: Written | undefined,
  place: (path: Path) => Place,
  { read }: Reading,
): { built: Built | undefined; gaps: Gap[] } {
  if (tree.build === undefined || tree.build === null || last === undefined) return { built: undefined, gaps: [] };
  const section = isSection(tree.build) ? tree.build : { context: tree.build };
  const target = text(section.target);
  const args = Object.fromEntries(
    Array.isArray(section.args)
      ? section.args.map((item: unknown) => pair(asText(item))).map(({ name, value }) => [name, value ?? ''])
      : Object.entries(sectionOf(section.args)).map(([name, value]) => [name, asText(value ?? '')]),
  );
  if (typeof section.dockerfile_inline === 'string') return { built: readDockerfile(section.dockerfile_inline, target, args), gaps: [] };
  const at = place(['build']);
  const path = dockerfile(section, last.folder);
  const found = path === undefined ? undefined : read(from(at, path), at, false);
  if (found !== undefined) return { built: readDockerfile(found.text, target, args), gaps: [] };
  const gap: Gap = {
    kind: 'evidence',
    place: at,
    message: `the Dockerfile of service ${last.name}, ${path ?? 'on another machine'}, was not found here`,
    fix: `run the doctor where ${path ?? 'it'} is: what the image sets and runs is not known`,
  };
  return { built: undefined, gaps: [gap] };
}

function context(section: Section, folder: string): string | undefined {
  const path = text(section.context) ?? '.';
  return /^[a-z]+:\/\/|^git@/.test(path) ? undefined : isAbsolute(path) ? path : join(folder, path);
}

function dockerfile(section: Section, folder: string): string | undefined {
  const root = context(section, folder);
  const name = text(section.dockerfile) ?? 'Dockerfile';
  return root === undefined ? undefined : isAbsolute(name) ? name : join(root, name);
}

/** What a Dockerfile sets is in the Dockerfile. */
function imageVariables(built: Built | undefined, tree: Section, place: (path: Path) => Place, last: Written | undefined): Variable[] {
  const section = isSection(tree.build) ? tree.build : { context: tree.build };
  const file = last === undefined ? undefined : dockerfile(section, last.folder);
  const isInline = typeof section.dockerfile_inline === 'string' || file === undefined;
  return (built?.variables ?? []).map(({ name, value, line }) =>
    variable(name, value, 'image', isInline ? place(['build']) : { source: normalize(file), line, column: 1 }),
  );
}

function copied({ source, target }: { source: string; target: string }, tree: Section, last: Written | undefined): Mount {
  const root = last === undefined ? undefined : context(isSection(tree.build) ? tree.build : { context: tree.build }, last.folder);
  return { source, target, path: root === undefined ? undefined : join(root, source) };
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

/** The names and networks of a service. Without any it is in the network of its project, called `default`. */
function network(tree: Section, name: string, layers: Layers): Pick<ComposeService, 'names' | 'networks' | 'open'> {
  const mode = text(tree.network_mode);
  const entries = Array.isArray(tree.networks)
    ? tree.networks.map((one): [string, Section] => [asText(one), {}])
    : Object.entries(sectionOf(tree.networks)).map(([one, value]): [string, Section] => [one, sectionOf(value)]);
  const aliases = entries.flatMap(([, section]) => listOf(section.aliases).map(asText));
  const networks = mode !== undefined ? [] : entries.length > 0 ? entries.map(([one]) => one) : ['default'];
  const own = [text(tree.container_name), text(tree.hostname)].filter((one) => one !== undefined);
  // Two networks of the file are one where they have the same name of their own.
  const labels = networks.map((one) => text(sectionOf(layers.networks[one]).name) ?? one);
  return {
    names: [...new Set([name, ...own, ...aliases])],
    networks: labels,
    open: mode !== undefined || networks.some((one) => Boolean(sectionOf(layers.networks[one]).external)),
  };
}

/** The variables of `environment`, as a list or as a map; a name without a value is taken from outside. */
function environmentVariables({ section, open, at, lookup }: Written): Variable[] {
  const { environment } = section;
  const pairs = Array.isArray(environment)
    ? environment.flatMap((item: unknown, index) => (item === null ? [] : [{ ...pair(asText(item)), path: ['environment', index] }]))
    : Object.entries(sectionOf(environment)).map(([name, value]) => ({ name, value: scalar(value), path: ['environment', name] }));
  return pairs.flatMap(({ name, value, path }) => {
    const outside = value === undefined ? lookup(name) : undefined;
    if (outside?.kind === 'unset') return [];
    const known = outside?.kind === 'value' ? outside.value : value;
    return [variable(name, open.has(pathText(path)) ? undefined : known, 'compose', at(path))];
  });
}

function envFileVariables({ section, folder, at, lookup }: Written, { read, problems, entries }: Reading): Variable[] {
  const files = typeof section.env_file === 'string' ? [section.env_file] : listOf(section.env_file);
  return files.flatMap((entry, index) => {
    const { path, required, format } = isSection(entry)
      ? { path: entry.path, required: entry.required !== false, format: entry.format }
      : { path: entry, required: true, format: undefined };
    const place = at(Array.isArray(section.env_file) ? ['env_file', index] : ['env_file']);
    const found = typeof path === 'string' ? read(from(place, isAbsolute(path) ? path : join(folder, path)), place, required) : undefined;
    if (found === undefined) return [];
    const parsed = parseDotenv(found.text, found.file);
    for (const problem of parsed.problems) problems.push(problem);
    if (format === 'raw')
      return parsed.entries.flatMap(({ name, value, place: where }) =>
        value === undefined ? [] : [variable(name, value, 'compose_env_file', where)],
      );
    for (const entry of parsed.entries) entries.push(entry);
    return expandedValues(parsed.entries, lookup).map(({ name, value, place: where }) => variable(name, value, 'compose_env_file', where));
  });
}

function variable(name: string, value: string | undefined, source: EnvironmentSource, place: Place): Variable {
  return { name, value: value === undefined ? undefined : Secret.of(value), source, place };
}

function pair(written: string): { name: string; value: string | undefined } {
  const equal = written.indexOf('=');
  return equal < 0 ? { name: written, value: undefined } : { name: written.slice(0, equal), value: written.slice(equal + 1) };
}

/** A value as Compose writes it into the environment; nothing means: from outside. */
function scalar(value: unknown): string | undefined {
  return value === null || value === undefined || typeof value === 'object' ? undefined : asText(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function words(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? shellWords(value) : listOf(value).map(asText);
}

/** `source:target:mode`, or the long form; a volume without a name has no source. */
function volume(value: unknown, folder: string): Mount[] {
  const isLong = isSection(value);
  const parts = isLong ? [scalar(value.source) ?? '', scalar(value.target) ?? ''] : asText(value).split(':');
  const [first = '', second] = parts;
  if (second === undefined) return [{ source: '', target: first }];
  const isPath = /^[./~]/.test(first) || (isLong && value.type === 'bind');
  const path = !isPath || first.startsWith('~') ? undefined : isAbsolute(first) ? first : join(folder, first);
  return [{ source: first, target: second.replace(/(?<=.)\/$/, ''), ...(path === undefined ? {} : { path }) }];
}

/** The `configs` and `secrets` of the project that a service is given, by the path that it sees them at. */
function given(tree: Section, { layers }: Reading): Mount[] {
  return (['configs', 'secrets'] as const).flatMap((key) =>
    listOf(tree[key]).flatMap((entry): Mount[] => {
      const name = isSection(entry) ? text(entry.source) : text(entry);
      const found = name === undefined ? undefined : layers[key].get(name);
      if (name === undefined || found === undefined) return [];
      const base = key === 'secrets' ? '/run/secrets' : '/';
      const target = inside(base, (isSection(entry) ? text(entry.target) : undefined) ?? name);
      const file = text(found.section.file);
      const content = text(found.section.content);
      const at = found.place.line ?? 1;
      const inline = content === undefined ? undefined : { text: `${'\n'.repeat(at + 1)}${content}`, file: found.place.source };
      return [
        {
          source: file ?? name,
          target,
          ...(file === undefined ? {} : { path: isAbsolute(file) ? file : join(found.folder, file) }),
          ...(inline === undefined ? {} : { text: inline }),
        },
      ];
    }),
  );
}
