import { gateways } from '../facts/gateway.ts';
import { isTrue, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

export const verboseLogging: Rule = {
  id: 'verbose-logging',
  severity: 'medium',
  needs: ['litellm', 'environment', 'compose', 'kubernetes'],
  title: 'the log of LiteLLM shows prompts and settings, secrets included',
  check(setup) {
    const { litellm } = setup;
    const findings: Finding[] = [];
    const found = (place: Finding['place'], what: string, fix: string) =>
      findings.push({
        place,
        message: `${what} is switched on`,
        consequence: 'Whole requests, and in several releases the password of Redis and the master key, go to the log.',
        fix,
      });
    if (litellm !== undefined && isTrue(section(litellm.tree, 'litellm_settings')?.set_verbose))
      found(litellm.place(['litellm_settings', 'set_verbose']), 'set_verbose', 'remove it');
    for (const { words, place } of gateways(setup)) {
      const flag = words.find((word) => word === '--detailed_debug' || word === '--debug');
      if (flag !== undefined) found(place, flag, 'remove it');
    }
    const variables = { LITELLM_DISABLE_REDACT_SECRETS: 'true', LITELLM_LOG: 'debug', SET_VERBOSE: 'true' };
    for (const [name, bad] of Object.entries(variables)) {
      const variable = setup.environment.get(name);
      if (variable?.value?.reveal().trim().toLowerCase() === bad) found(variable.place, `${name}=${bad}`, 'remove it');
    }
    return findings;
  },
};
