import type { ClusterService, Setup, Workload } from '../setup.ts';
import { aliased } from './aliases.ts';
import { allServers, type Server } from './redis-server.ts';

/** Where a host name leads from the container of LiteLLM, as far as the evidence shows it. */
export type Reach =
  /** To a server, directly or through a Service of Kubernetes. */
  | { kind: 'server'; server: Server; through?: ClusterService | undefined }
  /** To a server that shares no network with it. */
  | { kind: 'apart'; server: Server }
  /** To a Service in another namespace. */
  | { kind: 'other_namespace'; service: ClusterService }
  /** To a Service that leads to no pod at hand, though a server is in the same namespace. */
  | { kind: 'empty'; service: ClusterService; server: Server }
  /** To its own loopback, where no server is. */
  | { kind: 'itself'; server: Server }
  /** To nothing: no container or Service has that name. */
  | { kind: 'nothing'; server: Server }
  | { kind: 'unknown' };

const UNKNOWN: Reach = { kind: 'unknown' };

/** Follows a host name from the container of LiteLLM of this setup, or from the machine itself where none is known. */
export function reach(setup: Setup, host: string): Reach {
  const { gateway } = setup;
  const servers = allServers(setup);
  if (servers.length === 0) return UNKNOWN;
  const name = aliased(setup, host);
  if (gateway?.workload !== undefined) return inCluster(setup, name, gateway.workload, servers);
  return inProject(setup, name, servers);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function inProject(setup: Setup, host: string, servers: readonly Server[]): Reach {
  const service = setup.gateway?.service;
  const composed = servers.filter((server) => server.service !== undefined);
  const published = composed.filter((server) => server.service?.ports.some((port) => port.published !== undefined));
  const [only, second] = published;
  const isOnHost = service === undefined || service.tree.network_mode === 'host';
  if (isOnHost) {
    const reachable = isLoopback(host) && only !== undefined && second === undefined;
    return reachable ? { kind: 'server', server: only } : UNKNOWN;
  }
  const shared = /^(?:service|container):(.+)$/.exec(String(service.tree.network_mode ?? ''))?.[1];
  if (shared !== undefined) {
    const beside = composed.find((server) => server.service?.names.includes(shared));
    return beside !== undefined && isLoopback(host) ? { kind: 'server', server: beside } : UNKNOWN;
  }
  const named = composed.filter((server) => server.service?.names.some((one) => one.toLowerCase() === host));
  const near = named.find((server) => server.service?.networks.some((network) => service.networks.includes(network)));
  if (near !== undefined) return { kind: 'server', server: near };
  const [far] = named;
  if (far !== undefined) return far.service?.open === true || service.open ? UNKNOWN : { kind: 'apart', server: far };
  if (isLoopback(host)) return besideItself(setup, service.name, composed);
  const [first] = composed;
  return first !== undefined && isUnknownName(setup, host) ? { kind: 'nothing', server: first } : UNKNOWN;
}

/** The loopback of the container, unless a server shares it. */
function besideItself(setup: Setup, name: string, servers: readonly Server[]): Reach {
  const own = servers.find((server) => /^(?:service|container):(.+)$/.exec(String(server.service?.tree.network_mode ?? ''))?.[1] === name);
  const [first] = servers;
  if (own !== undefined) return { kind: 'server', server: own };
  return first === undefined || setup.gateway?.service?.open === true ? UNKNOWN : { kind: 'itself', server: first };
}

/** Whether no container of the project has a name: only where nothing of the project is missing, and nothing else resolves it. */
function isUnknownName(setup: Setup, host: string): boolean {
  const service = setup.gateway?.service;
  if (service === undefined || service.open || host.includes('.') || host.includes(':')) return false;
  if (setup.services.some(({ names, open }) => open || names.some((name) => name.toLowerCase() === host))) return false;
  if (setup.gaps.some(({ kind }) => kind !== 'configuration')) return false;
  const { extra_hosts, links, external_links, dns } = service.tree;
  if (dns !== undefined || JSON.stringify([extra_hosts, links, external_links]).toLowerCase().includes(host)) return false;
  // Compose also calls containers PROJECT-SERVICE-1.
  const stem = /^(.*)[-_]\d{1,9}$/s.exec(host.toLowerCase())?.[1];
  return stem === undefined || !setup.services.some(({ name }) => [`-${name}`, `_${name}`].some((end) => stem.endsWith(end.toLowerCase())));
}

function inCluster(setup: Setup, host: string, workload: Workload, servers: readonly Server[]): Reach {
  const pods = servers.filter((server) => server.workload !== undefined);
  if (isLoopback(host)) {
    const sidecar = pods.find((server) => server.workload === workload);
    const [first] = pods;
    if (sidecar !== undefined) return { kind: 'server', server: sidecar };
    return first === undefined || workload.containers.length > 1 ? UNKNOWN : { kind: 'itself', server: first };
  }
  const parts = host.replace(/\.svc(?:\..*)?$/, '').split('.');
  const [name = '', namespace = workload.namespace, third] = parts;
  if (third !== undefined) return podOf(setup, parts, pods, workload.namespace);
  const services = setup.clusterServices.filter((service) => service.name === name && service.type !== 'ExternalName');
  const near = services.find((service) => same(service.namespace, namespace));
  if (near !== undefined) return behind(setup, near, pods);
  const [far] = services;
  return far !== undefined && far.namespace !== '' && namespace !== '' ? { kind: 'other_namespace', service: far } : UNKNOWN;
}

/** A pod of a StatefulSet by its own name: `redis-0.redis.cache`. */
function podOf(setup: Setup, [pod = '', name = '', namespace]: readonly string[], pods: readonly Server[], own: string): Reach {
  const server = pods.find(
    ({ workload }) => workload !== undefined && pod.replace(/-\d+$/, '') === workload.name && same(workload.namespace, namespace ?? own),
  );
  return server !== undefined && setup.clusterServices.some((service) => service.name === name) ? { kind: 'server', server } : UNKNOWN;
}

function behind(setup: Setup, service: ClusterService, pods: readonly Server[]): Reach {
  const server = pods.find((one) => one.workload !== undefined && selects(service, one.workload));
  if (server !== undefined) return { kind: 'server', server, through: service };
  const [near] = pods.filter(({ workload }) => workload !== undefined && same(workload.namespace, service.namespace));
  const selectsAnything = setup.workloads.some((workload) => selects(service, workload));
  const isMeant = near !== undefined && Object.keys(service.selector).length > 0 && !selectsAnything;
  return isMeant ? { kind: 'empty', service, server: near } : UNKNOWN;
}

/** Whether a Service leads to the pods of a workload. */
export function selects({ selector, namespace }: ClusterService, workload: Workload): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && same(namespace, workload.namespace) && wanted.every(([name, value]) => workload.labels[name] === value);
}

/** A manifest without a namespace is taken for one of whichever is asked. */
function same(a: string, b: string): boolean {
  return a === b || a === '' || b === '';
}
