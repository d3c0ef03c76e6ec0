import { describe, expect, it } from 'vitest';
import { cacheTypeMissing } from '../../../../src/doctor/rules/cache-type-missing.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('cache-type-missing');

describe('cache-type-missing', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(cacheTypeMissing, bad)).toEqual(['config.yaml:3:3: critical: cache_params is not empty and has no type']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(cacheTypeMissing, good)).toEqual([]);
  });
});
