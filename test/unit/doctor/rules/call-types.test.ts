import { describe, expect, it } from 'vitest';
import { callTypes } from '../../../../src/doctor/rules/call-types.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('call-types');

describe('call-types', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(callTypes, bad)).toEqual(['config.yaml:10:5: medium: completion without acompletion']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(callTypes, good)).toEqual([]);
  });

  const types = (list: string) => ({
    'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n    supported_call_types: ${list}\n`,
  });

  it('knows an empty list for what it is', async () => {
    expect(await reported(callTypes, types('[]'))).toEqual(['config.yaml:6:5: info: supported_call_types is empty']);
  });

  it('suggests what was meant', async () => {
    expect(callTypes.check(await setupOf(types('[acompletion, aembeding]')))).toMatchObject([
      { message: '"aembeding" is no call type of LiteLLM', fix: 'write aembedding' },
    ]);
  });

  it.each([
    ['[acompletion, anthropic_messages]', '1.104.2', []],
    ['[acompletion, aanthropic_messages]', '1.104.2', ['config.yaml:6:5: medium: aanthropic_messages without anthropic_messages']],
    ['[responses]', '1.104.2', ['config.yaml:6:5: medium: responses without aresponses']],
    ['[responses]', '1.110.2', []],
    ['[embedding]', '1.110.2', ['config.yaml:6:5: medium: embedding without aembedding']],
  ])('knows the functions that the gateway calls: %s on %s', async (list, litellmVersion, findings) => {
    expect(await reported(callTypes, types(list), { litellmVersion })).toEqual(findings);
  });

  it('accepts asynchronous names alone', async () => {
    expect(await reported(callTypes, types('[acompletion, aresponses, anthropic_messages, aanthropic_messages]'))).toEqual([]);
  });
});
