import { describe, expect, it } from 'vitest';
import { configNotFound } from '../../../../src/doctor/rules/config-not-found.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('config-not-found');

describe('config-not-found', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(configNotFound, bad)).toEqual([
      'compose.yaml:4:5: high: LiteLLM of service litellm is started with /app/conf/litellm.yaml (--config), mounted from conf/litellm.yaml, which was not found here',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(configNotFound, good)).toEqual([]);
  });
});
