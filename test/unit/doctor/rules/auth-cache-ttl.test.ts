import { describe, expect, it } from 'vitest';
import { authCacheTtl } from '../../../../src/doctor/rules/auth-cache-ttl.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('auth-cache-ttl');

describe('auth-cache-ttl', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(authCacheTtl, bad)).toEqual(['config.yaml:3:3: low: enable_redis_auth_cache without user_api_key_cache_ttl']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(authCacheTtl, good)).toEqual([]);
  });

  it('wants minutes, not hours', async () => {
    const config = 'general_settings:\n  user_api_key_cache_ttl: 3600\nlitellm_settings:\n  enable_redis_auth_cache: true\n';
    expect(await reported(authCacheTtl, { 'config.yaml': config })).toEqual(['config.yaml:2:3: low: user_api_key_cache_ttl is 3600 s']);
  });
});
