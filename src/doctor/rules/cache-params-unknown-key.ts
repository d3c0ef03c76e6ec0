import { closest } from '../../source/problem.ts';
import { cacheParams, paramPath, unknownKeys } from '../facts/cache-settings.ts';
import { removed, replaced } from '../facts/edit.ts';
import { setting } from '../facts/stated-addresses.ts';
import type { Finding } from '../finding.ts';
import { CACHE_ARGUMENTS } from '../resolver/cache-arguments.ts';
import type { Rule } from '../rule.ts';

/** Names that look right, and what LiteLLM calls it. */
export const MEANT: Readonly<Record<string, string>> = {
  default_redis_ttl: 'default_in_redis_ttl',
  redis_host: 'host',
  redis_port: 'port',
  redis_password: 'password',
  redis_db: 'db',
  redis_url: 'url',
  user: 'username',
  tls: 'ssl',
};

export const cacheParamsUnknownKey: Rule = {
  id: 'cache-params-unknown-key',
  severity: 'critical',
  needs: ['litellm'],
  title: 'cache_params has a key that stops LiteLLM at its start',
  check(setup) {
    const params = cacheParams(setup);
    const { litellm } = setup;
    if (litellm === undefined || params === undefined) return [];
    const filtered = setting(setup, 'cache', 'url') !== undefined || params.redis_startup_nodes !== undefined;
    return unknownKeys(setup)
      .filter((key) => key !== 'params' && key !== 'redis')
      .map((key): Finding => {
        const meant = MEANT[key] ?? closest(key, CACHE_ARGUMENTS);
        const place = litellm.place(paramPath(key));
        const pool = key === 'connection_pool_timeout';
        return {
          place,
          message: `cache_params.${key} is an argument of neither LiteLLM's cache nor redis-py`,
          consequence: filtered
            ? 'LiteLLM drops it without a word.'
            : `LiteLLM hands it on to redis-py, which refuses it: TypeError, unexpected keyword argument '${key}', and the gateway does not start.`,
          fix: pool
            ? 'remove it; the wait for a free connection is the variable REDIS_CONNECTION_POOL_TIMEOUT'
            : meant === undefined || meant in params
              ? 'remove it'
              : `write ${meant}`,
          severity: filtered ? 'medium' : undefined,
          edits: pool || meant === undefined || meant in params ? removed(setup, place) : replaced(setup, place, `${key}:`, `${meant}:`),
        };
      });
  },
};
