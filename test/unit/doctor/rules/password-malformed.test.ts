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

  it.each([
    ['redis://:100%@redis', true],
    ['redis://:a@b@redis', true],
    ['redis://user:plain-text@redis:6379/0', false],
    ['redis://redis:6379', false],
  ])('judges %s', async (url, wrong) => {
    expect((await reported(passwordMalformed, { '.env': `REDIS_URL=${url}\n` })).length).toBe(wrong ? 1 : 0);
  });

  it('reports white space around a password', async () => {
    const config = 'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis, password: "some text at the end " }\n';
    expect(await reported(passwordMalformed, { 'config.yaml': config })).toEqual([
      'config.yaml:3:45: high: cache_params.password begins or ends with white space',
    ]);
  });
});
