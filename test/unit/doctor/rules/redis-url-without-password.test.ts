import { describe, expect, it } from 'vitest';
import { redisUrlWithoutPassword } from '../../../../src/doctor/rules/redis-url-without-password.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-url-without-password');

describe('redis-url-without-password', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisUrlWithoutPassword, bad)).toEqual([
      '.envrc:1:8: critical: REDIS_URL has no password and hides REDIS_PASSWORD',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisUrlWithoutPassword, good)).toEqual([]);
  });

  const file = {
    'config.yaml':
      'litellm_settings:\n  cache: true\n  cache_params: { type: redis, host: redis, password: os.environ/REDIS_PASSWORD, ttl: 60 }\n',
  };
  const forgotten = { ...file, '.envrc': 'export REDIS_URL=redis://redis:6379\nexport REDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n' };

  it('knows that a configured host wins from 1.93.0 on', async () => {
    expect(await reported(redisUrlWithoutPassword, forgotten, { litellmVersion: '1.92.2' })).toEqual([
      '.envrc:1:8: critical: REDIS_URL has no password and hides REDIS_PASSWORD',
    ]);
    expect(await reported(redisUrlWithoutPassword, forgotten, { litellmVersion: '1.93.0' })).toEqual([]);
  });

  it('says that it depends where the release is not known', async () => {
    const [finding] = redisUrlWithoutPassword.check(await setupOf(forgotten));
    expect(finding?.consequence).toContain('From 1.93.0 on a configured host beats REDIS_URL');
    expect(finding?.edits).toEqual([{ file: '.envrc', from: 1, to: 1, lines: [] }]);
  });

  it('does not take the only address away', async () => {
    const files = {
      'config.yaml': 'litellm_settings:\n  cache: true\n',
      '.env': 'REDIS_URL=redis://redis:6379\nREDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n',
    };
    const [finding] = redisUrlWithoutPassword.check(await setupOf(files));
    expect(finding?.fix).toBe('put the password into the url: REDIS_URL=redis://:PASSWORD@HOST:PORT');
    expect(finding?.edits).toBeUndefined();
  });

  it('says nothing where no password is configured anywhere', async () => {
    expect(
      await reported(redisUrlWithoutPassword, {
        'config.yaml': 'litellm_settings:\n  cache: true\n',
        '.env': 'REDIS_URL=redis://redis:6379\n',
      }),
    ).toEqual([]);
  });

  it('looks at the environment of the process when asked', async () => {
    const env = { REDIS_URL: 'redis://redis:6379' };
    expect(
      await reported(
        redisUrlWithoutPassword,
        { ...file, '.env': 'REDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n' },
        { env, processEnvironment: true, litellmVersion: '1.80.0' },
      ),
    ).toEqual(['environment: critical: REDIS_URL has no password and hides REDIS_PASSWORD']);
  });
});
