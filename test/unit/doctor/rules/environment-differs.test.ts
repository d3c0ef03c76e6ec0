import { describe, expect, it } from 'vitest';
import { environmentDiffers } from '../../../../src/doctor/rules/environment-differs.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('environment-differs');

describe('environment-differs', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(environmentDiffers, bad)).toEqual(['.env:1:1: high: REDIS_HOST and cache_params.host name different hosts']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(environmentDiffers, good)).toEqual([]);
  });

  it('compares only what the file says itself', async () => {
    const config =
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: os.environ/CACHE_HOST\n    db: 2\n    username: litellm\n';
    const env = 'CACHE_HOST=a\nREDIS_HOST=b\nREDIS_DB=1\nREDIS_USERNAME=other\n';
    expect(await reported(environmentDiffers, { 'config.yaml': config, '.env': env })).toEqual([
      '.env:3:1: high: REDIS_DB and cache_params.db name different databases',
      '.env:4:1: high: REDIS_USERNAME and cache_params.username name different usernames',
    ]);
  });
});
