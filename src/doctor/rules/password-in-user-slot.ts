import { redisUrl } from '../facts/address.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import { literal } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const passwordInUserSlot: Rule = {
  id: 'password-in-user-slot',
  severity: 'high',
  needs: ['litellm', 'environment', 'compose', 'kubernetes'],
  title: 'a Redis URL has the password where the user name belongs',
  check(setup) {
    const variables = setup.variables
      .filter(({ name }) => name === 'REDIS_URL')
      .map(({ name, value, place }) => ({ name, text: value?.reveal(), place }));
    const settings = redisSettings(setup)
      .filter(({ key }) => key.endsWith('url'))
      .map(({ name, value, place }) => ({ name, text: literal(value), place }));
    return [...settings, ...variables].flatMap(({ name, text, place }): Finding[] => {
      const url = text === undefined ? undefined : redisUrl(text);
      if (url?.username === undefined || url.password !== undefined) return [];
      return [
        {
          place,
          message: `${name} has a user name and no password; a password needs a colon in front of it`,
          consequence: 'Redis takes the text as a user name, refuses the connection, and writes it to ACL LOG in clear.',
          fix: 'write redis://:PASSWORD@HOST:PORT, or redis://USER:PASSWORD@HOST:PORT',
        },
      ];
    });
  },
};
