import { describe, expect, it } from 'vitest';
import { sslFalse } from '../../../../src/doctor/rules/ssl-false.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

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
});
