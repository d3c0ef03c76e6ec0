import { describe, expect, it } from 'vitest';
import { evictionPolicy } from '../../../../src/doctor/rules/eviction-policy.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('eviction-policy');

describe('eviction-policy', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(evictionPolicy, bad)).toEqual(['compose.yaml:9:5: high: service redis evicts nothing when its memory is full']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(evictionPolicy, good)).toEqual([]);
  });
});
