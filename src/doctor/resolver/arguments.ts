import { parseJson } from '../../litellm/json.ts';
import type { Environment } from '../environment.ts';
import type { Behaviour } from './client-arguments.ts';
import { login } from './login.ts';
import { type Arguments, type Failure, isNotNone, isPythonTruthy, type ResolvedValue, variable, withVariables } from './resolved-value.ts';
import { typed } from './typed-arguments.ts';

/** Every `REDIS_<ARGUMENT>` of the environment that the release reads, by argument. */
export function environmentArguments(environment: Environment, { environment: names }: Behaviour): Map<string, ResolvedValue> {
  const pairs = names.map((name) => [name, variable(`REDIS_${name.toUpperCase()}`, environment)] as const);
  return new Map(pairs.flatMap(([name, given]) => (given === undefined ? [] : [[name, given] as const])));
}

/**
 * The arguments of a Redis client: what is configured over what the environment says, then the rules for
 * url, cluster and Sentinel (`litellm/_redis.py`, checked against 1.80.9, 1.92.2, 1.93.0, 1.104.2, 1.106.0 and 1.110.2).
 */
export function clientArguments(
  configured: ReadonlyMap<string, ResolvedValue>,
  environment: Environment,
  behaviour: Behaviour,
): Arguments | Failure {
  const own = new Map([...configured].map(([name, given]) => [name, withVariables(given, environment)] as const));
  const outer = environmentArguments(environment, behaviour);
  const dropped: ResolvedValue[] = [];
  const target = ['host', 'startup_nodes', 'sentinel_nodes'].find((name) => isNotNone(own.get(name)));
  if (behaviour.hostWins && target !== undefined && !isNotNone(own.get('url'))) {
    dropped.push(...[outer.get('url')].filter((url) => url !== undefined));
    outer.delete('url');
  }
  const result: Arguments = new Map([...outer].map(([name, given]) => [name, { ...given, hides: [] }] as const));
  for (const [name, given] of own) {
    const below = outer.get(name);
    const isOther = below !== undefined && below.from !== given.variable && below.from !== given.from;
    const hides = [...(isOther ? [below] : []), ...(name === target ? dropped : [])];
    result.set(name, { ...given, hides });
  }
  const failure = nodes(result, environment, behaviour) ?? login(result, environment, behaviour);
  if (failure !== undefined) return failure;
  const refused = address(result, behaviour);
  if (refused !== undefined) return refused;
  const final = behaviour.typed ? typed(result) : result;
  if (behaviour.timeoutAlways && !isNotNone(final.get('socket_timeout')))
    final.set('socket_timeout', { value: 5, known: true, from: 'default', place: { source: 'default of LiteLLM' }, hides: [] });
  return final;
}

function nodes(result: Arguments, environment: Environment, { clusterWins }: Behaviour): Failure | undefined {
  for (const [name, from] of [
    ['startup_nodes', 'REDIS_CLUSTER_NODES'],
    ['sentinel_nodes', 'REDIS_SENTINEL_NODES'],
  ] as const) {
    const own = result.get(name);
    const found = isPythonTruthy(own) ? own : variable(from, environment);
    if (found?.known && typeof found.value === 'string') {
      const parsed = parseJson(found.value);
      if (parsed === undefined) return { message: `${found.from} is not JSON`, place: found.place };
      result.set(name, { ...found, value: parsed, hides: own?.hides ?? [] });
    } else if (found !== undefined && !found.known) result.set(name, { ...found, hides: own?.hides ?? [] });
    else if (found === undefined && name === 'startup_nodes' && clusterWins) result.delete(name);
  }
  for (const [name, from] of [
    ['sentinel_password', 'REDIS_SENTINEL_PASSWORD'],
    ['service_name', 'REDIS_SERVICE_NAME'],
  ] as const) {
    const own = result.get(name);
    const outside = variable(from, environment);
    const usable = name === 'service_name' || typeof outside?.value !== 'boolean' ? outside : undefined;
    if (!isPythonTruthy(own) && usable !== undefined) result.set(name, { ...usable, hides: own?.hides ?? [] });
  }
  return undefined;
}

/** A url drops what it says itself; without any address there is nothing to connect to. */
function address(result: Arguments, { clusterWins }: Behaviour): Failure | undefined {
  const url = result.get('url');
  if (url !== undefined && isNotNone(url)) {
    if (clusterWins && isPythonTruthy(result.get('startup_nodes'))) return undefined;
    const names = ['host', 'port', 'db', 'password'];
    const hidden = names.flatMap((name) => result.get(name) ?? []).flatMap(({ hides, ...given }) => [given, ...hides]);
    for (const name of names) result.delete(name);
    result.set('url', { ...url, hides: [...url.hides, ...hidden.filter((given) => isNotNone(given))] });
    return undefined;
  }
  if (isNotNone(result.get('startup_nodes')) || isNotNone(result.get('sentinel_nodes')) || isNotNone(result.get('host'))) return undefined;
  const host = result.get('host');
  return { message: 'neither a host nor a url of Redis is given', place: host?.place ?? { source: 'environment' }, open: true };
}
