import { describe, expect, it } from 'vitest';
import { variableNotRead } from '../../../../src/doctor/rules/variable-not-read.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('variable-not-read');

describe('variable-not-read', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(variableNotRead, bad)).toEqual(['.env:1:1: medium: LiteLLM does not read LITELLM_CACHE_TYPE']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(variableNotRead, good)).toEqual([]);
  });
});
