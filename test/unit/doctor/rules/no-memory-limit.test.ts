import { describe, expect, it } from 'vitest';
import { noMemoryLimit } from '../../../../src/doctor/rules/no-memory-limit.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('no-memory-limit');

describe('no-memory-limit', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(noMemoryLimit, bad)).toEqual(['compose.yaml:4:5: high: service redis has no maxmemory']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(noMemoryLimit, good)).toEqual([]);
  });
});
