import { describe, expect, it } from 'vitest';
import { localCacheWithSeveralWorkers } from '../../../../src/doctor/rules/local-cache-with-several-workers.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('local-cache-with-several-workers');

describe('local-cache-with-several-workers', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(localCacheWithSeveralWorkers, bad)).toEqual(['config.yaml:4:5: high: type local with 4 workers of LiteLLM']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(localCacheWithSeveralWorkers, good)).toEqual([]);
  });
});
