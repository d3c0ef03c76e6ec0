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
});
