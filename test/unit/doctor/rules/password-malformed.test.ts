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
    ['redis://:100%@redis', 'low: the password in REDIS_URL has an @ or a % that is not escaped'],
    ['redis://:a@b@redis', 'low: the password in REDIS_URL has an @ or a % that is not escaped'],
    ['redis://:a/b@redis', 'high: the password in REDIS_URL has a character that must be escaped in a URL'],
    ['redis://:a]b@redis', 'high: the password in REDIS_URL has a character that must be escaped in a URL'],
    ['redis://:%E9t%E9@redis', 'high: the password in REDIS_URL has an escape that is not UTF-8'],
    ['redis://:%C3%A9@redis', undefined],
    ['redis://user:plain-text@redis:6379/0', undefined],
    ['redis://redis:6379', undefined],
    ['redis://redis:6379/0?client_name=a@b', undefined],
  ])('judges %s', async (url, finding) => {
    expect(await reported(passwordMalformed, { '.env': `REDIS_URL=${url}\n` })).toEqual(
      finding === undefined ? [] : [`.env:1:1: ${finding}`],
    );
  });

  it('reports white space around a password', async () => {
    const config = 'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis, password: "some text at the end " }\n';
    expect(await reported(passwordMalformed, { 'config.yaml': config })).toEqual([
      'config.yaml:3:45: high: cache_params.password begins or ends with white space',
    ]);
  });
});
