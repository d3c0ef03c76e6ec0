import type { Path, Problem } from '../../../source/problem.ts';
import type { Section } from '../../../source/section.ts';
import type { ClusterService, Container, Gap, Mount, Workload } from '../../setup.ts';
import { asText, listOf, sectionOf, valueAt } from '../tree.ts';
import { madeElsewhere } from './generated-objects.ts';
import { type Manifest, named, readManifests } from './manifests.ts';
import { podVariables } from './pod-variables.ts';
import { serviceLinks } from './service-links.ts';

/** A container before it is known what it runs. */
type Containing = Omit<Container, 'role' | 'maybe' | 'serverFiles' | 'unreadFiles'> & {
  entrypoint: readonly string[];
  own: readonly string[];
};
export type Pods = Omit<Workload, 'containers'> & { containers: readonly Containing[] };

/** What manifests say together. */
export interface Kubernetes {
  workloads: readonly Pods[];
  services: readonly ClusterService[];
  /** Configurations of LiteLLM inside of ConfigMaps, each line where it is in its file. */
  configs: readonly { text: string; file: string }[];
  problems: readonly Problem[];
  gaps: readonly Gap[];
}

/** Where the pod template of a kind is. */
const TEMPLATE: Readonly<Record<string, Path>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  Rollout: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

const WITHOUT_REPLICAS: ReadonlySet<string> = new Set(['DaemonSet', 'Job', 'CronJob']);

/**
 * Reads manifests or rendered charts: pods, what makes pods, the ConfigMaps that they refer to, the Services, and
 * the smallest number of replicas of an autoscaler. Of Secrets only the names of their keys are read.
 */
export function readKubernetes(files: readonly { text: string; file: string }[]): Kubernetes {
  const { all, problems, gaps } = readManifests(files);
  const texts = new Map(files.map(({ text, file }) => [file, text]));
  return {
    workloads: all.flatMap((manifest) => workload(manifest, all, texts)),
    services: all.flatMap(clusterService),
    configs: all.filter(({ kind }) => kind === 'ConfigMap').flatMap((manifest) => configs(manifest, texts)),
    problems,
    gaps: [...gaps, ...all.flatMap((manifest) => madeElsewhere(manifest) ?? [])],
  };
}

const OF_LITELLM = /^(model_list|litellm_settings|router_settings|general_settings):/m;

/** The configurations of LiteLLM that a ConfigMap holds. */
function configs(manifest: Manifest, texts: ReadonlyMap<string, string>): { text: string; file: string }[] {
  return Object.entries(sectionOf(manifest.section.data)).flatMap(([key, value]) =>
    typeof value === 'string' && OF_LITELLM.test(value) ? [entryOf(manifest, key, value, texts)] : [],
  );
}

/** The text of a key of a ConfigMap. A block of lines keeps the numbers that they have in the file, after as many empty ones. */
function entryOf(manifest: Manifest, key: string, value: string, texts: ReadonlyMap<string, string>): { text: string; file: string } {
  const lines = (texts.get(manifest.file) ?? '').split(/\r\n|\n|\r/);
  const { line = 1 } = manifest.at(['data', key]);
  if (!/\|[-+\d]*\s*(#.*)?$/.test(lines[line - 1] ?? '')) return { text: `${'\n'.repeat(line - 1)}${value}`, file: manifest.file };
  const block = lines.slice(line, line + value.trimEnd().split('\n').length);
  return { text: `${'\n'.repeat(line)}${block.join('\n')}\n`, file: manifest.file };
}

function clusterService({ kind, name, namespace, section, at }: Manifest): ClusterService[] {
  if (kind !== 'Service' || !isCore(section)) return [];
  const spec = sectionOf(section.spec);
  const annotations = Object.entries(sectionOf(sectionOf(section.metadata).annotations));
  const isInternal = annotations.some(
    ([key, value]) => /internal|load-balancer-(?:type|scheme)/.test(key) && !/^(false|external|internet-facing)$/i.test(asText(value)),
  );
  return [
    {
      name,
      namespace,
      type: listOf(spec.externalIPs).length > 0 ? 'LoadBalancer' : asText(spec.type ?? 'ClusterIP'),
      limited: isInternal || listOf(spec.loadBalancerSourceRanges).some((range) => !/^(0\.0\.0\.0|::)\/0$/.test(asText(range))),
      headless: spec.clusterIP === 'None',
      external: spec.type === 'ExternalName' && typeof spec.externalName === 'string' ? spec.externalName : undefined,
      selector: labelsOf(spec.selector),
      ports: listOf(spec.ports).map((entry) => {
        const { port, targetPort, nodePort } = sectionOf(entry);
        return {
          port: asText(port ?? ''),
          target: asText(targetPort ?? port ?? ''),
          nodePort: nodePort === undefined ? undefined : asText(nodePort),
        };
      }),
      place: at(['spec']),
    },
  ];
}

function labelsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(sectionOf(value)).map(([name, text]) => [name, asText(text)]));
}

