import type { Environment } from '../environment.ts';
import type { LitellmConfig } from '../setup.ts';
import type { Behaviour } from './client-arguments.ts';
import { cacheKind } from './client-parameters.ts';
import { connectionUrl } from './connection-url.ts';
import { type Argument, type Arguments, type Failure, isNotNone, isPythonTruthy, type ResolvedValue } from './resolved-value.ts';

/**
 * What the client of a semantic cache is made of (`caching/redis_semantic_cache.py`, `valkey_semantic_cache.py`,
 * `qdrant_semantic_cache.py`). These do not use `_redis.py`: host, port and password, or `redis_url`, are all that
 * they take, and a variable is read only where one of these is missing. Undefined where the cache is of another
 * kind; without arguments for Qdrant, which is no Redis.
 */
export function semanticParameters(
  config: LitellmConfig | undefined,
  environment: Environment,
  behaviour: Behaviour,
): Arguments | Failure | undefined {
  const kind = cacheKind(config, environment, behaviour);
  if (kind === undefined || 'message' in kind) return undefined;
  const { type, params, place } = kind;
  if (!type.endsWith('-semantic')) return undefined;
  const missing = (what: string): Failure => ({
    message: `the ${type} cache needs ${what}`,
    place,
    open: what.includes(' or '),
  });
  if (type === 'qdrant-semantic') return qdrant(params, environment, missing);
  if (!isNotNone(params.get('similarity_threshold'))) return missing('similarity_threshold');
  if (type === 'valkey-semantic' && isPythonTruthy(params.get('redis_startup_nodes')))
    return { message: 'a valkey-semantic cache has no client for a cluster', place: params.get('redis_startup_nodes')?.place ?? place };
  const url = params.get('redis_url');
  const isUsed = type === 'valkey-semantic' ? isPythonTruthy(url) : isNotNone(url);
  if (url !== undefined && isUsed) return withUrl({ ...url, hides: addressOf(params) }, behaviour, type);
  return type === 'valkey-semantic' ? valkey(params, environment, missing) : redis(params, environment, behaviour, missing);
}

/** An address and a password, each from the parameter or from a variable that must exist; an empty one will do. */
function redis(
  params: ReadonlyMap<string, ResolvedValue>,
  environment: Environment,
  behaviour: Behaviour,
  missing: (what: string) => Failure,
) {
  const result: Arguments = new Map();
  for (const name of ['host', 'port', 'password']) {
    const own = params.get(name);
    const variable = `REDIS_${name.toUpperCase()}`;
    const found = isPythonTruthy(own) ? own : raw(variable, environment);
    if (found === undefined) return missing(`${name} or ${variable}`);
    result.set(name, { ...found, hides: [] });
  }
  const password = result.get('password');
  // The index connects when it is made: in these releases that is at the start.
  const built = connectionUrl(`redis://:${textOf(password)}@${textOf(result.get('host'))}:${textOf(result.get('port'))}`);
  const known = [...result.values()].every(({ known }) => known);
  if (known && 'fault' in built && !behaviour.semanticLazy)
    return {
      message: `the url made of host, port and password ${built.fault}`,
      place: result.get('port')?.place ?? { source: 'environment' },
    };
  return result;
}

/** Two variables for each part, the password may be missing, and TLS is an argument. */
function valkey(params: ReadonlyMap<string, ResolvedValue>, environment: Environment, missing: (what: string) => Failure) {
  const result: Arguments = new Map();
  for (const name of ['host', 'port', 'password']) {
    const upper = name.toUpperCase();
    const candidates = [params.get(name), raw(`VALKEY_${upper}`, environment), raw(`REDIS_${upper}`, environment)];
    const found = candidates.find((candidate) => isPythonTruthy(candidate));
    if (found !== undefined) result.set(name, { ...found, hides: [] });
    else if (name !== 'password') return missing(`${name}, VALKEY_${upper} or REDIS_${upper}`);
  }
  const ssl = params.get('ssl');
  if (ssl !== undefined && isPythonTruthy(ssl)) result.set('ssl', { ...ssl, value: ssl.known ? true : ssl.value, hides: [] });
  const built = connectionUrl(`redis://${textOf(result.get('host'))}:${textOf(result.get('port'))}`);
  const port = result.get('port');
  if ('fault' in built && port !== undefined && [...result.values()].every(({ known }) => known))
    return { message: `the url made of host and port ${built.fault}`, place: port.place };
  return result;
}

function qdrant(
  params: ReadonlyMap<string, ResolvedValue>,
  environment: Environment,
  missing: (what: string) => Failure,
): Arguments | Failure {
  for (const name of ['qdrant_collection_name', 'similarity_threshold']) if (!isNotNone(params.get(name))) return missing(name);
  const base = [params.get('qdrant_api_base'), raw('QDRANT_URL', environment), raw('QDRANT_API_BASE', environment)];
  const found = base.find((candidate) => isPythonTruthy(candidate)) ?? base.at(-1);
  return found === undefined || !isNotNone(found) ? missing('qdrant_api_base, QDRANT_URL or QDRANT_API_BASE') : new Map();
}

function withUrl(url: Argument, behaviour: Behaviour, type: string): Arguments | Failure {
  const parsed = url.known ? connectionUrl(String(url.value)) : undefined;
  const isMade = type === 'valkey-semantic' || !behaviour.semanticLazy;
  if (isMade && parsed !== undefined && 'fault' in parsed) return { message: `${url.from} ${parsed.fault}`, place: url.place };
  return new Map([['url', url]]);
}

function addressOf(params: ReadonlyMap<string, ResolvedValue>): ResolvedValue[] {
  return ['host', 'port', 'password'].flatMap((name) => params.get(name) ?? []).filter((given) => isNotNone(given));
}

/** `os.environ`: the text as it is. */
function raw(name: string, environment: Environment): ResolvedValue | undefined {
  const found = environment.get(name);
  if (found === undefined) return undefined;
  return { value: found.value?.reveal(), known: found.value !== undefined, from: name, place: found.place };
}

function textOf(given: ResolvedValue | undefined): string {
  return given === undefined || given.value === null || given.value === undefined ? '' : String(given.value);
}
