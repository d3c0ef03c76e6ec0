import { redisSettings } from '../facts/redis-settings.ts';
import { reference } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const variableUndefined: Rule = {
  id: 'variable-undefined',
  severity: 'high',
  needs: ['compose'],
  title: 'the configuration names a variable that the container of LiteLLM does not have',
  check(setup) {
    const { gateway } = setup;
    if (gateway === undefined) return [];
    return redisSettings(setup).flatMap(({ name, value, place }): Finding[] => {
      const variable = reference(value);
      if (variable === undefined || setup.environment.get(variable) !== undefined) return [];
      return [
        {
          place,
          message: `${name} names ${variable}, which container ${gateway.name} does not have`,
          consequence:
            'LiteLLM takes the setting as not given: a password that is missing means NOAUTH, a host that is missing stops the start.',
          fix: `give ${variable} to container ${gateway.name}`,
          related: [{ place: gateway.place, message: `container ${gateway.name}` }],
        },
      ];
    });
  },
};
