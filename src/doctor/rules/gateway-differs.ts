import { cacheType } from '../facts/cache-settings.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const gatewayDiffers: Rule = {
  id: 'gateway-differs',
  severity: 'high',
  needs: ['live'],
  title: 'the running gateway has another kind of cache than its configuration file',
  check(setup): readonly Finding[] {
    const { litellm, live } = setup;
    const running = live?.gateway?.cacheType;
    const written = cacheType(setup) ?? 'none';
    if (litellm === undefined || running === undefined || running === written) return [];
    return [
      {
        place: litellm.place(['litellm_settings', 'cache']),
        message: `the gateway says that its cache is ${/^[\w-]{1,32}$/.test(running) ? running : 'something else'}, the file says ${written}`,
        consequence: 'Settings stored by the admin page beat the file, or the gateway was not started again after an edit.',
        fix: 'start the gateway again; if it still differs, remove the cache settings on the Caching page of the admin UI',
      },
    ];
  },
};
