import { describe, expect, it } from 'vitest';
import { clientFails } from '../../../../src/doctor/rules/client-fails.ts';
import { diskCacheRemoved } from '../../../../src/doctor/rules/disk-cache-removed.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('disk-cache-removed');

describe('disk-cache-removed', () => {
  it.each([
    ['1.110.2', ['config.yaml:4:5: critical: LiteLLM 1.110.2 has no cache on disk']],
    ['1.109.0', ['config.yaml:4:5: critical: LiteLLM 1.109.0 has no cache on disk']],
    ['1.108.14', ['config.yaml:4:5: low: the cache on disk is gone from LiteLLM 1.109.0 on']],
    [undefined, ['config.yaml:4:5: medium: the cache on disk is gone from LiteLLM 1.109.0 on']],
  ])('reports the bad example of its page on %s, once', async (litellmVersion, findings) => {
    expect(await reported(diskCacheRemoved, bad, { litellmVersion })).toEqual(findings);
    expect(await reported(clientFails, { ...bad, '.env': 'A=1\n' }, { litellmVersion })).toEqual([]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(diskCacheRemoved, good, { litellmVersion: '1.110.2' })).toEqual([]);
  });
});
