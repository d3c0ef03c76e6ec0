import type { Path, Problem } from '../../config/problem.ts';
import { Secret } from '../../config/secret.ts';
import { parseYamlStream } from '../../config/yaml.ts';
import type { Variable } from '../environment.ts';
import type { Place } from '../place.ts';
import type { Workload } from '../setup.ts';
import { replaced } from './value-limit.ts';

/** What manifests say together. */
export interface Kubernetes {
  workloads: readonly Workload[];
  /** Configurations of LiteLLM inside of ConfigMaps, each line where it stands in its file. */
  configs: readonly { text: string; file: string }[];
  problems: readonly Problem[];
}

type Section = Record<string, unknown>;

interface Manifest {
  kind: string;
  name: string;
  file: string;
  section: Section;
  at(path: Path): Place;
}

/** Where the pod template of a kind is. */
const TEMPLATE: Readonly<Record<string, Path>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

const WITHOUT_REPLICAS: ReadonlySet<string> = new Set(['DaemonSet', 'Job', 'CronJob']);

/**
 * Reads manifests or rendered charts: pods, what makes pods, the ConfigMaps that they refer to, and the
 * smallest number of replicas of an autoscaler. Of Secrets only the names of their keys are read.
 */
export function readKubernetes(files: readonly { text: string; file: string }[]): Kubernetes {
  const problems: Problem[] = [];
  const texts = new Map(files.map(({ text, file }) => [file, text]));
  const manifests = files.flatMap(({ text, file }) => {
    const parsed = parseYamlStream(text, file, '1.1');
    const template = parsed.problems.length > 0 ? templatePlace(text, file) : undefined;
    problems.push(...(template === undefined ? parsed.problems : [template]));
    return parsed.documents.flatMap(({ tree, position }) => {
      const at = (path: Path): Place => {
        const where = position(path);
        return where === undefined ? { source: file, line: 1, column: 1 } : { source: where.file, line: where.line, column: where.column };
      };
      return unlisted(tree, [], file, at);
    });
  });
  return {
    workloads: manifests.flatMap((manifest) => workload(manifest, manifests)),
    configs: manifests.flatMap((manifest) => configs(manifest, texts.get(manifest.file) ?? '')),
    problems,
  };
}

const OF_LITELLM = /^(model_list|litellm_settings|router_settings|general_settings):/m;

