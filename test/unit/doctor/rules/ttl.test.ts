import { describe, expect, it } from 'vitest';
import { ttl } from '../../../../src/doctor/rules/ttl.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('ttl');

describe('ttl', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(ttl, bad)).toEqual(['config.yaml:3:3: medium: cache_params sets no ttl']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(ttl, good)).toEqual([]);
  });
});
