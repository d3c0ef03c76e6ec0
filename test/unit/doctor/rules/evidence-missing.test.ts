import { describe, expect, it } from 'vitest';
import { evidenceMissing } from '../../../../src/doctor/rules/evidence-missing.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('evidence-missing');

describe('evidence-missing', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(evidenceMissing, bad)).toEqual([
      'compose.yaml:2:5: high: includes ../redis/compose.yaml, which was not found here',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(evidenceMissing, good)).toEqual([]);
  });
});
