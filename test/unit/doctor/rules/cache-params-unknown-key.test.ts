import { describe, expect, it } from 'vitest';
import { cacheParamsUnknownKey } from '../../../../src/doctor/rules/cache-params-unknown-key.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

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

  const params = (text: string) => ({ 'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n${text}` });

  it('says what was probably meant', async () => {
    const [wrong, typo] = cacheParamsUnknownKey.check(
      await setupOf(params('    type: redis\n    host: redis\n    default_redis_ttl: 60\n    namespce: x\n')),
    );
    expect(wrong).toMatchObject({
      fix: 'write default_in_redis_ttl',
      edits: [{ file: 'config.yaml', from: 6, to: 6, lines: ['    default_in_redis_ttl: 60'] }],
    });
    expect(typo).toMatchObject({ fix: 'write namespace', edits: [{ file: 'config.yaml', from: 7, to: 7, lines: ['    namespace: x'] }] });
  });

  it('is milder where LiteLLM drops the key', async () => {
    expect(await reported(cacheParamsUnknownKey, params('    type: redis\n    url: rediss://redis:6379\n    colour: red\n'))).toEqual([
      "config.yaml:6:5: medium: cache_params.colour is an argument of neither LiteLLM's cache nor redis-py",
    ]);
  });

  it('does not look at other kinds of cache', async () => {
    expect(await reported(cacheParamsUnknownKey, params('    type: s3\n    colour: red\n'))).toEqual([]);
  });
});
