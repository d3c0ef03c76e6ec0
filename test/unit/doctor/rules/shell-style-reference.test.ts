import { describe, expect, it } from 'vitest';
import { shellStyleReference } from '../../../../src/doctor/rules/shell-style-reference.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

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

  it.each(['$REDIS_HOST', `"\${REDIS_HOST}"`, 'env:REDIS_HOST', 'os.environ.REDIS_HOST'])('knows %s', async (value) => {
    const files = { 'config.yaml': `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: ${value}\n` };
    expect(await reported(shellStyleReference, files)).toEqual([
      'config.yaml:5:5: high: cache_params.host is not resolved: LiteLLM knows only os.environ/NAME',
    ]);
    expect(shellStyleReference.check(await setupOf(files))[0]?.edits).toEqual([
      { file: 'config.yaml', from: 5, to: 5, lines: ['    host: os.environ/REDIS_HOST'] },
    ]);
  });
});
