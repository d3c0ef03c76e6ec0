import { type JsonNode, memberOf } from '../explain/json-text.ts';
import { modelOf, type UserRequest } from '../explain/request.ts';
import { readHealth } from '../litellm/health.ts';
import type { CacheType } from '../model/cache.ts';
import { readEntry } from '../redis/probe-keys/entry.ts';
import { isAskedDirectly, type KnownModel, partKeys } from './candidates.ts';
import { type Found, findParts } from './found.ts';
import { createGatewayFacts } from './gateway-facts.ts';
import { describe, type LookupParts, learn } from './learn.ts';
import { storedNames } from './namespace.ts';
import { isFalsy } from './python-text.ts';
import type { Lookup, LookupReason, LookupRemark } from './result.ts';

/** A request with a model, and whether a log has lost the order of its fields. */
export type LookedFor = UserRequest & { readonly isRebuilt?: true | undefined };

/** Types of a cache of which Redis holds an entry for each key; what a gateway does not tell may be one. */
const WITH_KEYS: readonly (CacheType | undefined)[] = ['redis', 'unknown', undefined];

/**
 * Says whether a request is in the cache now, and for how long. The gateway makes the key of the same request with the probe model, in a private
 * namespace; a recipe that gives exactly this key gives that of the request itself, which Redis is asked for. No provider is asked for the
 * request, and no value is read. Rejects only with the signal's reason.
 */
export async function lookUp(request: LookedFor, parts: LookupParts, signal: AbortSignal): Promise<Lookup> {
  const { gateway, target, keys } = parts;
  const nothing = nothingKnown(request);
  const { model } = nothing;
  const health = await readHealth(gateway, signal);
  if (health.failure !== undefined) return { ...nothing, reason: 'gateway_unreachable', failure: health.failure };
  const known: Lookup = { ...nothing, release: health.version, cacheType: health.cacheType };
  if (!WITH_KEYS.includes(health.cacheType)) return { ...known, reason: 'cache_not_in_redis' };
  await keys.connect(parts.namespace, signal, false);
  if (keys.connections.size === 0) return { ...known, reason: 'redis_unreachable', failure: keys.failure };

  const facts = createGatewayFacts(gateway);
  const learnt = await learn(request, parts, facts, health.version, signal);
  if ('reason' in learnt) return { ...known, ...learnt };
  const own = await describe(model, request, facts, false, signal);
  const first = await look(own);
  if (first.result === 'in_cache') return first;
  // Only an administrator's key may ask for these: they matter where nothing was found.
  const settled = await describe(model, request, facts, true, signal);
  return settled.text === own.text && settled.isListed === own.isListed ? first : look(settled);

  async function look(described: KnownModel): Promise<Lookup> {
    if ('reason' in learnt) return { ...known, ...learnt };
    const { recipes, probe, namespace, hasMore, release } = learnt;
    const names = partKeys(request, described, recipes, probe).map(({ hashes, isSure }) => ({
      names: [...hashes].flatMap((hash) => storedNames(hash, namespace, request)),
      isSure,
    }));
    const found = await findParts(names, (name) => readEntry(target, keys.connections, name, signal));
    const isDirect = !hasMore && isAskedDirectly(request, described.deployments);
    return { ...known, ...found.counts, release, namespace, ...judged(found, described, isDirect, request.isRebuilt === true) };
  }
}

/** What is known of a request before anything was asked. */
function nothingKnown({ body }: UserRequest): Lookup {
  return {
    result: 'cannot_tell',
    model: modelOf(body) ?? '',
    keys: [],
    present: 0,
    parts: 1,
    partsPresent: 0,
    remarks: remarksOf(body),
  };
}

/** What can be told of a request where no target is configured. */
export function withoutTarget(request: UserRequest): Lookup {
  return { ...nothingKnown(request), reason: 'no_target' };
}

function judged(found: Found, model: KnownModel, isDirect: boolean, isRebuilt: boolean): Pick<Lookup, 'result' | 'reason' | 'failure'> {
  const cannot = (reason: LookupReason) => ({ result: 'cannot_tell', reason }) as const;
  if (found.failure !== undefined)
    return { ...cannot(found.failure === 'noperm' ? 'redis_not_permitted' : 'redis_unreachable'), failure: found.failure };
  if (found.state === 'all') return { result: 'in_cache' };
  if (found.state === 'some keys') return cannot('keys_differ');
  if (!model.isListed) return cannot('model_unknown');
  if (found.state === 'not sure') return cannot('model_hidden');
  if (isRebuilt) return cannot('order_unknown');
  return isDirect ? { result: 'not_in_cache' } : cannot('another_api');
}

/** What of a request keeps it from being answered with an entry. */
function remarksOf(body: JsonNode): readonly LookupRemark[] {
  const cache = memberOf(body, 'cache');
  const isTrue = (node: JsonNode | undefined) => node?.kind === 'literal' && node.written === 'true';
  const caching = memberOf(body, 'caching');
  return [
    ...(isTrue(memberOf(cache, 'no-cache')) ? (['no_cache'] as const) : []),
    ...(['s-maxage', 's-max-age'].some((name) => memberOf(cache, name) !== undefined) ? (['max_age'] as const) : []),
    ...(caching !== undefined && isFalsy(caching) ? (['caching_off'] as const) : []),
  ];
}
