import { describe, expect, it } from 'vitest';
import { redisShared } from '../../../../src/doctor/rules/redis-shared.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-shared');

describe('redis-shared', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisShared, bad)).toEqual([
      'compose.yaml:14:7: medium: service shop uses database 0 of redis, which holds the cache of LiteLLM',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisShared, good)).toEqual([]);
  });

  it('is milder with a namespace', async () => {
    const named = { ...bad, 'config.yaml': `${bad['config.yaml']}    namespace: "litellm:production"\n` };
    expect(await reported(redisShared, named)).toEqual([
      'compose.yaml:14:7: low: service shop uses database 0 of redis, which holds the cache of LiteLLM',
    ]);
  });
});
