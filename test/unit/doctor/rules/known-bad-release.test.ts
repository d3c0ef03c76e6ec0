import { describe, expect, it } from 'vitest';
import { knownBadRelease } from '../../../../src/doctor/rules/known-bad-release.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('known-bad-release');

describe('known-bad-release', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(knownBadRelease, bad)).toEqual(['compose.yaml:3:5: high: LiteLLM v1.93.0 cannot write through a redis:// url']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(knownBadRelease, good)).toEqual([]);
  });

  const cache = (more = '') => ({
    'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n${more}`,
  });

  it.each([
    ['1.82.7', '', ['--litellm-version: critical: LiteLLM 1.82.7 was uploaded to the package index by an attacker']],
    ['1.82.9', '', []],
    [
      '1.81.13',
      '',
      [
        '--litellm-version: low: LiteLLM 1.81.13 has no circuit breaker for Redis',
        '--litellm-version: low: LiteLLM 1.81.13 loses connections of its pool',
      ],
    ],
    [
      '1.83.9',
      '    supported_call_types: [aresponses]\n',
      ['--litellm-version: medium: LiteLLM 1.83.9 leaves parameters of the Responses API out of the cache key'],
    ],
    ['1.83.10', '    supported_call_types: [aresponses]\n', []],
    ['1.106.0', '', []],
  ])('knows %s', async (litellmVersion, more, expected) => {
    expect(await reported(knownBadRelease, cache(more), { litellmVersion })).toEqual(expected);
  });
});
