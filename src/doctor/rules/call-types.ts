import { hasBehaviour } from '../../litellm/releases.ts';
import { closest } from '../../source/problem.ts';
import { cacheIsOn, cacheParams, paramPath } from '../facts/cache-settings.ts';
import { texts } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import { CALL_TYPES } from '../resolver/cache-arguments.ts';
import type { Rule } from '../rule.ts';

export const callTypes: Rule = {
  id: 'call-types',
  severity: 'medium',
  needs: ['litellm'],
  title: 'supported_call_types leaves out what the gateway is asked, or names what does not exist',
  check(setup) {
    const { litellm } = setup;
    const params = cacheParams(setup);
    if (litellm === undefined || params === undefined || !cacheIsOn(setup) || params.supported_call_types === undefined) return [];
    const types = texts(params.supported_call_types);
    const place = litellm.place(paramPath('supported_call_types'));
    if (types.length === 0) {
      return [
        {
          place,
          message: 'supported_call_types is empty',
          consequence: 'Redis serves rate limits and locks only; no answer is cached. This is a known way to say so.',
          fix: 'nothing, if that is meant; else remove the line',
          severity: 'info',
        },
      ];
    }
    const unknown = types.filter((type) => !CALL_TYPES.includes(type));
    const findings: Finding[] = unknown.map((type) => {
      const meant = closest(type, CALL_TYPES);
      return {
        place,
        message: `${JSON.stringify(type.slice(0, 40))} is no call type of LiteLLM`,
        consequence: 'The entry matches nothing.',
        fix: meant === undefined ? 'remove it' : `write ${meant}`,
      };
    });
    // LiteLLM looks for the name of the function that the gateway calls. That of Anthropic's API has no a in front.
    const covered = ['anthropic_messages', ...(hasBehaviour(setup.release?.version, 'responses_cover') === false ? [] : ['responses'])];
    const sync = types.filter((type) => CALL_TYPES.includes(`a${type}`) && !types.includes(`a${type}`) && !covered.includes(type));
    if (types.includes('aanthropic_messages') && !types.includes('anthropic_messages')) {
      findings.push({
        place,
        message: 'aanthropic_messages without anthropic_messages',
        consequence: "The function of Anthropic's API is named anthropic_messages, so its answers are never cached.",
        fix: 'add anthropic_messages',
      });
    }
    if (sync.length > 0) {
      findings.push({
        place,
        message: `${sync.join(', ')} without ${sync.map((type) => `a${type}`).join(', ')}`,
        consequence: 'The gateway makes every call in its asynchronous form, so these are never cached.',
        fix: `add ${sync.map((type) => `a${type}`).join(', ')}`,
      });
    }
    return findings;
  },
};
