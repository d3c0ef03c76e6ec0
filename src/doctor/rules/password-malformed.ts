import { unquote } from '../../source/url.ts';
import { userinfo } from '../facts/address.ts';
import { redisPasswords } from '../facts/credentials.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import { literal } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const passwordMalformed: Rule = {
  id: 'password-malformed',
  severity: 'high',
  needs: ['litellm', 'environment', 'compose', 'kubernetes'],
  title: 'a password has white space around it, or characters that break its URL',
  check(setup) {
    const padded = redisPasswords(setup)
      .filter(({ text }) => text !== text.trim())
      .map(
        ({ name, place }): Finding => ({
          place,
          message: `${name} begins or ends with white space`,
          consequence: 'The white space is part of the password for LiteLLM and not for Redis: WRONGPASS.',
          fix: 'take the white space away; a secret file often ends in a line break',
        }),
      );
    const quoted = redisPasswords(setup)
      .filter(({ text }) => /^(["']).+\1$/s.test(text))
      .map(
        ({ name, place }): Finding => ({
          place,
          message: `${name} begins and ends with a quote, which is a part of it`,
          consequence: 'Nothing takes the quotes away here: where Redis has the password without them it answers WRONGPASS.',
          fix: 'take the quotes away, or put them around the whole entry: "NAME=value"',
          severity: 'medium',
        }),
      );
    const variables = setup.variables
      .filter(({ name }) => name === 'REDIS_URL')
      .map(({ name, value, place }) => ({ name, text: value?.reveal(), place }));
    const settings = redisSettings(setup)
      .filter(({ key }) => key.endsWith('url'))
      .map(({ name, value, place }) => ({ name, text: literal(value), place }));
    const urls = [...settings, ...variables].flatMap(({ name, text, place }): Finding[] => {
      const info = text === undefined ? undefined : userinfo(text);
      if (info === undefined) return [];
      if (/[/?#[\]]/.test(info))
        return [
          {
            place,
            message: `the password in ${name} has a character that must be escaped in a URL`,
            consequence: 'The URL ends or splits at that character: LiteLLM fails at its start, or logs in with a part of the password.',
            fix: `escape it (/ is %2F, ? is %3F, # is %23, [ is %5B, ] is %5D, % is %25), or use REDIS_HOST, REDIS_PORT and REDIS_PASSWORD`,
          },
        ];
      if (unquote(info).includes('\uFFFD'))
        return [
          {
            place,
            message: `the password in ${name} has an escape that is not UTF-8`,
            consequence: 'redis-py puts a replacement character in its place: Redis gets another password and answers WRONGPASS.',
            fix: 'escape the UTF-8 form of the character (é is %C3%A9), or use REDIS_HOST, REDIS_PORT and REDIS_PASSWORD',
          },
        ];
      if (!/@|%(?![0-9a-f]{2})/i.test(info)) return [];
      return [
        {
          place,
          message: `the password in ${name} has an @ or a % that is not escaped`,
          consequence:
            'redis-py, and so LiteLLM, takes it as it is written; other clients that read the same URL refuse it or cut it there.',
          fix: 'write %40 for @ and %25 for %',
          severity: 'low',
        },
      ];
    });
    return [...padded, ...quoted, ...urls];
  },
};
