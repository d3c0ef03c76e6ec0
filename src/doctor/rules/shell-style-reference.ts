import { valued } from '../facts/edit.ts';
import { redisSettings } from '../facts/redis-settings.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const shellStyleReference: Rule = {
  id: 'shell-style-reference',
  severity: 'high',
  needs: ['litellm'],
  title: 'a value names a variable in a form that LiteLLM does not resolve',
  check(setup) {
    return redisSettings(setup).flatMap(({ name, value, place }): Finding[] => {
      const variable =
        typeof value === 'string'
          ? /^(?:\$\{?|env:|env\/|\$env:|os\.environ\.|os\.environ\[['"]?)(\w+)['"]?\]?\}?$/.exec(value.trim())?.[1]
          : undefined;
      if (variable === undefined) return [];
      return [
        {
          place,
          message: `${name} is not resolved: LiteLLM knows only os.environ/NAME`,
          consequence: 'The text itself is used, so LiteLLM looks for a host, a port or a password of that name.',
          fix: `write os.environ/${variable}`,
          edits: valued(setup, place, `os.environ/${variable}`),
        },
      ];
    });
  },
};
