import { describe, expect, it } from 'vitest';
import { cacheIsOptIn } from '../../../../src/doctor/rules/cache-is-opt-in.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('cache-is-opt-in');

describe('cache-is-opt-in', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(cacheIsOptIn, bad)).toEqual(['config.yaml:10:5: info: mode is default_off']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(cacheIsOptIn, good)).toEqual([]);
  });
});
