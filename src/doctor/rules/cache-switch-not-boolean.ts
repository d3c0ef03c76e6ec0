import { isSection } from '../../source/section.ts';
import { valued } from '../facts/edit.ts';
import { environmentIsKnown } from '../facts/gateway.ts';
import { isTrue, literal, reference, section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import { environmentValue } from '../resolver/python-value.ts';
import type { Rule } from '../rule.ts';
import type { Setup } from '../setup.ts';

export const cacheSwitchNotBoolean: Rule = {
  id: 'cache-switch-not-boolean',
  severity: 'critical',
  needs: ['litellm'],
  title: 'litellm_settings.cache is neither true nor false, and every request of the gateway fails',
  check(setup) {
    const { litellm } = setup;
    const settings = section(litellm?.tree, 'litellm_settings') ?? {};
    if (litellm === undefined || !Object.hasOwn(settings, 'cache')) return [];
    const what = kindOf(setup, settings.cache);
    const place = litellm.place(['litellm_settings', 'cache']);
    if (what === undefined) return [];
    const name = reference(settings.cache);
    if (what === 'unset')
      return [
        {
          place,
          message: `litellm_settings.cache names ${name}, which is not set`,
          consequence: 'LiteLLM takes it as not given: nothing is cached, and nothing says so.',
          fix: `give ${name} the value true, or write cache: true`,
          severity: 'medium',
        },
      ];
    const on = literal(settings.cache) !== undefined && isTrue(settings.cache);
    return [
      {
        place,
        message: `litellm_settings.cache is ${what}${name === undefined ? '' : ` (from ${name})`}, neither true nor false`,
        consequence: `LiteLLM makes no cache of it and takes it for one: every request fails with AttributeError: '${PYTHON[what]}' object has no attribute 'cache'.`,
        fix:
          name === undefined
            ? `write cache: ${on || isSection(settings.cache) ? 'true' : 'false'}, without quotes${isSection(settings.cache) ? ', and its keys below cache_params' : ''}`
            : `give ${name} the value true or false`,
        edits:
          name === undefined && !isSection(settings.cache)
            ? valued(setup, place, on || settings.cache === 1 ? 'true' : 'false')
            : undefined,
      } satisfies Finding,
    ];
  },
};

type Kind = 'a text' | 'a whole number' | 'a number' | 'a list' | 'a mapping';
const PYTHON: Readonly<Record<Kind, string>> = {
  'a text': 'str',
  'a whole number': 'int',
  'a number': 'float',
  'a list': 'list',
  'a mapping': 'dict',
};

/** What LiteLLM finds there, where it is no boolean and not empty. */
function kindOf(setup: Setup, value: unknown): Kind | 'unset' | undefined {
  if (typeof value === 'boolean' || value === null || value === undefined) return undefined;
  const name = reference(value);
  if (name !== undefined) {
    const found = setup.environment.get(name);
    if (found === undefined) return environmentIsKnown(setup) ? 'unset' : undefined;
    const text = found.value?.reveal();
    return text === undefined || typeof environmentValue(text) === 'boolean' ? undefined : 'a text';
  }
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number';
  return typeof value === 'string' ? 'a text' : Array.isArray(value) ? 'a list' : 'a mapping';
}
