import type { Finding } from '../finding.ts';
import { placeText } from '../place.ts';
import type { Rule } from '../rule.ts';
import { CLIENT } from '../setup.ts';
import { cacheParams, paramPath, unknownKeys } from '../subject/cache-settings.ts';
import { environmentIsKnown } from '../subject/gateway.ts';
import { literal } from '../subject/value.ts';

export const clientFails: Rule = {
  id: 'client-fails',
  severity: 'critical',
  needs: ['litellm', 'environment'],
  title: 'LiteLLM cannot make its Redis client from these settings',
  check(setup) {
    const params = cacheParams(setup) ?? {};
    const mayBeInEnvironment = !environmentIsKnown(setup) && literal(params.host) === undefined && literal(params.url) === undefined;
    if (mayBeInEnvironment) return [];
    // Another rule reports these, and says what was probably meant.
    const elsewhere = unknownKeys(setup).map((key) => setup.litellm?.place(paramPath(key)));
    return CLIENT.flatMap((client): Finding[] => {
      const { used, failure } = setup.resolutions[client];
      if (!used || failure === undefined || elsewhere.some((place) => place && placeText(place) === placeText(failure.place))) return [];
      return [
        {
          place:
            failure.place.line === undefined && setup.litellm !== undefined
              ? setup.litellm.place('host' in params ? paramPath('host') : ['litellm_settings', 'cache'])
              : failure.place,
          message: `the client of the ${client === 'cache' ? 'cache' : client === 'router' ? 'router' : 'coordination Redis'} cannot be made: ${failure.message}`,
          consequence: 'LiteLLM stops at its start, or runs without this Redis, depending on the release.',
          fix: 'give the client a host with port and password, or a url',
        },
      ];
    });
  },
};
