import { parseJson } from '../../litellm/json.ts';
import type { Environment } from '../environment.ts';
import type { Behaviour } from './client-arguments.ts';
import { connectionUrl } from './connection-url.ts';
import { isTruthy, toInt } from './python-value.ts';
import { type Argument, type Arguments, type Failure, type ResolvedValue, variable } from './resolved-value.ts';

/** Keys that only name where to connect; the client gets them in another form. */
const ADDRESS: ReadonlySet<string> = new Set(['startup_nodes', 'sentinel_nodes', 'service_name', 'sentinel_password']);

/**
 * Those of the arguments that reach a connection, for the kind of client that LiteLLM makes of them: of a
 * cluster, from a url, behind Sentinel or plain. Fails as the constructor of redis-py does.
 */
export function connectionArguments(given: Arguments, environment: Environment, behaviour: Behaviour): Arguments | Failure {
  const own = variable('REDIS_CLUSTER_NODES', environment);
  const nodes = given.get('startup_nodes') ?? (behaviour.clusterWins || own === undefined ? undefined : { ...own, hides: [] });
  const url = given.get('url');
  const hasUrl = url !== undefined && !(url.known && url.value === null);
  if (nodes !== undefined && (behaviour.clusterWins || !hasUrl)) {
    const address = hasUrl && behaviour.clusterTakesUrl ? url : undefined;
    const failure = [nodes, ...(own === undefined ? [] : [parsed(own)])]
      .map((given) => clusterFailure(given, address))
      .find((found) => found !== undefined);
    return failure ?? (address && clusterUrlFailure(address)) ?? only(given, behaviour.clusterKeeps);
  }
  if (hasUrl) {
    const kept = fromUrl(given, url, behaviour.urlKeeps);
    // The client for synchronous commands is given what is written, that for asynchronous ones a number.
    return urlFailure(url) ?? poolFailure(kept) ?? (behaviour.urlKeeps.has('socket_timeout') ? poolFailure(given) : undefined) ?? kept;
  }
  const sentinels = given.get('sentinel_nodes');
  const service = given.get('service_name');
  if (sentinels !== undefined && service !== undefined) return sentinelFailure(sentinels, service) ?? behindSentinel(given, behaviour);
  return plainFailure(given, behaviour) ?? given;
}

function only(given: Arguments, names: ReadonlySet<string>): Arguments {
  return new Map([...given].filter(([name]) => ADDRESS.has(name) || names.has(name)));
}

/** Only the addresses, or everything but what a plain client would refuse. A command may take 0.1 s unless another time is set. */
function behindSentinel(given: Arguments, { sentinelKeeps, environment }: Behaviour): Arguments {
  if (!sentinelKeeps) return only(given, new Set());
  const kept = only(given, new Set([...environment, 'credential_provider']));
  if (!kept.has('socket_timeout'))
    kept.set('socket_timeout', { value: 0.1, known: true, from: 'default', place: { source: 'default of LiteLLM' }, hides: [] });
  return kept;
}

/** What a url does not let through is hidden by it. The size of its pool is a whole number, or left out. */
function fromUrl(given: Arguments, url: Argument, names: ReadonlySet<string>): Arguments {
  const kept: Arguments = new Map([...given].filter(([name]) => names.has(name)));
  const pool = kept.get('max_connections');
  const size = typeof pool?.value === 'string' ? toInt(pool.value) : pool?.value === null ? undefined : Math.trunc(Number(pool?.value));
  if (pool?.known && size === undefined) kept.delete('max_connections');
  else if (pool?.known) kept.set('max_connections', { ...pool, value: size });
  const lost = [...given].filter(([name, { known, value }]) => name !== 'url' && !names.has(name) && !(known && value === null));
  kept.set('url', { ...url, hides: [...url.hides, ...lost.map(([, { hides, ...rest }]) => rest)] });
  return kept;
}

/** The client for synchronous commands takes the nodes of the environment, whatever is configured. */
function parsed(given: ResolvedValue): ResolvedValue {
  return typeof given.value === 'string' ? { ...given, value: parseJson(given.value) } : given;
}

/** A cluster has one database, and no socket. */
function clusterUrlFailure(url: Argument): Failure | undefined {
  if (!url.known) return undefined;
  const parsed = connectionUrl(typeof url.value === 'string' ? url.value : '');
  if ('fault' in parsed) return { message: `${url.from} ${parsed.fault}`, place: url.place };
  if (Number(parsed.db ?? '0') === 0 && parsed.scheme !== 'unix') return undefined;
  return { message: `${url.from} names a database or a socket, which a cluster does not have`, place: url.place };
}

function clusterFailure({ value, known, from, place }: ResolvedValue, url: ResolvedValue | undefined): Failure | undefined {
  if (!known) return undefined;
  const isNode = (node: unknown) => node !== null && typeof node === 'object' && Object.hasOwn(node, 'host') && Object.hasOwn(node, 'port');
  if (Array.isArray(value) && (value.length > 0 || url !== undefined) && value.every(isNode)) return undefined;
  return { message: `${from} must be a list of nodes with host and port`, place };
}

function sentinelFailure(nodes: Argument, service: Argument): Failure | undefined {
  if ((nodes.known && !isTruthy(nodes.value)) || (service.known && !isTruthy(service.value)))
    return { message: 'Sentinel needs sentinel_nodes and service_name', place: nodes.place };
  const isPair = (node: unknown) => Array.isArray(node) && node.length === 2;
  if (!nodes.known || (Array.isArray(nodes.value) && nodes.value.every(isPair))) return undefined;
  return { message: `${nodes.from} must be a list of pairs of host and port`, place: nodes.place };
}

/** The forms of a url that redis-py refuses before it connects. No message repeats it: it can hold a password. */
function urlFailure({ value, known, from, place }: Argument): Failure | undefined {
  if (!known) return undefined;
  const parsed = connectionUrl(typeof value === 'string' ? value : '');
  return 'fault' in parsed ? { message: `${from} ${parsed.fault}`, place } : undefined;
}

function plainFailure(given: Arguments, { client }: Behaviour): Failure | undefined {
  for (const [name, { from, place }] of given)
    if (!client.has(name)) return { message: `redis-py has no argument ${name}: ${from} stops LiteLLM at start`, place };
  return poolFailure(given);
}

function poolFailure(given: Arguments): Failure | undefined {
  const pool = given.get('max_connections');
  if (pool?.known && isTruthy(pool.value) && !(pool.value === true || (Number.isInteger(pool.value) && Number(pool.value) > 0)))
    return { message: `${pool.from} must be a whole number; anything else stops LiteLLM at start`, place: pool.place };
  return undefined;
}
