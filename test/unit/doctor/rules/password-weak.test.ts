import { describe, expect, it } from 'vitest';
import { passwordWeak } from '../../../../src/doctor/rules/password-weak.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('password-weak');

describe('password-weak', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(passwordWeak, bad)).toEqual(['.env:1:1: high: REDIS_PASSWORD is a sample that stands in documentation']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(passwordWeak, good)).toEqual([]);
  });
});
