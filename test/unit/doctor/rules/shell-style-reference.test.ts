import { describe, expect, it } from 'vitest';
import { shellStyleReference } from '../../../../src/doctor/rules/shell-style-reference.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('shell-style-reference');

describe('shell-style-reference', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(shellStyleReference, bad)).toEqual([
      'config.yaml:5:5: high: cache_params.host is not resolved: LiteLLM knows only os.environ/NAME',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(shellStyleReference, good)).toEqual([]);
  });
});
