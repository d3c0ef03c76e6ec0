import { describe, expect, it } from 'vitest';
import { sslFalse } from '../../../../src/doctor/rules/ssl-false.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('ssl-false');

describe('ssl-false', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(sslFalse, bad)).toEqual([
      'config.yaml:10:5: medium: cache_params.ssl is false, which releases before 1.93.0 take for true',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(sslFalse, good)).toEqual([]);
  });

  const file = { 'config.yaml': 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n    ssl: "False"\n' };

  it('is high on a release that has the fault, and nothing on one without', async () => {
    expect(await reported(sslFalse, file, { litellmVersion: '1.92.2' })).toEqual([
      'config.yaml:6:5: high: cache_params.ssl is false, which LiteLLM 1.92.2 takes for true',
    ]);
    expect(await reported(sslFalse, file, { litellmVersion: '1.93.0' })).toEqual([]);
  });

  it('deletes the line', async () => {
    expect(sslFalse.check(await setupOf(file))[0]?.edits).toEqual([{ file: 'config.yaml', from: 6, to: 6, lines: [] }]);
  });
});
