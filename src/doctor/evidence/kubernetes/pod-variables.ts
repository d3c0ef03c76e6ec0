import type { Path } from '../../../source/problem.ts';
import { Secret } from '../../../source/secret.ts';
import type { Section } from '../../../source/section.ts';
import type { Variable } from '../../environment.ts';
import type { Place } from '../../place.ts';
import type { Gap } from '../../setup.ts';
import { asText, listOf, sectionOf } from '../tree.ts';
import { replaced } from '../variables/value-limit.ts';
import { type Manifest, named } from './manifests.ts';

/** What a container of a pod finds in its environment, and what of it is not at hand. */
export interface PodVariables {
  variables: readonly Variable[];
  gaps: readonly Gap[];
}

interface Pod {
  namespace: string;
  all: readonly Manifest[];
  gaps: Gap[];
}

/** `envFrom` first, `env` over it; a value from a Secret or from the pod is known to be set, not to what. */
export function podVariables(container: Section, at: (path: Path) => Place, namespace: string, all: readonly Manifest[]): PodVariables {
  const pod: Pod = { namespace, all, gaps: [] };
  const from = listOf(container.envFrom).flatMap((entry, index) => fromSource(sectionOf(entry), at(['envFrom', index]), pod));
  const seen = new Map(from.map(({ name, value }) => [name, value?.reveal()]));
  const own = listOf(container.env).flatMap((entry, index) => {
    const { name, value, valueFrom } = sectionOf(entry);
    if (typeof name !== 'string') return [];
    const place = at(['env', index]);
    const text =
      value === undefined || value === null
        ? referred(sectionOf(valueFrom), valueFrom !== undefined, place, pod)
        : expanded(asText(value), seen);
    if (text === ABSENT) return [];
    seen.set(name, text);
    return [variable(name, text, place)];
  });
  return { variables: [...from, ...own], gaps: pod.gaps };
}

/** Kinds that make a Secret, and where each names its keys. */
const SECRET_KINDS = ['Secret', 'SealedSecret', 'ExternalSecret'];

function secretKeys({ kind, section }: Manifest): string[] {
  if (kind === 'SealedSecret') return Object.keys(sectionOf(sectionOf(section.spec).encryptedData));
  if (kind === 'ExternalSecret') return listOf(sectionOf(section.spec).data).map((entry) => asText(sectionOf(entry).secretKey ?? ''));
  return [...Object.keys(sectionOf(section.data)), ...Object.keys(sectionOf(section.stringData))];
}

function fromSource(entry: Section, place: Place, { all, namespace, gaps }: Pod): Variable[] {
  const prefix = asText(entry.prefix ?? '');
  const mapRef = sectionOf(entry.configMapRef);
  const secretRef = sectionOf(entry.secretRef);
  const map = named(all, ['ConfigMap'], mapRef.name, namespace);
  const secret = named(all, SECRET_KINDS, secretRef.name, namespace);
  const missing =
    map === undefined && mapRef.name !== undefined && mapRef.optional !== true
      ? `ConfigMap ${asText(mapRef.name)}`
      : secret === undefined && secretRef.name !== undefined && secretRef.optional !== true
        ? `Secret ${asText(secretRef.name)}`
        : undefined;
  if (missing !== undefined)
    gaps.push({
      kind: 'evidence',
      place,
      message: `every key of ${missing} becomes a variable, and it was not found here`,
      fix: `give the doctor the manifest of ${missing} with --kubernetes as well${missing.startsWith('Secret') ? '; only the names of its keys are read' : ''}`,
    });
  const values = Object.entries(sectionOf(map?.section.data)).map(([key, value]) =>
    variable(prefix + key, asText(value), map?.at(['data', key]) ?? place),
  );
  return [...values, ...(secret === undefined ? [] : secretKeys(secret)).map((key) => variable(prefix + key, undefined, place))];
}

const ABSENT = Symbol('not set');

/** The value that `valueFrom` names, where it is in a ConfigMap at hand. */
function referred(
  { configMapKeyRef, secretKeyRef }: Section,
  isReference: boolean,
  place: Place,
  { all, namespace, gaps }: Pod,
): string | undefined | typeof ABSENT {
  if (!isReference) return '';
  const { name, key, optional } = sectionOf(configMapKeyRef);
  if (name === undefined) return ofSecret(sectionOf(secretKeyRef), place, { all, namespace, gaps });
  const map = named(all, ['ConfigMap'], name, namespace);
  const value = sectionOf(map?.section.data)[asText(key)];
  if (value !== undefined) return asText(value);
  if (optional === true) return map === undefined ? undefined : ABSENT;
  gaps.push({
    kind: 'evidence',
    place,
    message:
      map === undefined
        ? `takes its value from ConfigMap ${asText(name)}, which was not found here`
        : `takes its value from key ${asText(key)} of ConfigMap ${asText(name)}, which does not have it: the pod does not start`,
    fix:
      map === undefined
        ? `give the doctor the manifest of ConfigMap ${asText(name)} with --kubernetes as well`
        : 'name a key that the ConfigMap has',
  });
  return undefined;
}

/** A value from a Secret is set, not known; where the Secret is at hand and has no such key, the pod does not start. */
function ofSecret({ name, key, optional }: Section, place: Place, { all, namespace, gaps }: Pod): undefined | typeof ABSENT {
  const secret = named(all, SECRET_KINDS, name, namespace);
  const keys = secret === undefined ? [] : secretKeys(secret);
  // A Secret that is fetched may get more keys than its object names.
  const isWhole = secret?.kind === 'Secret' || secret?.kind === 'SealedSecret';
  if (!isWhole || keys.length === 0 || keys.includes(asText(key))) return undefined;
  if (optional === true) return ABSENT;
  gaps.push({
    kind: 'evidence',
    place,
    message: `takes its value from key ${asText(key)} of Secret ${asText(name)}, which does not have it: the pod does not start`,
    fix: 'name a key that the Secret has',
  });
  return undefined;
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

function variable(name: string, value: string | undefined, place: Place): Variable {
  return { name, value: value === undefined ? undefined : Secret.of(value), source: 'kubernetes', place };
}
