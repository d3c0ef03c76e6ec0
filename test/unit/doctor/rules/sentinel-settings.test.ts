import { describe, expect, it } from 'vitest';
import { sentinelSettings } from '../../../../src/doctor/rules/sentinel-settings.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('sentinel-settings');

describe('sentinel-settings', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(sentinelSettings, bad)).toEqual([
      'config.yaml:5:5: medium: redis:26379 is the port of a Sentinel, not of a data server',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(sentinelSettings, good)).toEqual([]);
  });

  it('wants the name of the service, and the password of the data server', async () => {
    const config =
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    sentinel_nodes: [[sentinel-1, 26379]]\n    sentinel_password: os.environ/SENTINEL\n';
    expect(await reported(sentinelSettings, { 'config.yaml': config, '.env': 'LITELLM_LOG=INFO\n' })).toEqual([
      'config.yaml:5:5: high: sentinel_nodes without service_name',
      'config.yaml:6:5: high: sentinel_password without a password for the data server',
    ]);
  });
});
