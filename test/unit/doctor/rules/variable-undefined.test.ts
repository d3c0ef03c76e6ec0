import { describe, expect, it } from 'vitest';
import { variableUndefined } from '../../../../src/doctor/rules/variable-undefined.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('variable-undefined');

describe('variable-undefined', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(variableUndefined, bad)).toEqual([
      'config.yaml:7:5: high: cache_params.password names REDIS_PASSWORD, which container litellm does not have',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(variableUndefined, good)).toEqual([]);
  });
});
