import type { Path } from '../../source/problem.ts';
import { isSection, type Section } from '../../source/section.ts';
import type { Environment } from '../environment.ts';
import type { Place } from '../place.ts';
import type { LitellmConfig } from '../setup.ts';
import { environmentArguments } from './arguments.ts';
import { OF_REDIS_CACHE, ownParameters } from './cache-parameters.ts';
import type { Behaviour } from './client-arguments.ts';
import { coordinationValues } from './coordination-values.ts';
import { isTruthy } from './python-value.ts';
import { type Failure, type ResolvedValue, variable, withVariables } from './resolved-value.ts';

/** Those that count as not given when they are `None`. */
const OPTIONAL: ReadonlySet<string> = new Set(['host', 'port', 'password', 'startup_nodes', 'socket_timeout']);

const KINDS = ['local', 'redis', 'redis-semantic', 'qdrant-semantic', 's3', 'gcs', 'azure-blob'];

/** The kinds of cache that a release knows. */
function kindsOf({ valkey, disk }: Behaviour): readonly string[] {
  return [...KINDS, ...(valkey ? ['valkey-semantic'] : []), ...(disk ? ['disk'] : [])];
}

/** What a client is made from; undefined where LiteLLM makes none. */
type Made = ReadonlyMap<string, ResolvedValue> | Failure | undefined;

/** The arguments of LiteLLM's Redis cache, made ready as its constructor does: a command may take 5 s unless another time is set. */
function cacheArguments(given: ReadonlyMap<string, ResolvedValue>): Map<string, ResolvedValue> {
  const result = new Map<string, ResolvedValue>();
  if (!given.has('socket_timeout'))
    result.set('socket_timeout', { value: 5, known: true, from: 'default', place: { source: 'default of LiteLLM' } });
  for (const [name, value] of given)
    if (!OF_REDIS_CACHE.has(name) && !(OPTIONAL.has(name) && value.known && value.value === null)) result.set(name, value);
  return result;
}

/** The kind of cache that `litellm_settings` asks for, with its parameters. */
export interface CacheKind {
  type: string;
  params: ReadonlyMap<string, ResolvedValue>;
  place: Place;
}

/** What `litellm_settings` asks for; undefined where responses are not cached or the kind is not known. */
export function cacheKind(
  config: LitellmConfig | undefined,
  environment: Environment,
  behaviour: Behaviour,
): CacheKind | Failure | undefined {
  const path = ['litellm_settings', 'cache_params'];
  const section = sectionAt(config, ['litellm_settings']);
  if (config === undefined || section === undefined || !isOn(section, config, environment)) return undefined;
  const written = Object.hasOwn(section, 'cache_params') ? section.cache_params : {};
  if (!isSection(written)) return { message: 'cache_params has no keys below it', place: config.place(path) };
  const params = given(written, path, 'cache_params', config, environment);
  if (params.size === 0) return { type: 'redis', params, place: config.place(path) };
  const { value, known, place } = params.get('type') ?? { value: 'local', known: true, place: config.place(path) };
  if (!known) return undefined;
  const kinds = kindsOf(behaviour);
  if (typeof value !== 'string' || !kinds.includes(value))
    return { message: `type is no kind of cache of this release, which are ${kinds.join(', ')}`, place };
  return { type: value, params, place };
}

/** What `litellm_settings.cache` makes of `cache_params`; undefined where responses are not cached in plain Redis. */
export function cacheParameters(config: LitellmConfig | undefined, environment: Environment, behaviour: Behaviour): Made {
  const kind = cacheKind(config, environment, behaviour);
  if (kind === undefined || 'message' in kind) return kind;
  const { type, params: own } = kind;
  if (own.size === 0) return cacheArguments(fromEnvironment(environment));
  if (type !== 'redis') return undefined;
  const hidden = ownParameters(behaviour);
  const redis = new Map([...own].filter(([name]) => !hidden.has(name)));
  const nodes = [own.get('redis_startup_nodes'), behaviour.clusterWins ? clusterNodes(environment) : undefined].find(
    (found) => found !== undefined && (!found.known || isTruthy(found.value)),
  );
  if (nodes === undefined) return cacheArguments(redis);
  for (const name of ['gcp_service_account', 'gcp_ssl_ca_certs']) {
    const value = own.get(name);
    if (value !== undefined && !(value.known && value.value === null)) redis.set(name, value);
  }
  const pool = redis.get('max_connections');
  if (behaviour.dropsEmptyPool && pool?.known && pool.value === null) redis.delete('max_connections');
  return cacheArguments(new Map([['startup_nodes', nodes], ...redis]));
}

/** Whether `cache` is true: the boolean, or a variable that says so. */
function isOn(settings: Section, config: LitellmConfig, environment: Environment): boolean {
  return given(settings, ['litellm_settings'], 'litellm_settings', config, environment).get('cache')?.value === true;
}

