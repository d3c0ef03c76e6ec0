import { RELEASES } from '../../litellm/releases.ts';
import { formOf } from '../facts/endpoints.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import { isOlderThan } from '../facts/release.ts';
import { isTrue, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import { AWS_ARGUMENTS, AZURE_ARGUMENTS } from '../resolver/client-arguments.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

export const settingTooNew: Rule = {
  id: 'setting-too-new',
  severity: 'high',
  needs: ['release'],
  title: 'this release of LiteLLM does not read a setting of Redis yet',
  check(setup) {
    return [...coordination(setup), ...identity(setup)];
  },
};

function coordination(setup: Setup): Finding[] {
  const { litellm } = setup;
  const since = RELEASES.coordination_redis;
  const block = section(litellm?.tree, 'general_settings', 'coordination_redis');
  if (litellm === undefined || block === undefined || isOlderThan(setup, since) !== true) return [];
  return [
    {
      place: litellm.place(['general_settings', 'coordination_redis']),
      message: `LiteLLM ${setup.release?.version} does not read coordination_redis, which came with ${since.join('.')}`,
      consequence:
        'Rate limits and spend are counted in the Redis of the response cache where there is one, else by each worker on its own.',
      fix: `update LiteLLM to ${since.join('.')} or newer, or name that Redis in router_settings and cache_params`,
    },
  ];
}

/** In host form redis-py refuses these, which stops the start; a url, nodes or Sentinels let them disappear. */
function identity(setup: Setup): Finding[] {
  const form = formOf(setup, 'cache');
  if (form === undefined || form === 'host') return [];
  const methods = [
    { names: AWS_ARGUMENTS, key: 'aws_iam_auth', since: RELEASES.aws_identity },
    { names: AZURE_ARGUMENTS, key: 'azure_redis_ad_token', since: RELEASES.azure_identity },
  ];
  return methods.flatMap(({ names, key, since }): Finding[] => {
    const given = redisSettings(setup).filter(({ name, key: own }) => name.startsWith('cache_params.') && names.includes(own));
    const method = given.find((setting) => setting.key === key && isTrue(setting.value));
    if (method === undefined || isOlderThan(setup, since) !== true) return [];
    return [
      {
        place: method.place,
        message: `LiteLLM ${setup.release?.version} does not read ${given.map((setting) => setting.key).join(', ')}, which came with ${since.join('.')}`,
        consequence: 'It drops them without a word and connects without this login: Redis answers NOAUTH, and nothing is cached.',
        fix: `update LiteLLM to ${since.join('.')} or newer, or use a password`,
      },
    ];
  });
}
