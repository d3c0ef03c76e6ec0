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
});
