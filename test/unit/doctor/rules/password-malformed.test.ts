import { describe, expect, it } from 'vitest';
import { passwordMalformed } from '../../../../src/doctor/rules/password-malformed.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('password-malformed');

describe('password-malformed', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(passwordMalformed, bad)).toEqual([
      '.env:1:1: high: the password in REDIS_URL has a character that must be escaped in a URL',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(passwordMalformed, good)).toEqual([]);
  });
});
