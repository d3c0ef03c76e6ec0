import { describe, expect, it } from 'vitest';
import { iamWithPassword } from '../../../../src/doctor/rules/iam-with-password.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('iam-with-password');

describe('iam-with-password', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(iamWithPassword, bad)).toEqual(['config.yaml:7:5: medium: cache_params.password together with Google IAM']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(iamWithPassword, good)).toEqual([]);
  });

  it('reports a token that is fetched once, and plain text', async () => {
    const config =
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    redis_startup_nodes: [{ host: a, port: 1 }]\n    gcp_service_account: projects/-/serviceAccounts/a\n    ssl: true\n';
    expect(await reported(iamWithPassword, { 'config.yaml': config }, { litellmVersion: '1.83.2' })).toEqual([
      'config.yaml:6:5: medium: Google IAM with a cluster on LiteLLM 1.83.2',
    ]);
    expect(await reported(iamWithPassword, { 'config.yaml': config }, { litellmVersion: '1.83.3' })).toEqual([]);
    const plain = 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n    azure_redis_ad_token: true\n';
    expect(await reported(iamWithPassword, { 'config.yaml': plain })).toEqual(['config.yaml:6:5: medium: Microsoft Entra without TLS']);
  });
});
