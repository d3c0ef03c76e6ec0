import { describe, expect, it } from 'vitest';
import { passwordInCommand } from '../../../../src/doctor/rules/password-in-command.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('password-in-command');

describe('password-in-command', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(passwordInCommand, bad)).toEqual(['compose.yaml:4:5: medium: the command of service redis holds the password']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(passwordInCommand, good)).toEqual([]);
  });
});