/** An empty `cache_params` means these three variables. */
function fromEnvironment(environment: Environment): Map<string, ResolvedValue> {
  const result = new Map<string, ResolvedValue>();
  for (const name of ['host', 'port', 'password']) {
    const found = variable(`REDIS_${name.toUpperCase()}`, environment);
    if (found !== undefined) result.set(name, found);
  }
  return result;
}

function clusterNodes(environment: Environment): ResolvedValue | undefined {
  const found = variable('REDIS_CLUSTER_NODES', environment);
  return typeof found?.value === 'boolean' ? undefined : found;
}

/** What `router_settings` makes; undefined where the router has no Redis of its own. */
export function routerParameters(config: LitellmConfig | undefined, environment: Environment, behaviour: Behaviour): Made {
  const path = ['router_settings'];
  const section = sectionAt(config, path);
  if (config === undefined || section === undefined) return undefined;
  const own = given(section, path, 'router_settings', config, environment);
  const isSet = (name: string) => own.has(name) && !(own.get(name)?.known && own.get(name)?.value === null);
  if (!isSet('redis_url') && !(isSet('redis_host') && isSet('redis_port'))) return undefined;
  const result = new Map<string, ResolvedValue>();
  for (const name of ['url', 'host', 'port', 'password', ...(behaviour.routerReadsDb ? ['db'] : [])]) {
    const found = own.get(`redis_${name}`);
    if (found === undefined || !isSet(`redis_${name}`)) continue;
    const isNumber = found.known && (name === 'port' || name === 'db');
    result.set(name, isNumber ? { ...found, value: String(found.value) } : found);
  }
  const kwargs = sectionAt(config, [...path, 'cache_kwargs']) ?? {};
  for (const [name, value] of given(kwargs, [...path, 'cache_kwargs'], 'cache_kwargs', config, environment)) result.set(name, value);
  return withClusterNodes(result, environment, behaviour);
}

/**
 * What makes the Redis for rate limits and spend: a block of its own, else the response cache's, which is no
 * client of its own, else the environment.
 */
export function coordinationParameters(
  config: LitellmConfig | undefined,
  hasCache: boolean,
  environment: Environment,
  behaviour: Behaviour,
): Made {
  if (!behaviour.coordination || config === undefined) return undefined;
  const path = ['general_settings', 'coordination_redis'];
  const section = sectionAt(config, path);
  if (section !== undefined) {
    const own = [...given(section, path, 'coordination_redis', config, environment)].filter(
      ([, { known, value }]) => !known || value !== null,
    );
    if (!own.some(([name]) => ['host', 'url', 'startup_nodes', 'sentinel_nodes'].includes(name)))
      return { message: 'coordination_redis needs host, url, startup_nodes or sentinel_nodes', place: config.place(path) };
    const block = coordinationValues(new Map(own), behaviour);
    if (!(block instanceof Map)) return block;
    const nodes = block.get('startup_nodes');
    if (nodes === undefined) return withClusterNodes(block, environment, behaviour);
    if (nodes.known && !isTruthy(nodes.value)) block.delete('startup_nodes');
    return cacheArguments(block);
  }
  const settings = sectionAt(config, ['litellm_settings']);
  const hasOtherCache = settings !== undefined && isOn(settings, config, environment);
  if (hasCache || !(hasOtherCache || behaviour.coordinationFromEnvironment)) return undefined;
  const outer = environmentArguments(environment, behaviour);
  const names = ['REDIS_CLUSTER_NODES', 'REDIS_SENTINEL_NODES'];
  if (!outer.has('host') && !outer.has('url') && !names.some((name) => variable(name, environment) !== undefined)) return undefined;
  return withClusterNodes(outer, environment, behaviour);
}

function withClusterNodes(own: Map<string, ResolvedValue>, environment: Environment, behaviour: Behaviour): Map<string, ResolvedValue> {
  const nodes = behaviour.clusterWins && !isTruthy(own.get('startup_nodes')?.value) ? clusterNodes(environment) : undefined;
  return cacheArguments(nodes === undefined ? own : new Map([...own, ['startup_nodes', nodes]]));
}

/** The values of a section with their references resolved. */
function given(section: Section, path: Path, name: string, config: LitellmConfig, environment: Environment): Map<string, ResolvedValue> {
  return new Map(
    Object.entries(section).map(([key, value]) => [
      key,
      withVariables({ value, known: true, from: `${name}.${key}`, place: config.place([...path, key]) }, environment),
    ]),
  );
}

function sectionAt(config: LitellmConfig | undefined, path: readonly string[]): Section | undefined {
  let found: unknown = config?.tree;
  for (const step of path) found = isSection(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  return isSection(found) ? found : undefined;
}