function workload(manifest: Manifest, all: readonly Manifest[], texts: ReadonlyMap<string, string>): Pods[] {
  const { kind, name, namespace, file, section, at } = manifest;
  const path = templateOf(manifest);
  if (path === undefined) return [];
  const pod = sectionOf(path.reduce<unknown>((node, step) => sectionOf(node)[step], section));
  const around = sectionOf(path.slice(0, -1).reduce<unknown>((node, step) => sectionOf(node)[step], section));
  const links = pod.enableServiceLinks === false ? [] : serviceLinks(manifest, all);
  const containers = containersOf(pod, path).map(({ container, inside }): Containing => {
    const entrypoint = listOf(container.command).map(asText);
    const own = listOf(container.args).map(asText);
    const { variables, gaps } = podVariables(container, (inner) => at([...inside, ...inner]), namespace, all);
    return {
      name: asText(container.name ?? ''),
      image: typeof container.image === 'string' ? container.image : undefined,
      entrypoint,
      own,
      args: [...entrypoint, ...own],
      variables: [...links, ...variables],
      gaps,
      ports: listOf(container.ports).map((port, number) => {
        const { containerPort, name: label, hostPort } = sectionOf(port);
        const onHost = pod.hostNetwork === true ? containerPort : hostPort;
        return {
          port: asText(containerPort ?? ''),
          name: typeof label === 'string' ? label : undefined,
          hostPort: onHost === undefined ? undefined : asText(onHost),
          place: at([...inside, 'ports', number]),
        };
      }),
      mounts: listOf(container.volumeMounts).flatMap((mount) => mounted(sectionOf(mount), pod, namespace, all, texts)),
      place: at(inside),
    };
  });
  const labels = labelsOf(sectionOf(around.metadata).labels);
  const aliases = listOf(pod.hostAliases).flatMap((entry) =>
    listOf(sectionOf(entry).hostnames).map((host) => [asText(host).toLowerCase(), asText(sectionOf(entry).ip ?? '')] as const),
  );
  return [{ kind, name, namespace, file, replicas: replicasOf(manifest, all), labels, aliases: Object.fromEntries(aliases), containers }];
}

/** Where the pod template of an object is; any kind that has one where Deployments have it makes pods. */
function templateOf({ kind, section }: Manifest): Path | undefined {
  const path = Object.hasOwn(TEMPLATE, kind) ? TEMPLATE[kind] : undefined;
  const usual: Path = ['spec', 'template', 'spec'];
  return path ?? (Array.isArray(valueAt(section, [...usual, 'containers'])) ? usual : undefined);
}

/** The containers of a pod, and those that start before them and stay. */
function containersOf(pod: Section, path: Path): { container: Section; inside: Path }[] {
  const of = (key: string) =>
    listOf(pod[key]).map((entry, index) => ({ container: sectionOf(entry), inside: [...path, key, index] satisfies Path }));
  return [...of('containers'), ...of('initContainers').filter(({ container }) => container.restartPolicy === 'Always')];
}

/** Whether an object is one of Kubernetes itself: Knative has Services of its own. */
function isCore({ apiVersion }: Section): boolean {
  return apiVersion === undefined || apiVersion === 'v1';
}

/** What a container sees below the path of a mount: the keys of a ConfigMap as files, anything else by its name alone. */
function mounted(mount: Section, pod: Section, namespace: string, all: readonly Manifest[], texts: ReadonlyMap<string, string>): Mount[] {
  const path = asText(mount.mountPath ?? '').replace(/(?<=.)\/$/, '');
  const subPath = typeof mount.subPath === 'string' ? mount.subPath : undefined;
  const volume = sectionOf(listOf(pod.volumes).find((one) => sectionOf(one).name === mount.name));
  const sources = [volume, ...listOf(sectionOf(volume.projected).sources).map(sectionOf)];
  const found = sources.flatMap((source): Mount[] => {
    const reference = sectionOf(source.configMap);
    const name = reference.name;
    const map = named(all, ['ConfigMap'], name, namespace);
    if (map === undefined) return name === undefined ? [] : [{ source: `ConfigMap ${asText(name)}`, target: path }];
    const items = listOf(reference.items).map(sectionOf);
    return Object.entries(sectionOf(map.section.data)).flatMap(([key, value]): Mount[] => {
      const item = items.find((one) => one.key === key);
      if (items.length > 0 && item === undefined) return [];
      const file = asText(item?.path ?? key);
      if (subPath !== undefined && subPath !== file) return [];
      const text = entryOf(map, key, asText(value), texts);
      return [{ source: `ConfigMap ${asText(name)}`, target: subPath === undefined ? `${path}/${file}` : path, text }];
    });
  });
  if (found.length > 0) return found;
  const secret = sectionOf(volume.secret).secretName;
  const source = secret !== undefined ? `Secret ${asText(secret)}` : (Object.keys(volume).find((key) => key !== 'name') ?? 'a volume');
  return [{ source, target: path }];
}

function replicasOf({ kind, name, namespace, section }: Manifest, all: readonly Manifest[]): number | undefined {
  if (WITHOUT_REPLICAS.has(kind)) return undefined;
  const given = Number(asText(sectionOf(section.spec).replicas ?? 1));
  const scaler = all.find((other) => {
    const target = sectionOf(sectionOf(other.section.spec).scaleTargetRef);
    return (
      other.kind === 'HorizontalPodAutoscaler' &&
      (other.namespace === namespace || other.namespace === '') &&
      target.kind === kind &&
      target.name === name
    );
  });
  return scaler === undefined ? given : Number(asText(sectionOf(scaler.section.spec).minReplicas ?? 1));
}
