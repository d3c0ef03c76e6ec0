import type { Lookup, LookupReason, LookupRemark } from '../../lookup/result.ts';
import { FAILURE_WORDS } from '../../text/words.ts';

/** What a sentence about a look-up needs to know beside it. */
export interface Named {
  readonly gateway: string;
  readonly probeModel: string;
}

type Sentence = (lookup: Lookup, named: Named) => string;

/** Why it cannot be told, and what to do next. */
const REASONS: Readonly<Record<LookupReason, Sentence>> = {
  no_target: (_, { gateway }) =>
    `No Redis is configured for ${gateway}, so that nothing can be looked up. Name a target in gateways[].redis, or give --redis-url.`,
  gateway_unreachable: ({ failure }, { gateway }) => `${gateway} does not answer (${failure}). See that it runs and that its url is right.`,
  cache_not_in_redis: ({ cacheType = 'unknown' }) =>
    cacheType.endsWith('semantic')
      ? `The gateway has a semantic cache (${cacheType}): it finds answers by what requests mean, so a request has no key that could be looked up.`
      : cacheType === 'none'
        ? 'The gateway says that it has no cache.'
        : `The cache of the gateway is not in Redis, but of another type (${cacheType}).`,
  redis_unreachable: ({ failure }) =>
    `Redis could not be asked: ${failureText(failure)}. Run litellm-cache-exporter probe, which says more.`,
  redis_not_permitted: () =>
    "The exporter's user of Redis may not ask for this entry (NOPERM). It needs +exists and +pttl on the keys of users, as the line in docs/redis-acl.md grants them.",
  request_refused: ({ failure, words }, { probeModel }) =>
    `The gateway refuses this request with the model ${probeModel} (${failure})${words === undefined ? '' : `: ${words}`}. Where it is a field that this model does not take, drop_params: true in litellm_params of ${probeModel} lets it through.`,
  not_stored: (_, { probeModel }) =>
    `The gateway answered this request with the model ${probeModel} and stored nothing. LiteLLM does so with more messages than max_messages of cache_params (4 by default in newer releases), with caching: false, and for APIs that are not among supported_call_types.`,
  stored_elsewhere: ({ namespace }) =>
    `The gateway stored the answer, but not in this Redis and database${namespace === undefined || namespace === null ? '' : `, or not under the namespace ${namespace}`}. Compare the url of the target and --namespace with the cache_params of the gateway.`,
  namespace_unknown: () =>
    'The namespace of the cache of the gateway is not known: Redis does not tell of its writes, and the gateway does not say it. Give --namespace NAME (cache_params.namespace; "" for none), or gateways[].namespace.',
  key_unknown: ({ release }) =>
    `The gateway makes the key of this request in another way than is known${release === undefined ? '' : ` of LiteLLM ${release}`}, so its key cannot be known. A hook of the gateway may change requests, or its settings add to keys (enable_caching_on_provider_specific_optional_params, default_litellm_params). The command explain compares two requests on the gateway itself.`,
  model_unknown: ({ model }) =>
    `Nothing is there under the key that the model ${model} would have by its name alone. But the gateway does not tell what is behind ${model}, and parameters of a deployment are part of the key. Use a key that may ask /model/info for this model.`,
  model_hidden: ({ model }) =>
    `Nothing was found. But the gateway hides a parameter of the model ${model} that is part of the key, or chooses the model anew for each request, so an entry may have another key.`,
  keys_differ: ({ present, keys }) =>
    `An entry is there under ${present} of the ${keys.length} keys that this request may have: which of them it gets depends on the deployment that the gateway chooses, or on the provider of the model.`,
  another_api: ({ model }) =>
    `Nothing is there under the key of this request itself. But LiteLLM asks the provider of ${model} through another API, and may find an answer under the key of that call, which cannot be known.`,
  order_unknown: () =>
    'Nothing was found. But this request is from a log that keeps its fields apart, and their order, which is part of the key, is lost. Give the body as it was sent.',
  too_dear: () => 'Asking the gateway once more would cost more than --spend allows.',
};

const REMARKS: Readonly<Record<LookupRemark, string>> = {
  no_cache: 'The request says no-cache: the gateway does not answer it from the cache, whatever is there.',
  max_age: 'The request limits the age of an answer (s-maxage); how old the entry is was not read.',
  caching_off: 'The request says caching: false: the gateway does not answer it from the cache, whatever is there.',
};

/** The sentence that says what was found, and what to do about it. */
export function lookupSentence(lookup: Lookup, named: Named): string {
  if (lookup.result === 'cannot_tell') return lookup.reason === undefined ? '' : REASONS[lookup.reason](lookup, named);
  const { parts, partsPresent } = lookup;
  const missing = parts - partsPresent;
  if (lookup.result === 'in_cache')
    return parts > 1 ? `Each of its ${parts} inputs is in Redis.` : 'An entry for this request is in Redis.';
  return parts > 1
    ? `${partsPresent} of its ${parts} inputs are in Redis; the provider is asked for the other ${missing}.`
    : 'No entry for this request is in Redis. A worker of the gateway may still have a copy in its memory for some minutes.';
}

/** What is to be known beside it, a sentence each. */
export function remarkSentences({ remarks }: Lookup): readonly string[] {
  return remarks.map((remark) => REMARKS[remark]);
}

function failureText(failure: Lookup['failure']): string {
  return Object.entries(FAILURE_WORDS).find(([name]) => name === failure)?.[1] ?? failure ?? 'the reason is not known';
}
