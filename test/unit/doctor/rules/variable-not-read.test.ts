import { describe, expect, it } from 'vitest';
import { variableNotRead } from '../../../../src/doctor/rules/variable-not-read.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('variable-not-read');

describe('variable-not-read', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(variableNotRead, bad)).toEqual(['.env:1:1: medium: LiteLLM does not read LITELLM_CACHE_TYPE']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(variableNotRead, good)).toEqual([]);
  });

  it('mends a name that is nearly right', async () => {
    const files = { '.envrc': 'export REDIS_ssl=true\nexport REDIS_USER=litellm\n' };
    expect(await reported(variableNotRead, files)).toEqual([
      '.envrc:1:8: medium: LiteLLM does not read REDIS_ssl',
      '.envrc:2:8: medium: LiteLLM does not read REDIS_USER',
    ]);
    const mended = variableNotRead.check(await setupOf(files)).flatMap(({ edits }) => edits?.flatMap(({ lines }) => lines));
    expect(mended.sort()).toEqual(['export REDIS_SSL=true', 'export REDIS_USERNAME=litellm']);
  });

  it('accepts a name that the configuration refers to', async () => {
    const config = 'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis, username: os.environ/REDIS_USER }\n';
    expect(await reported(variableNotRead, { 'config.yaml': config, '.env': 'REDIS_USER=litellm\n' })).toEqual([]);
  });
});
