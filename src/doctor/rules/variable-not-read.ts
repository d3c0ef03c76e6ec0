import type { Variable } from '../environment.ts';
import { replaced } from '../facts/edit.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

/** Names that people expect, and what to do instead. */
const EXPECTED: Readonly<Record<string, string>> = {
  LITELLM_CACHE: 'set litellm_settings.cache: true in the configuration file',
  LITELLM_CACHE_ENABLED: 'set litellm_settings.cache: true in the configuration file',
  LITELLM_CACHE_TYPE: 'set litellm_settings.cache_params.type in the configuration file',
  LITELLM_CACHE_TTL: 'set litellm_settings.cache_params.ttl in the configuration file',
  LITELLM_USE_CACHE: 'set litellm_settings.cache: true in the configuration file',
  LITELLM_ENABLE_CACHE: 'set litellm_settings.cache: true in the configuration file',
  LITELLM_REDIS_URL: 'name it REDIS_URL',
  LITELLM_REDIS_HOST: 'name it REDIS_HOST',
  LITELLM_REDIS_PORT: 'name it REDIS_PORT',
  LITELLM_REDIS_PASSWORD: 'name it REDIS_PASSWORD',
  REDIS_USER: 'name it REDIS_USERNAME',
  REDIS_PASS: 'name it REDIS_PASSWORD',
  REDIS_DATABASE: 'name it REDIS_DB',
  REDIS_TLS: 'name it REDIS_SSL',
};

export const variableNotRead: Rule = {
  id: 'variable-not-read',
  severity: 'medium',
  needs: ['environment', 'compose', 'kubernetes'],
  title: 'a variable has a name that LiteLLM does not read',
  check(setup) {
    const named = new Set(
      JSON.stringify(setup.litellm?.tree ?? {})
        .match(/os\.environ\/[\w-]+/g)
        ?.map((text) => text.slice(11)) ?? [],
    );
    return setup.environment.names().flatMap((name) => {
      const variable = setup.environment.get(name);
      return variable === undefined || named.has(name) ? [] : judged(setup, variable);
    });
  },
};

function judged(setup: Setup, { name, place }: Variable): Finding[] {
  const upper = name.toUpperCase();
  const lowerCase = name !== upper && /^redis_(url|host|port|password|username|db|ssl|socket_timeout|max_connections)$/i.test(name);
  const fix = lowerCase ? `name it ${upper}: the names are upper case` : EXPECTED[name];
  if (fix === undefined) return [];
  const right = /^name it (\w+)/.exec(fix)?.[1];
  return [
    {
      place,
      message: `LiteLLM does not read ${name}`,
      consequence: 'The setting has no effect, and nothing says so.',
      fix,
      edits: right === undefined ? undefined : replaced(setup, place, name, right),
    },
  ];
}
