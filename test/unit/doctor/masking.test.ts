import { describe, expect, it } from 'vitest';
import { masking } from '../../../src/doctor/report/masking.ts';
import { setupOf } from '../../support/doctor-setup.ts';

const PASSWORD = 'pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E';

describe('masking', () => {
  it('hides a known secret wherever it is', async () => {
    const mask = masking(await setupOf({ '.env': `REDIS_PASSWORD=${PASSWORD}\nLITELLM_MASTER_KEY=sk-1234\n` })).line;
    expect(mask(`# it was ${PASSWORD}, before sk-1234`)).toBe('# it was <secret>, before <secret>');
  });

  it('hides a short secret where it is alone, and leaves names that contain it', async () => {
    const mask = masking(await setupOf({ '.env': 'REDIS_PASSWORD=redis\n' })).line;
    expect(mask('command: redis-server --requirepass redis')).toBe('command: redis-server --requirepass <secret>');
    expect(mask('image: docker.io/library/redis:7')).toBe('image: docker.io/library/redis:7');
  });

  it.each([
    ['password: hunter2', 'password: <secret>'],
    ["  redis_password: 'correct horse' # ours", "  redis_password: '<secret>' # ours"],
    ['  # redis_password: "correct horse"', '  # redis_password: "<secret>"'],
    ['REDIS_URL=redis://:pa/s@s@host:6379/0', 'REDIS_URL=redis://<secret>@host:6379/0'],
    ['url: redis://JustThePassword@host', 'url: redis://<secret>@host'],
    ['command: redis-server --requirepass hunter2 --save ""', 'command: redis-server --requirepass <secret> --save ""'],
    ['command: redis-cli -a hunter2 ping', 'command: redis-cli -a <secret> ping'],
    ['command: redis-server --user litellm on >hunter2 ~*', 'command: redis-server --user litellm on ><secret> ~*'],
    ['export OPENAI_API_KEY=sk-abc', 'export OPENAI_API_KEY=<secret>'],
    ['- AUTH_TOKEN=abc', '- AUTH_TOKEN=<secret>'],
    ['cache_params: { host: a, password: hunter2, port: 1 }', 'cache_params: { host: a, password: <secret>, port: 1 }'],
  ])('hides what a line gives to a name of a secret: %s', async (line, expected) => {
    expect(masking(await setupOf({ '.env': 'A=1\n' })).line(line)).toBe(expected);
  });

  it.each([
    'password: os.environ/REDIS_PASSWORD',
    `REDIS_PASSWORD: \${REDIS_PASSWORD:?}`,
    'export REDIS_PASSWORD="$(cat file)"',
    'host: redis',
    'REDIS_HOST=cache.example.org',
    'max_tokens: 16',
    'model_name: keyboard',
    'url: redis://redis:6379/0',
    '    keyspace: a',
  ])('leaves %s as it is', async (line) => {
    expect(masking(await setupOf({ '.env': 'A=1\n' })).line(line)).toBe(line);
  });
});
