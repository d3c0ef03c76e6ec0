import { describe, expect, it } from 'vitest';
import { variableOnlyInEnvFile } from '../../../../src/doctor/rules/variable-only-in-env-file.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('variable-only-in-env-file');

describe('variable-only-in-env-file', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(variableOnlyInEnvFile, bad)).toEqual([
      `compose.yaml:14:7: high: \${REDIS_PASSWORD} of service redis is empty: REDIS_PASSWORD is in a file of env_file only`,
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(variableOnlyInEnvFile, good)).toEqual([]);
  });
});
