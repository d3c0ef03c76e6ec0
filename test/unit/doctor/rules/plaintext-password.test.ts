import { describe, expect, it } from 'vitest';
import { plaintextPassword } from '../../../../src/doctor/rules/plaintext-password.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('plaintext-password');

describe('plaintext-password', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(plaintextPassword, bad)).toEqual([
      'config.yaml:7:5: critical: cache_params.password holds the password as plain text',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(plaintextPassword, good)).toEqual([]);
  });
});
