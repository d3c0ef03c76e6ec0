import { describe, expect, it } from 'vitest';
import { settingTooNew } from '../../../../src/doctor/rules/setting-too-new.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('setting-too-new');

describe('setting-too-new', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(settingTooNew, bad)).toEqual([
      'config.yaml:2:3: high: LiteLLM v1.80.9 does not read coordination_redis, which came with 1.93.0',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(settingTooNew, good)).toEqual([]);
  });

  it.each([
    ['redis_startup_nodes: [{ host: n, port: 1 }]', '1.80.9', 1],
    ['url: "rediss://n:1"', '1.80.9', 1],
    ['redis_startup_nodes: [{ host: n, port: 1 }]', '1.104.2', 0],
    ['host: n', '1.80.9', 0],
  ])('knows where the login of AWS disappears: %s on %s', async (address, litellmVersion, count) => {
    const config = `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    ${address}\n    ssl: true\n    aws_iam_auth: true\n    aws_iam_user_name: u\n    aws_iam_cache_name: c\n    aws_iam_region: r\n`;
    expect(await reported(settingTooNew, { 'config.yaml': config }, { litellmVersion })).toHaveLength(count);
  });
});
