import { isTrue, known, quantity, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

const MAX_SECONDS = 300;

export const authCacheTtl: Rule = {
  id: 'auth-cache-ttl',
  severity: 'low',
  needs: ['litellm'],
  title: 'a virtual key that was blocked goes on working',
  check(setup): readonly Finding[] {
    const { litellm } = setup;
    if (litellm === undefined || !isTrue(section(litellm.tree, 'litellm_settings')?.enable_redis_auth_cache)) return [];
    const general = section(litellm.tree, 'general_settings') ?? {};
    const seconds = quantity(known(setup, general.user_api_key_cache_ttl));
    if (seconds !== undefined && seconds <= MAX_SECONDS) return [];
    return [
      {
        place: litellm.place(
          seconds === undefined ? ['litellm_settings', 'enable_redis_auth_cache'] : ['general_settings', 'user_api_key_cache_ttl'],
        ),
        message:
          seconds === undefined ? 'enable_redis_auth_cache without user_api_key_cache_ttl' : `user_api_key_cache_ttl is ${seconds} s`,
        consequence:
          'Keys that were blocked or changed are accepted from the cache until it expires, up to ten minutes in several releases.',
        fix: 'set general_settings.user_api_key_cache_ttl: 60',
      },
    ];
  },
};
