import type { Argument, Arguments, Failure } from './arguments.ts';
import type { Behaviour } from './client-arguments.ts';
import { isTruthy } from './python-value.ts';

/** Keys that only name where to connect; the client gets them in another form. */
const ADDRESS: ReadonlySet<string> = new Set(['startup_nodes', 'sentinel_nodes', 'service_name', 'sentinel_password']);

/**
 * Those of the arguments that reach a connection, for the kind of client that LiteLLM makes of them: of a
 * cluster, from a url, behind Sentinel or plain. Fails as the constructor of redis-py does.
 */
export function connectionArguments(given: Arguments, behaviour: Behaviour): Arguments | Failure {
  const nodes = given.get('startup_nodes');
  const url = given.get('url');
  const hasUrl = url !== undefined && !(url.known && url.value === null);
  if (nodes !== undefined && (behaviour.clusterWins || !hasUrl)) return clusterFailure(nodes) ?? only(given, behaviour.clusterKeeps);
  if (hasUrl) return urlFailure(url) ?? fromUrl(given, url, behaviour.urlKeeps);
  const sentinels = given.get('sentinel_nodes');
  const service = given.get('service_name');
  if (sentinels !== undefined && service !== undefined)
    return sentinelFailure(sentinels, service) ?? (behaviour.sentinelKeeps ? only(given, behaviour.client) : only(given, new Set()));
  return plainFailure(given, behaviour) ?? given;
}

function only(given: Arguments, names: ReadonlySet<string>): Arguments {
  return new Map([...given].filter(([name]) => ADDRESS.has(name) || names.has(name)));
}

/** What a url does not let through is hidden by it. */
function fromUrl(given: Arguments, url: Argument, names: ReadonlySet<string>): Arguments {
  const kept: Arguments = new Map([...given].filter(([name]) => names.has(name)));
  const lost = [...given].filter(([name, { known, value }]) => name !== 'url' && !names.has(name) && !(known && value === null));
  kept.set('url', { ...url, hides: [...url.hides, ...lost.map(([, { hides, ...rest }]) => rest)] });
  return kept;
}

function clusterFailure({ value, known, from, place }: Argument): Failure | undefined {
  if (!known) return undefined;
  const isNode = (node: unknown) => node !== null && typeof node === 'object' && Object.hasOwn(node, 'host') && Object.hasOwn(node, 'port');
  if (Array.isArray(value) && value.length > 0 && value.every(isNode)) return undefined;
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
  const text = typeof value === 'string' ? value : '';
  if (!/^(rediss?|unix):\/\//.test(text)) return { message: `${from} must begin with redis://, rediss:// or unix://`, place };
  const node = /^[^/]*\/\/([^/?#]*)/.exec(text)?.[1]?.replace(/^.*@/, '') ?? '';
  const port = /^(?:\[[^\]]*\]|[^:]*):(.*)$/.exec(node)?.[1] ?? '';
  if (!text.startsWith('unix:') && !(/^\d*$/.test(port) && Number(port) <= 65_535))
    return { message: `${from} has a port that is no number`, place };
  return undefined;
}

function plainFailure(given: Arguments, { client }: Behaviour): Failure | undefined {
  for (const [name, { from, place }] of given)
    if (!client.has(name)) return { message: `redis-py has no argument ${name}: ${from} stops LiteLLM at start`, place };
  const pool = given.get('max_connections');
  if (pool?.known && isTruthy(pool.value) && !(pool.value === true || (Number.isInteger(pool.value) && Number(pool.value) > 0)))
    return { message: `${pool.from} must be a number; a text stops LiteLLM at start`, place: pool.place };
  return undefined;
}
