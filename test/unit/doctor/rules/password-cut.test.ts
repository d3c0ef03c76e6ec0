import { describe, expect, it } from 'vitest';
import { passwordCut } from '../../../../src/doctor/rules/password-cut.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('password-cut');

describe('password-cut', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(passwordCut, bad)).toEqual([
      'compose.yaml:5:7: high: REDIS_PASSWORD holds a dollar sign, and Compose replaces the word behind it by nothing',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(passwordCut, good)).toEqual([]);
  });
});
