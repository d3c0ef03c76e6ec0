import { describe, expect, it } from 'vitest';
import { cacheSwitchNotBoolean } from '../../../../src/doctor/rules/cache-switch-not-boolean.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('cache-switch-not-boolean');

describe('cache-switch-not-boolean', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(cacheSwitchNotBoolean, bad)).toEqual([
      'config.yaml:2:3: critical: litellm_settings.cache is a text, neither true nor false',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(cacheSwitchNotBoolean, good)).toEqual([]);
  });

  it.each([
    ['"false"', 'critical: litellm_settings.cache is a text, neither true nor false'],
    ["'yes'", 'critical: litellm_settings.cache is a text, neither true nor false'],
    ['1', 'critical: litellm_settings.cache is a whole number, neither true nor false'],
    ['0', 'critical: litellm_settings.cache is a whole number, neither true nor false'],
    ['{ type: redis }', 'critical: litellm_settings.cache is a mapping, neither true nor false'],
    ['[redis]', 'critical: litellm_settings.cache is a list, neither true nor false'],
    ['os.environ/ONE', 'critical: litellm_settings.cache is a text (from ONE), neither true nor false'],
    ['os.environ/NOWHERE', 'medium: litellm_settings.cache names NOWHERE, which is not set'],
    ['os.environ/TRUE', undefined],
    ['yes', undefined],
    ['off', undefined],
    ['', undefined],
  ])('judges %s', async (value, finding) => {
    const files = { 'config.yaml': `litellm_settings:\n  cache: ${value}\n`, '.env': 'ONE=1\nTRUE=" True "\n' };
    expect(await reported(cacheSwitchNotBoolean, files)).toEqual(finding === undefined ? [] : [`config.yaml:2:3: ${finding}`]);
  });
});
