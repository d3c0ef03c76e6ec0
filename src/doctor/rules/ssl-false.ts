import { RELEASES } from '../../litellm/releases.ts';
import { removed } from '../facts/edit.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import { isOlderThan } from '../facts/release.ts';
import { isTrue, literal } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const sslFalse: Rule = {
  id: 'ssl-false',
  severity: 'high',
  needs: ['litellm'],
  title: 'ssl: false switches TLS on before 1.93.0, and text is never false',
  check(setup) {
    const old = isOlderThan(setup, RELEASES.ssl_false_is_off);
    return redisSettings(setup)
      .filter(({ key }) => key === 'ssl' || key === 'redis_ssl')
      .flatMap(({ name, value, place }): Finding[] => {
        const off = value === false || (literal(value) !== undefined && !isTrue(value));
        if (!off || old === false) return [];
        return [
          {
            place,
            message: `${name} is false, which ${old === undefined ? 'releases before 1.93.0 take' : `LiteLLM ${setup.release?.version} takes`} for true`,
            consequence:
              'The asynchronous client looks whether ssl is there, not at its value, and offers TLS to a plain port: every request waits 5 s and misses.',
            fix: 'delete the line',
            severity: old === undefined ? 'medium' : undefined,
            edits: removed(setup, place),
          },
        ];
      });
  },
};
