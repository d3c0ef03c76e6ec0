import { parseJson } from '../litellm/json.ts';
import { AWS_ARGUMENTS, AZURE_ARGUMENTS, type Behaviour } from './client-arguments.ts';
import type { Environment } from './environment.ts';
import type { Place } from './place.ts';
import { environmentValue, isTruthy, isYes } from './python-value.ts';
import { typed } from './typed-arguments.ts';

/** A value for an argument of the Redis client, and who gave it. */
export interface Given {
  /** As Python sees it; null is `None`. Meaningless where it is not known. */
  value: unknown;
  known: boolean;
  from: string;
  place: Place;
  /** The variable that the value names as `os.environ/NAME`. */
  variable?: string | undefined;
}

/** A value that is used, and what it keeps from being used. */
export interface Argument extends Given {
  hides: readonly Given[];
}

export type Arguments = Map<string, Argument>;

/** Why LiteLLM raises an error instead of making a client, and what it points at. */
export interface Failure {
  message: string;
  place: Place;
}

/**
 * A value with its references to variables replaced: a variable that is not set is null. References inside of
 * lists and sections count too (`_check_for_os_environ_vars` of the proxy).
 */
export function dereferenced(given: Given, environment: Environment): Given {
  if (!given.known) return given;
  if (typeof given.value !== 'string') return inside(given, environment);
  if (!given.value.startsWith(REFERENCE)) return given;
  const name = given.value.replaceAll(REFERENCE, '');
  const found = variable(name, environment);
  return found === undefined
    ? { ...given, value: null, variable: name }
    : { ...given, value: found.value, known: found.known, variable: name };
}

const REFERENCE = 'os.environ/';

function inside(given: Given, environment: Environment): Given {
  let known = true;
  const replaced = (value: unknown, isItem: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => replaced(item, true));
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, false)]));
    if (typeof value !== 'string' || isItem || !value.startsWith(REFERENCE)) return value;
    const found = variable(value.replaceAll(REFERENCE, ''), environment);
    known &&= found?.known ?? true;
    return found?.value ?? null;
  };
  const value = replaced(given.value, false);
  return { ...given, value, known };
}

/** A variable of the environment as LiteLLM reads it. */
export function variable(name: string, environment: Environment): Given | undefined {
  const found = environment.get(name);
  if (found === undefined) return undefined;
  const known = found.value !== undefined;
  return { value: found.value === undefined ? undefined : environmentValue(found.value.reveal()), known, from: name, place: found.place };
}

/** Every `REDIS_<ARGUMENT>` of the environment that the release reads, by argument. */
export function environmentArguments(environment: Environment, { environment: names }: Behaviour): Map<string, Given> {
  const pairs = names.map((name) => [name, variable(`REDIS_${name.toUpperCase()}`, environment)] as const);
  return new Map(pairs.flatMap(([name, given]) => (given === undefined ? [] : [[name, given] as const])));
}

/**
 * The arguments of a Redis client: what is configured over what the environment says, then the rules for
 * url, cluster and Sentinel (`litellm/_redis.py`, checked against 1.80.9, 1.92.2, 1.93.0 and 1.106.0).
 */
