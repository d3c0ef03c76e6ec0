import type { GatewayOptions, GatewayRelease } from '../../dev/gateway.ts';
import type { Mapping } from '../../dev/merge.ts';
import { hasBehaviour } from '../../src/litellm/releases.ts';

/** Where a gateway finds what it works with. */
export interface Site {
  release: GatewayRelease;
  redis: { port: number; tlsPort: number; password: string; cacheParams?: Mapping | undefined };
  /** A Redis that nobody watches, without a password. */
  elsewhere: { port: number };
  sentinel: { port: number; master: string; password: string };
  /** The base of a provider's API. */
  provider: string;
  /** The vector database of a semantic cache. */
  qdrant: string;
  /** The key of the gateway. */
  key: string;
  /** Where the model leads that is probed; to a mock answer without it. */
  origin?: { url: string; key: string } | undefined;
}

/** A gateway that differs from the standard one in one thing. */
export interface Variant {
  options(site: Site): GatewayOptions;
  /** Redis refuses what it sends while it starts, so nothing else may be measured then. */
  loud?: true;
}

/** Decides about keys as a database of virtual keys would. */
const KEYS_PY = `
import asyncio
from litellm.proxy._types import UserAPIKeyAuth


async def decide(request, api_key):
    key = api_key.removeprefix("Bearer ")
    if key == "sk-no-controls":
        return UserAPIKeyAuth(api_key=key, allowed_cache_controls=["no-cache"])
    if key == "sk-one-a-minute":
        return UserAPIKeyAuth(api_key=key, rpm_limit=1)
    if key == "sk-slow":
        await asyncio.sleep(30)
    return UserAPIKeyAuth(api_key=key)
`;

/** Every gateway of the gauntlet. */
export const VARIANTS = {
  standard: { options: (site) => standard(site) },
  'password missing': { options: (site) => passwordless(site), loud: true },
  'password wrong': {
    options: (site) => ({ ...standard(site), redis: { port: site.redis.port, username: 'litellm', password: 'not the password' } }),
    loud: true,
  },
  tls: {
    // A plain server never answers the greeting of TLS. With the defaults the gateway waits for that 10 s and 15 s in two requests.
    options: (site) =>
      standard(site, {
        port: site.redis.tlsPort,
        ssl: true,
        ssl_cert_reqs: 'none',
        ssl_check_hostname: false,
        socket_timeout: 0.1,
        socket_connect_timeout: 0.1,
      }),
  },
  'another database': { options: (site) => standard(site, { db: 5 }) },
  'another server': { options: (site) => ({ ...standard(site), redis: { port: site.elsewhere.port } }) },
  sentinel: {
    options: (site) => {
      const { port, master, password } = site.sentinel;
      // The older release logs in to Redis with the password that is meant for the Sentinels.
      const secret = !hasBehaviour(site.release, 'sentinel_keeps_passwords_apart')
        ? { password: null, sentinel_password: password }
        : { password };
      return standard(site, {
        host: null,
        port: null,
        username: null,
        ...secret,
        service_name: master,
        sentinel_nodes: [['127.0.0.1', port]],
      });
    },
  },
  /** It does without Redis for longer than a fault lasts, where the others try again after two seconds. */
  'patient breaker': {
    options: (site) => {
      const { env, ...rest } = standard(site);
      return { ...rest, env: { ...env, REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT: '30' } };
    },
  },
  namespaced: { options: (site) => standard(site, { namespace: 'litellm' }) },
  'namespace of its own': { options: (site) => standard(site, { namespace: 'team-a' }) },
  'no cache': { options: (site) => cacheless(standard(site)) },
  'type missing': { options: (site) => standard(site, { type: null }) },
  local: { options: (site) => standard(site, { type: 'local', host: null, port: null, username: null, password: null }) },
  semantic: {
    options: (site) =>
      standard(site, {
        type: 'qdrant-semantic',
        host: null,
        port: null,
        username: null,
        password: null,
        qdrant_api_base: site.qdrant,
        qdrant_collection_name: 'answers',
        qdrant_semantic_cache_embedding_model: 'embedding',
        similarity_threshold: 0.8,
      }),
  },
  'on demand': { options: (site) => standard(site, { mode: 'default_off' }) },
  'no call types': { options: (site) => standard(site, { supported_call_types: [] }) },
  'chat only': { options: (site) => standard(site, { supported_call_types: ['acompletion', 'completion'] }) },
  batching: { options: (site) => standard(site, { redis_flush_size: 50 }) },
  'short life': { options: (site) => standard(site, { ttl: 1 }) },
  'virtual keys': {
    options: (site) => {
      const { config, ...rest } = standard(site);
      return { ...rest, config: { ...config, general_settings: { custom_auth: 'keys.decide' } }, files: { 'keys.py': KEYS_PY } };
    },
  },
  'two workers': { options: (site) => ({ ...standard(site), workers: 2 }) },
} as const satisfies Record<string, Variant>;

/** The name of a gateway. */
export type VariantName = keyof typeof VARIANTS;

function standard({ redis, provider, key, origin }: Site, cacheParams: Mapping = {}): GatewayOptions {
  const probed =
    origin === undefined ? { api_key: 'none', mock_response: 'ok' } : { api_key: origin.key, api_base: origin.url, max_retries: 0 };
  return {
    redis: { port: redis.port, username: 'litellm', password: redis.password },
    env: { LITELLM_MASTER_KEY: key },
    config: {
      model_list: [
        { model_name: 'cache-probe', litellm_params: { model: 'openai/cache-probe', ...probed } },
        {
          model_name: 'embedding',
          litellm_params: { model: 'openai/embedding', api_key: 'none', api_base: provider, max_retries: 0 },
        },
        {
          model_name: 'provided',
          litellm_params: { model: 'openai/provided', api_key: 'none', api_base: provider, max_retries: 0 },
        },
      ],
      litellm_settings: { cache_params: { ...redis.cacheParams, ...cacheParams } },
      router_settings: { num_retries: 0 },
    },
  };
}

/**
 * Without the password. Before 1.93.0 correct cache_params do not help when the environment holds a REDIS_URL,
 * the incident that the exporter was written for.
 */
function passwordless(site: Site): GatewayOptions {
  if (hasBehaviour(site.release, 'configured_host_wins')) return standard(site, { username: null, password: null });
  const env = { LITELLM_MASTER_KEY: site.key, REDIS_URL: `redis://127.0.0.1:${site.redis.port}`, REDIS_PORT: '6378' };
  return { ...standard(site), env };
}

function cacheless({ env, config }: GatewayOptions): GatewayOptions {
  return { ...(env && { env }), config: { ...config, litellm_settings: {} } };
}
