import { describe, expect, it } from 'vitest';
import { noPoolLimit } from '../../../../src/doctor/rules/no-pool-limit.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('no-pool-limit');

describe('no-pool-limit', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(noPoolLimit, bad)).toEqual(['config.yaml:3:3: medium: cache_params sets no max_connections']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(noPoolLimit, good)).toEqual([]);
  });
});