export function clientArguments(
  configured: ReadonlyMap<string, Given>,
  environment: Environment,
  behaviour: Behaviour,
): Arguments | Failure {
  const own = new Map([...configured].map(([name, given]) => [name, dereferenced(given, environment)] as const));
  const outer = environmentArguments(environment, behaviour);
  const dropped: Given[] = [];
  const target = ['host', 'startup_nodes', 'sentinel_nodes'].find((name) => isGiven(own.get(name)));
  if (behaviour.hostWins && target !== undefined && !isGiven(own.get('url'))) {
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
  const failure = nodes(result, environment, behaviour) ?? identity(result, environment, behaviour);
  if (failure !== undefined) return failure;
  return address(result, behaviour) ?? (behaviour.typed ? typed(result) : result);
}

/** Python's `is not None`. */
function isGiven(given: Given | undefined): boolean {
  return given !== undefined && !(given.known && given.value === null);
}

/** Python's truth of a value; one that is not known is a text with something in it. */
function holds(given: Given | undefined): boolean {
  return given !== undefined && (!given.known || isTruthy(given.value));
}

function nodes(result: Arguments, environment: Environment, { clusterWins }: Behaviour): Failure | undefined {
  for (const [name, from] of [
    ['startup_nodes', 'REDIS_CLUSTER_NODES'],
    ['sentinel_nodes', 'REDIS_SENTINEL_NODES'],
  ] as const) {
    const own = result.get(name);
    const found = holds(own) ? own : variable(from, environment);
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
    if (!holds(own) && usable !== undefined) result.set(name, { ...usable, hides: own?.hides ?? [] });
  }
  return undefined;
}

/** Logins of cloud providers: they stand for user and password. */
function identity(result: Arguments, environment: Environment, behaviour: Behaviour): Failure | undefined {
  const explicit = isGiven(result.get('credential_provider')) && behaviour.typed;
  const account = holds(result.get('gcp_service_account'))
    ? result.get('gcp_service_account')
    : textVariable('REDIS_GCP_SERVICE_ACCOUNT', environment);
  if (account !== undefined && !explicit) {
    const certificates = holds(result.get('gcp_ssl_ca_certs'))
      ? result.get('gcp_ssl_ca_certs')
      : textVariable('REDIS_GCP_SSL_CA_CERTS', environment);
    result.set('redis_connect_func', { ...account, value: 'login of Google Cloud', known: true, hides: [] });
    if (certificates !== undefined && holds(certificates) && holds(result.get('ssl')))
      result.set('ssl_ca_certs', { ...certificates, hides: [] });
  }
  if (account !== undefined || behaviour.typed) for (const name of ['gcp_service_account', 'gcp_ssl_ca_certs']) result.delete(name);
  const entra = holds(result.get('azure_redis_ad_token'))
    ? result.get('azure_redis_ad_token')
    : variable('REDIS_AZURE_AD_TOKEN', environment);
  const hasEntra = behaviour.azure && entra !== undefined && String(entra.value).toLowerCase() === 'true';
  if (hasEntra && account === undefined && !explicit)
    result.set('redis_connect_func', { ...entra, value: 'login of Microsoft Entra ID', hides: [] });
  const aws = result.get('aws_iam_auth');
  if (behaviour.aws && !explicit && aws !== undefined && isYes(aws.value) && account === undefined && !hasEntra) {
    const failure = elastiCache(result, aws, environment);
    if (failure !== undefined) return failure;
    result.set('credential_provider', { ...aws, value: 'login of Amazon ElastiCache', hides: [] });
  }
  if (behaviour.azure) for (const name of AZURE_ARGUMENTS) result.delete(name);
  if (behaviour.aws) for (const name of AWS_ARGUMENTS) result.delete(name);
  const provider = result.get('credential_provider');
  if (behaviour.typed && provider !== undefined && isGiven(provider)) supersede(result, provider);
  return undefined;
}

function textVariable(name: string, environment: Environment): Given | undefined {
  const found = variable(name, environment);
  return typeof found?.value === 'boolean' ? undefined : found;
}

function supersede(result: Arguments, provider: Argument): void {
  const hides = ['username', 'password'].flatMap((name) => result.get(name) ?? []);
  for (const name of ['redis_connect_func', 'username', 'password']) result.delete(name);
  result.set('credential_provider', { ...provider, hides });
  const url = result.get('url');
  if (url?.known && typeof url.value === 'string') result.set('url', { ...url, value: url.value.replace(/^([^/?#]*\/\/)[^/?#]*@/, '$1') });
}

function elastiCache(result: Arguments, { place }: Given, environment: Environment): Failure | undefined {
  const url = result.get('url');
  const usesUrl = !isGiven(result.get('startup_nodes')) && typeof url?.value === 'string';
  const isTls = usesUrl ? /^rediss:/i.test(String(url?.value)) : isYes(result.get('ssl')?.value);
  if (!isTls) return { message: 'aws_iam_auth needs TLS', place };
  const region =
    holds(result.get('aws_iam_region')) || ['AWS_REGION', 'AWS_DEFAULT_REGION'].some((name) => holds(textVariable(name, environment)));
  const missing = ['aws_iam_user_name', 'aws_iam_cache_name'].filter((name) => !holds(result.get(name)));
  const all = [...missing, ...(region ? [] : ['aws_iam_region'])];
  return all.length === 0 ? undefined : { message: `aws_iam_auth needs ${all.join(', ')}`, place };
}

/** A url drops what it says itself; without any address there is nothing to connect to. */
function address(result: Arguments, { clusterWins }: Behaviour): Failure | undefined {
  const url = result.get('url');
  if (url !== undefined && isGiven(url)) {
    if (clusterWins && holds(result.get('startup_nodes'))) return undefined;
    const names = ['host', 'port', 'db', 'password'];
    const hidden = names.flatMap((name) => result.get(name) ?? []).flatMap(({ hides, ...given }) => [given, ...hides]);
    for (const name of names) result.delete(name);
    result.set('url', { ...url, hides: [...url.hides, ...hidden.filter((given) => isGiven(given))] });
    return undefined;
  }
  if (isGiven(result.get('startup_nodes')) || isGiven(result.get('sentinel_nodes')) || isGiven(result.get('host'))) return undefined;
  const host = result.get('host');
  return { message: 'neither a host nor a url of Redis is given', place: host?.place ?? { source: 'environment' } };
}
