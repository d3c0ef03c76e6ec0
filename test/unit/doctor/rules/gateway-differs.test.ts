import { describe, expect, it } from 'vitest';
import { gatewayDiffers } from '../../../../src/doctor/rules/gateway-differs.ts';
import { said, setupOf } from '../../../support/doctor-setup.ts';

const files = { 'config.yaml': 'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis }\n' };

describe('gateway-differs', () => {
  it('reports a running gateway with another kind of cache', async () => {
    const setup = { ...(await setupOf(files)), live: { gateway: { cacheType: 'local' } } };
    expect(said(gatewayDiffers, setup)).toEqual(['config.yaml:2:3: high: the gateway says that its cache is local, the file says redis']);
  });

  it('prints no text of a gateway that is no name of a type', async () => {
    const setup = { ...(await setupOf(files)), live: { gateway: { cacheType: 'a b\u001b[31m' } } };
    expect(said(gatewayDiffers, setup)).toEqual([
      'config.yaml:2:3: high: the gateway says that its cache is something else, the file says redis',
    ]);
  });

  it('says nothing where both agree, or where nobody asked the gateway', async () => {
    const setup = await setupOf(files);
    expect(said(gatewayDiffers, { ...setup, live: { gateway: { cacheType: 'redis' } } })).toEqual([]);
    expect(said(gatewayDiffers, { ...setup, live: {} })).toEqual([]);
    expect(said(gatewayDiffers, setup)).toEqual([]);
  });
});
