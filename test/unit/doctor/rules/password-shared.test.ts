import { describe, expect, it } from 'vitest';
import { passwordShared } from '../../../../src/doctor/rules/password-shared.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('password-shared');

describe('password-shared', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(passwordShared, bad)).toEqual(['.envrc:2:8: critical: REDIS_PASSWORD is the same secret as LITELLM_MASTER_KEY']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(passwordShared, good)).toEqual([]);
  });

  it('compares with the password of the database, inside its url as well', async () => {
    const compose =
      'services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    environment:\n      DATABASE_URL: postgresql://litellm:one-secret-for-everything@db:5432/litellm\n      REDIS_PASSWORD: one-secret-for-everything\n';
    expect(await reported(passwordShared, { 'compose.yaml': compose })).toEqual([
      'compose.yaml:6:7: critical: REDIS_PASSWORD is the same secret as DATABASE_URL',
    ]);
  });
});
