import { describe, expect, it } from 'vitest';
import { modelNameShared } from '../../../../src/doctor/rules/model-name-shared.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('model-name-shared');

describe('model-name-shared', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(modelNameShared, bad)).toEqual(['config.yaml:4:5: medium: model_name "chat" stands for gpt and for claude']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(modelNameShared, good)).toEqual([]);
  });
});
