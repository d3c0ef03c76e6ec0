import { cacheParams, paramPath, unknownKeys } from '../facts/cache-settings.ts';
import { CLIENT_NAME } from '../facts/endpoints.ts';
import { environmentIsKnown } from '../facts/gateway.ts';
import type { Finding } from '../finding.ts';
import { placeText } from '../place.ts';
import type { Rule } from '../rule.ts';
import { CLIENT } from '../setup.ts';

export const clientFails: Rule = {
  id: 'client-fails',
  severity: 'critical',
  needs: ['litellm', 'environment'],
  title: 'LiteLLM cannot make its Redis client from these settings',
  check(setup) {
    const params = cacheParams(setup) ?? {};
    // Other rules report these, and say what was probably meant.
    const elsewhere = [...unknownKeys(setup), ...(params.type === 'disk' ? ['type'] : [])].map((key) =>
      setup.litellm?.place(paramPath(key)),
    );
    return CLIENT.flatMap((client): Finding[] => {
      const { used, failure } = setup.resolutions[client];
      if (!used || failure === undefined || elsewhere.some((place) => place && placeText(place) === placeText(failure.place))) return [];
      if (failure.open === true && !environmentIsKnown(setup)) return [];
      return [
        {
          place:
            failure.place.line === undefined && setup.litellm !== undefined
              ? setup.litellm.place('host' in params ? paramPath('host') : ['litellm_settings', 'cache'])
              : failure.place,
          message: `the client of ${CLIENT_NAME[client]} cannot be made: ${failure.message}`,
          consequence: 'LiteLLM stops at its start, or runs without this Redis, depending on the release.',
          fix: client === 'semantic' ? 'give it what is missing' : 'give the client a host with port and password, or a url',
        },
      ];
    });
  },
};