/** The configuration that a ConfigMap holds as a block of text: its lines as they stand in the file, after as many empty ones. */
function configs({ kind, file, section, at }: Manifest, text: string): { text: string; file: string }[] {
  if (kind !== 'ConfigMap') return [];
  const lines = text.split(/\r\n|\n|\r/);
  return Object.entries(sectionOf(section.data)).flatMap(([key, value]) => {
    const { line = 1 } = at(['data', key]);
    if (typeof value !== 'string' || !OF_LITELLM.test(value) || !/\|[-+\d]*\s*(#.*)?$/.test(lines[line - 1] ?? '')) return [];
    const block = lines.slice(line, line + value.trimEnd().split('\n').length);
    return [{ text: `${'\n'.repeat(line)}${block.join('\n')}\n`, file }];
  });
}

/** A chart that was not rendered is not YAML; say so instead of naming each line. */
function templatePlace(text: string, file: string): Problem | undefined {
  const index = text.split('\n').findIndex((line) => /\{\{.*\}\}/.test(line));
  if (index < 0) return undefined;
  return {
    path: '',
    message: 'is a template of a chart, not a manifest',
    suggestion: 'render it with helm template',
    at: { file, line: index + 1, column: 1 },
  };
}

function unlisted(tree: object, path: Path, file: string, at: (path: Path) => Place): Manifest[] {
  const section = sectionOf(tree);
  const kind = String(section.kind ?? '');
  if (kind.endsWith('List') && Array.isArray(section.items))
    return section.items.flatMap((item: unknown, index) => unlisted(sectionOf(item), [...path, 'items', index], file, at));
  return [{ kind, name: String(sectionOf(section.metadata).name ?? ''), file, section, at: (inner) => at([...path, ...inner]) }];
}

function workload(manifest: Manifest, all: readonly Manifest[]): Workload[] {
  const { kind, name, file, section, at } = manifest;
  const path = Object.hasOwn(TEMPLATE, kind) ? TEMPLATE[kind] : undefined;
  if (path === undefined) return [];
  const pod = sectionOf(path.reduce<unknown>((node, step) => sectionOf(node)[step], section));
  const containers = listOf(pod.containers).map((entry, index) => {
    const container = sectionOf(entry);
    const inside: Path = [...path, 'containers', index];
    return {
      name: String(container.name ?? ''),
      image: typeof container.image === 'string' ? container.image : undefined,
      args: [...listOf(container.command), ...listOf(container.args)].map(String),
      variables: variablesOf(container, (inner) => at([...inside, ...inner]), all),
      place: at(inside),
    };
  });
  return [{ kind, name, file, replicas: replicasOf(manifest, all), containers }];
}

function replicasOf({ kind, name, section }: Manifest, all: readonly Manifest[]): number | undefined {
  if (WITHOUT_REPLICAS.has(kind)) return undefined;
  const scaler = all.find((other) => {
    const target = sectionOf(sectionOf(other.section.spec).scaleTargetRef);
    return other.kind === 'HorizontalPodAutoscaler' && target.kind === kind && target.name === name;
  });
  const given = Number(sectionOf(section.spec).replicas ?? 1);
  return scaler === undefined ? given : Number(sectionOf(scaler.section.spec).minReplicas ?? 1);
}

/** `envFrom` first, `env` over it; a value from a Secret or from the pod is known to be set, not to what. */
function variablesOf(container: Section, at: (path: Path) => Place, all: readonly Manifest[]): Variable[] {
  const from = listOf(container.envFrom).flatMap((entry, index) => fromSource(sectionOf(entry), at(['envFrom', index]), all));
  const seen = new Map(from.map(({ name, value }) => [name, value?.reveal()]));
  const own = listOf(container.env).flatMap((entry, index) => {
    const { name, value, valueFrom } = sectionOf(entry);
    if (typeof name !== 'string') return [];
    const text =
      value === undefined || value === null ? referred(sectionOf(valueFrom), valueFrom !== undefined, all) : expanded(String(value), seen);
    seen.set(name, text);
    return [variable(name, text, at(['env', index]))];
  });
  return [...from, ...own];
}

function fromSource(entry: Section, place: Place, all: readonly Manifest[]): Variable[] {
  const prefix = String(entry.prefix ?? '');
  const map = named(all, 'ConfigMap', sectionOf(entry.configMapRef).name);
  const secret = named(all, 'Secret', sectionOf(entry.secretRef).name);
  const values = Object.entries(sectionOf(map?.section.data)).map(([key, value]) =>
    variable(prefix + key, String(value), map?.at(['data', key]) ?? place),
  );
  const keys = [...Object.keys(sectionOf(secret?.section.data)), ...Object.keys(sectionOf(secret?.section.stringData))];
  return [...values, ...keys.map((key) => variable(prefix + key, undefined, place))];
}

/** The value that `valueFrom` names, where it stands in a ConfigMap at hand. */
function referred({ configMapKeyRef }: Section, isReference: boolean, all: readonly Manifest[]): string | undefined {
  if (!isReference) return '';
  const { name, key } = sectionOf(configMapKeyRef);
  const value = sectionOf(named(all, 'ConfigMap', name)?.section.data)[String(key)];
  return value === undefined ? undefined : String(value);
}

/** Replaces `$(NAME)` by variables that stand before it; `$$` is one `$`, an unknown name stays as it is. */
function expanded(text: string, seen: ReadonlyMap<string, string | undefined>): string | undefined {
  let known = true;
  const value = replaced(text, /\$\$|\$\(([^)$]*)\)/g, ({ 0: match, 1: name }) => {
    if (name === undefined) return '$';
    if (!seen.has(name)) return match;
    known &&= seen.get(name) !== undefined;
    return seen.get(name) ?? '';
  });
  return known ? value : undefined;
}

function named(all: readonly Manifest[], kind: string, name: unknown): Manifest | undefined {
  return all.find((manifest) => manifest.kind === kind && manifest.name === name);
}

function variable(name: string, value: string | undefined, place: Place): Variable {
  return { name, value: value === undefined ? undefined : Secret.of(value), source: 'kubernetes', place };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function sectionOf(value: unknown): Section {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
}
