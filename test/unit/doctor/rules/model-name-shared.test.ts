import { describe, expect, it } from 'vitest';
import { modelNameShared } from '../../../../src/doctor/rules/model-name-shared.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('model-name-shared');

describe('model-name-shared', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(modelNameShared, bad)).toEqual(['config.yaml:4:5: medium: model_name "chat" is used for gpt and for claude']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(modelNameShared, good)).toEqual([]);
  });

  it.each([
    ['azure/my-deployment', 'openai/gpt-4o'],
    ['gpt-4o', 'openai/gpt-4o-2024-08-06'],
    ['bedrock/anthropic.claude-3-5-sonnet', 'anthropic/claude-sonnet-4-5'],
    ['*', 'openai/gpt-4o'],
  ])('accepts %s beside %s', async (one, other) => {
    const config = `litellm_settings: { cache: true }\nmodel_list:\n  - { model_name: chat, litellm_params: { model: "${one}" } }\n  - { model_name: chat, litellm_params: { model: "${other}" } }\n`;
    expect(await reported(modelNameShared, { 'config.yaml': config })).toEqual([]);
  });
});
