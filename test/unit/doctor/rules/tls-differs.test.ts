import { describe, expect, it } from 'vitest';
import { tlsDiffers } from '../../../../src/doctor/rules/tls-differs.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('tls-differs');

describe('tls-differs', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(tlsDiffers, bad)).toEqual([
      'config.yaml:14:3: medium: router_settings.redis_host is used without TLS, the same server is used with TLS by the cache',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(tlsDiffers, good)).toEqual([]);
  });
});
