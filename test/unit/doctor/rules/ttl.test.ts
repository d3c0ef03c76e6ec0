import { describe, expect, it } from 'vitest';
import { ttl } from '../../../../src/doctor/rules/ttl.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('ttl');

describe('ttl', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(ttl, bad)).toEqual(['config.yaml:3:3: medium: cache_params sets no ttl']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(ttl, good)).toEqual([]);
  });

  const params = (text: string) => ({
    'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n${text}`,
  });

  it.each([
    ['ttl: 30', 'ttl is 30 s'],
    ['ttl: 0', 'ttl is 0'],
    ['ttl: -1', 'ttl is -1'],
    ['ttl:', 'ttl is empty'],
    ['ttl: 2592000', 'ttl is 30 days'],
    ['default_in_redis_ttl: 10', 'default_in_redis_ttl is 10 s'],
  ])('reports %s', async (line, message) => {
    expect(await reported(ttl, params(`    ${line}\n`))).toEqual([`config.yaml:6:5: medium: ${message}`]);
  });

  it('says nothing where the cache is off or its parameters are not written', async () => {
    expect(await reported(ttl, { 'config.yaml': 'litellm_settings:\n  cache: true\n' })).toEqual([]);
    expect(
      await reported(ttl, { 'config.yaml': 'litellm_settings:\n  cache: false\n  cache_params: { type: redis, host: redis }\n' }),
    ).toEqual([]);
  });
});
