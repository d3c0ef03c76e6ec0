import { isSection } from '../../source/section.ts';
import { section } from '../facts/value.ts';
import type { Finding } from '../finding.ts';
import type { Rule } from '../rule.ts';

const KEYS = ['cache', 'cache_params', 'cache_settings', 'caching', 'redis'] as const;
const HERE = ['cache', 'cache_params'];

export const cacheSettingsMisplaced: Rule = {
  id: 'cache-settings-misplaced',
  severity: 'high',
  needs: ['litellm'],
  title: 'cache settings stand where LiteLLM does not read them',
  check(setup) {
    const { litellm } = setup;
    if (litellm === undefined) return [];
    const outside = [[], ['general_settings'], ['router_settings']].flatMap((path) =>
      KEYS.filter((key) => (path.length === 0 || HERE.includes(key)) && key in (section(litellm.tree, ...path) ?? {})).map((key) => [
        ...path,
        key,
      ]),
    );
    const nested = ['redis', 'params'].filter((key) => isSection(section(litellm.tree, 'litellm_settings', 'cache_params')?.[key]));
    const paths = [...outside, ...nested.map((key) => ['litellm_settings', 'cache_params', key])];
    return paths.map(
      (path): Finding => ({
        place: litellm.place(path),
        message: `${path.join('.')} is not read by LiteLLM`,
        consequence: 'LiteLLM ignores it without a word: caching stays off, or runs without these settings.',
        fix: 'move it to litellm_settings: cache: true beside cache_params, with type, host, port and password directly below cache_params',
      }),
    );
  },
};
