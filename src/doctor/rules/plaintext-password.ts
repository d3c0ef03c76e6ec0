import { redisUrl } from '../address.ts';
import { valued } from '../edit.ts';
import type { Finding } from '../finding.ts';
import { redisSettings } from '../redis-settings.ts';
import type { Rule } from '../rule.ts';
import { literal } from '../value.ts';

export const plaintextPassword: Rule = {
  id: 'plaintext-password',
  severity: 'critical',
  needs: ['litellm'],
  title: 'the password of Redis stands in the configuration file',
  check(setup) {
    return redisSettings(setup).flatMap(({ name, key, value, place }): Finding[] => {
      const text = literal(value);
      if (text === undefined || text === '' || text.startsWith('$')) return [];
      const variable = variableFor(key, text);
      if (variable === undefined) return [];
      return [
        {
          place,
          message: `${name} holds ${key.endsWith('url') ? 'a password' : 'the password'} as plain text`,
          consequence:
            'Everybody who can read the repository, an image or a backup has it, and LiteLLM shows its settings in its admin pages and logs.',
          fix: `write os.environ/${variable}, give the value to the process by ${variable}, and change the password: it has been read`,
          edits: valued(setup, place, `os.environ/${variable}`),
        },
      ];
    });
  },
};

function variableFor(key: string, text: string): string | undefined {
  if (key === 'sentinel_password') return 'REDIS_SENTINEL_PASSWORD';
  if (key === 'password' || key === 'redis_password') return 'REDIS_PASSWORD';
  return key.endsWith('url') && redisUrl(text)?.password !== undefined ? 'REDIS_URL' : undefined;
}
