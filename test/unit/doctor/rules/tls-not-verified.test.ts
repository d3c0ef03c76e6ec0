import { describe, expect, it } from 'vitest';
import { tlsNotVerified } from '../../../../src/doctor/rules/tls-not-verified.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('tls-not-verified');

describe('tls-not-verified', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(tlsNotVerified, bad)).toEqual([
      'config.yaml:12:5: medium: cache_params.ssl_cert_reqs switches the check of the certificate off',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(tlsNotVerified, good)).toEqual([]);
  });
});
