import { describe, expect, it } from 'vitest';
import { passwordInUserSlot } from '../../../../src/doctor/rules/password-in-user-slot.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('password-in-user-slot');

describe('password-in-user-slot', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(passwordInUserSlot, bad)).toEqual([
      '.env:1:1: high: REDIS_URL has a user name and no password; a password needs a colon in front of it',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(passwordInUserSlot, good)).toEqual([]);
  });
});
