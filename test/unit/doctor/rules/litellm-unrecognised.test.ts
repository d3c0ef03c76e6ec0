import { describe, expect, it } from 'vitest';
import { litellmUnrecognised } from '../../../../src/doctor/rules/litellm-unrecognised.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('litellm-unrecognised');

describe('litellm-unrecognised', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(litellmUnrecognised, bad)).toEqual([
      'compose.yaml:3:5: high: service gateway may run LiteLLM: it is started with --config; nothing else says so',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(litellmUnrecognised, good)).toEqual([]);
  });
});
