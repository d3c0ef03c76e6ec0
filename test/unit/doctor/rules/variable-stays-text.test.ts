import { describe, expect, it } from 'vitest';
import { variableStaysText } from '../../../../src/doctor/rules/variable-stays-text.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('variable-stays-text');

describe('variable-stays-text', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(variableStaysText, bad)).toEqual(['.env:2:1: low: REDIS_HEALTH_CHECK_INTERVAL reaches the Redis client as text']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(variableStaysText, good)).toEqual([]);
  });
});
