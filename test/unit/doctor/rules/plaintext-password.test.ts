import { describe, expect, it } from 'vitest';
import { plaintextPassword } from '../../../../src/doctor/rules/plaintext-password.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

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

  it('takes the value away from the line and leaves the comment', async () => {
    const [finding] = plaintextPassword.check(
      await setupOf({ 'config.yaml': "router_settings:\n  redis_host: redis\n  redis_password: 'correct horse battery staple' # ours\n" }),
    );
    expect(finding?.edits).toEqual([
      { file: 'config.yaml', from: 3, to: 3, lines: ['  redis_password: os.environ/REDIS_PASSWORD # ours'] },
    ]);
  });

  it('finds a password in a url, for Sentinel and for the coordination Redis', async () => {
    const text =
      'general_settings:\n  coordination_redis: { host: redis, password: aaaaaaaaaaaaaaaaaaaaaaaa1 }\nlitellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    url: redis://:aaaaaaaaaaaaaaaaaaaaaaaa2@redis\n    sentinel_password: aaaaaaaaaaaaaaaaaaaaaaaa3\n';
    expect(await reported(plaintextPassword, { 'config.yaml': text })).toEqual([
      'config.yaml:2:38: critical: coordination_redis.password holds the password as plain text',
      'config.yaml:7:5: critical: cache_params.url holds a password as plain text',
      'config.yaml:8:5: critical: cache_params.sentinel_password holds the password as plain text',
    ]);
  });

  it('finds one that was commented out, and no reference and no sample', async () => {
    const text =
      'litellm_settings:\n  cache: false\n  # password: os.environ/REDIS_PASSWORD\n  # password: your_password\n  # redis_password: "correct-horse-battery"\n';
    expect(await reported(plaintextPassword, { 'config.yaml': text })).toEqual([
      'config.yaml:5:5: critical: redis_password is commented out and still holds a password as plain text',
    ]);
  });
});
