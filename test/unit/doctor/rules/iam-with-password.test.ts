import { describe, expect, it } from 'vitest';
import { iamWithPassword } from '../../../../src/doctor/rules/iam-with-password.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('iam-with-password');

describe('iam-with-password', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(iamWithPassword, bad)).toEqual(['config.yaml:7:5: medium: cache_params.password together with Google IAM']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(iamWithPassword, good)).toEqual([]);
  });
});
