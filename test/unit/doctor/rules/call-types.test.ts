import { describe, expect, it } from 'vitest';
import { callTypes } from '../../../../src/doctor/rules/call-types.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('call-types');

describe('call-types', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(callTypes, bad)).toEqual(['config.yaml:10:5: medium: completion without acompletion']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(callTypes, good)).toEqual([]);
  });
});
