import { describe, expect, it } from 'vitest';
import { semanticCache } from '../../../../src/doctor/rules/semantic-cache.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('semantic-cache');

describe('semantic-cache', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(semanticCache, bad)).toEqual(['config.yaml:8:5: high: similarity_threshold is 0.7']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(semanticCache, good)).toEqual([]);
  });
});
