import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GATEWAY_RELEASE } from '../../dev/gateway.ts';
import { MissingError } from '../../dev/missing-error.ts';
import { onPath } from '../../dev/on-path.ts';
import { redisServer, SERVER_RELEASE } from '../../dev/redis.ts';
import { groupMembers } from '../support/alive.ts';
import { startGateway } from '../support/gateway.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';

describe.each(SERVER_RELEASE)('the server %s of the local stack', async (release) => {
  it.skipIf(await lacksRedis(release))('is that release, obeys behind a password and ends', async () => {
    const redis = await startRedis({ release, args: ['--requirepass', 'secret', '--maxmemory', '10mb'] });
    const [name, version] = release.startsWith('valkey-') ? ['valkey', release.slice('valkey-'.length)] : ['redis', release];
    expect(String(await redis.command('INFO', 'server'))).toContain(`${name}_version:${version}`);
    expect(await redis.command('CONFIG', 'GET', 'requirepass')).toEqual(['requirepass', 'secret']);
    expect(await redis.command('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '10485760']);
    await expect(redis.command('NOSUCHCOMMAND')).rejects.toThrow(/unknown command/);
    await redis.stop();
    expect(groupMembers(redis.pid)).toEqual([]);
  });

  it.skipIf(await lacksRedis(release))('hangs while it is paused and ends all the same', async () => {
    const redis = await startRedis({ release });
    redis.pause();
    const answer = redis.command('PING');
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300, 'nothing'))]);
    expect(first).toBe('nothing');
    redis.resume();
    expect(await answer).toBe('PONG');
    redis.pause();
    await redis.stop();
    expect(groupMembers(redis.pid)).toEqual([]);
  });
});

describe('what a machine lacks', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is named with what to install', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    await expect(redisServer('7.0.15', () => undefined)).rejects.toThrow(
      new MissingError('Redis 7.0.15 is wanted and there is no redis-server on the PATH. Debian 12 has it: apt-get install redis-server.'),
    );
    await expect(onPath('promtool', 'prometheus')).rejects.toThrow(
      new MissingError('There is no promtool on the PATH. Debian has it: apt-get install prometheus.'),
    );
  });
});

describe.each(GATEWAY_RELEASE)('LiteLLM %s of the local stack', (release) => {
  it('answers every route from mock models, caches in its Redis and leaves nothing behind', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'secret'] });
    const gateway = await startGateway({
      release,
      redis: { port: redis.port, password: 'secret' },
      config: { litellm_settings: { cache_params: { namespace: 'some', ttl: null } } },
    });
    const headers = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' };
    const ask = async (path: string, body: object) => {
      const answer = await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, version: answer.headers.get('x-litellm-version'), text: await answer.text() };
    };
    const chat = { model: 'cache-probe', messages: [{ role: 'user', content: 'x' }] };
    expect(await ask('/v1/completions', { model: 'cache-probe', prompt: 'x' })).toMatchObject({ status: 200, version: release });
    expect(await ask('/v1/chat/completions', chat)).toMatchObject({ status: 200 });
    expect((await ask('/v1/chat/completions', { ...chat, stream: true })).text).toMatch(/^data: .*"ok"/);
    expect((await ask('/v1/embeddings', { model: 'cache-probe-embedding', input: 'x' })).text).toContain('[0.1,0.2]');
    expect(await ask('/v1/responses', { model: 'cache-probe', input: 'x' })).toMatchObject({ status: 200 });
    await expect.poll(() => redis.command('KEYS', 'some:*'), { timeout: 15_000 }).not.toEqual([]);

    await gateway.stop();
    expect(groupMembers(gateway.pid)).toEqual([]);
    expect(existsSync(dirname(gateway.configFile))).toBe(false);
  });
});
