import { cacheIsOn, cacheParams, cacheType, paramPath } from '../facts/cache-settings.ts';
import { appended, valued } from '../facts/edit.ts';
import { known, quantity, scalar } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

const WEEK_SECONDS = 7 * 86_400;

export const ttl: Rule = {
  id: 'ttl',
  severity: 'medium',
  needs: ['litellm'],
  title: 'answers live too short or too long',
  check(setup) {
    const params = cacheParams(setup);
    const { litellm } = setup;
    if (litellm === undefined || params === undefined || !cacheIsOn(setup)) return [];
    const given = ['ttl', 'default_in_redis_ttl'].find((name) => name in params);
    if (given === undefined) {
      if (cacheType(setup) !== 'redis') return [];
      return [
        {
          place: litellm.place(['litellm_settings', 'cache_params']),
          message: 'cache_params sets no ttl',
          consequence: 'LiteLLM stores every answer for 60 s: a request that comes again after a minute is paid for again.',
          fix: 'add ttl in seconds, such as 3600',
          edits: appended(setup, litellm.place(paramPath('type')), ['ttl: 3600']),
        },
      ];
    }
    const seconds = quantity(known(setup, params[given]));
    const place = litellm.place(paramPath(given));
    const finding = (message: string, consequence: string, fix: string, value: string): Finding[] => [
      { place, message, consequence, fix, edits: valued(setup, place, value) },
    ];
    if (seconds === undefined) {
      const never = params[given] === null || scalar(params[given]) === 'None';
      return never ? finding(`${given} is empty`, 'LiteLLM reads this as 60 s, not as for ever.', 'set seconds, such as 3600', '3600') : [];
    }
    if (seconds <= 0)
      return finding(
        `${given} is ${seconds}`,
        'Redis refuses a time to live below one second: nothing is stored.',
        'set seconds, such as 3600',
        '3600',
      );
    if (seconds < 60)
      return finding(`${given} is ${seconds} s`, 'Most repeated requests come later than that and miss.', 'set ttl to 600 or more', '600');
    if (seconds > WEEK_SECONDS)
      return finding(
        `${given} is ${Math.round(seconds / 86_400)} days`,
        'Old answers outlive new models and prompts, and memory fills with answers that are never used again.',
        'set ttl to a day (86400) or less',
        '86400',
      );
    return [];
  },
};
