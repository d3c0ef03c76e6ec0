import { describe, expect, it } from 'vitest';
import { cacheParamsUnknownKey } from '../../../../src/doctor/rules/cache-params-unknown-key.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('cache-params-unknown-key');

describe('cache-params-unknown-key', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(cacheParamsUnknownKey, bad)).toEqual([
      `config.yaml:11:5: critical: cache_params.connection_pool_timeout is an argument of neither LiteLLM's cache nor redis-py`,
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(cacheParamsUnknownKey, good)).toEqual([]);
  });
});
