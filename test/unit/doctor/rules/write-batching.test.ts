import { describe, expect, it } from 'vitest';
import { writeBatching } from '../../../../src/doctor/rules/write-batching.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('write-batching');

describe('write-batching', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(writeBatching, bad)).toEqual(['config.yaml:10:5: medium: redis_flush_size is set']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(writeBatching, good)).toEqual([]);
  });
});
