import { describe, expect, it } from 'vitest';
import { cacheSettingsMisplaced } from '../../../../src/doctor/rules/cache-settings-misplaced.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('cache-settings-misplaced');

describe('cache-settings-misplaced', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(cacheSettingsMisplaced, bad)).toEqual([
      'config.yaml:1:1: high: cache is not read by LiteLLM',
      'config.yaml:2:1: high: cache_params is not read by LiteLLM',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(cacheSettingsMisplaced, good)).toEqual([]);
  });

  it.each([
    ['general_settings:\n  cache: true\n', 'config.yaml:2:3: high: general_settings.cache is not read by LiteLLM'],
    ['router_settings:\n  cache_params: { type: redis }\n', 'config.yaml:2:3: high: router_settings.cache_params is not read by LiteLLM'],
    [
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    redis: { host: a }\n',
      'config.yaml:5:5: high: litellm_settings.cache_params.redis is not read by LiteLLM',
    ],
  ])('reports %j', async (config, expected) => {
    expect(await reported(cacheSettingsMisplaced, { 'config.yaml': config })).toEqual([expected]);
  });
});
