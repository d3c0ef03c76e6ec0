import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { CLIENT } from '../setup.ts';

export const clientFails: Rule = {
  id: 'client-fails',
  severity: 'critical',
  needs: ['litellm', 'environment'],
  title: 'LiteLLM cannot make its Redis client from these settings',
  check(setup) {
    return CLIENT.flatMap((client): Finding[] => {
      const { used, failure } = setup.resolutions[client];
      if (!used || failure === undefined) return [];
      return [
        {
          place: failure.place,
          message: `the client of the ${client === 'cache' ? 'cache' : client === 'router' ? 'router' : 'coordination Redis'} cannot be made: ${failure.message}`,
          consequence: 'LiteLLM stops at its start, or runs without this Redis, depending on the release.',
          fix: 'give the client a host with port and password, or a url',
        },
      ];
    });
  },
};
