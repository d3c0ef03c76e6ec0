import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { SERVER_RELEASE } from '../../dev/redis.ts';
import { Secret } from '../../src/source/secret.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { refusals } from '../support/redis-statistics.ts';
import { targetConfig, type WatchedTarget, watchTarget } from '../support/target.ts';

const folder = await mkdtemp(join(tmpdir(), 'lce-target-auth-'));
afterAll(() => rm(folder, { recursive: true }));

function stateOf(watched: WatchedTarget, credential = 'exporter'): string | undefined {
  const states = Object.entries(watched.series('redis.auth.state')).filter(
    ([labels, value]) => value === 1 && labels.includes(`credential=${credential},`),
  );
  return states.length === 1 ? states[0]?.[0].split('state=')[1] : undefined;
}

function rejections(watched: WatchedTarget, origin: 'own' | 'others'): Record<string, number | undefined> {
  const value = (prefix: 'WRONGPASS' | 'NOAUTH' | 'NOPERM') => watched.value('redis.auth.rejections', { 'error.type': prefix, origin });
  return { WRONGPASS: value('WRONGPASS'), NOAUTH: value('NOAUTH'), NOPERM: value('NOPERM') };
}

/** A client that has not authenticated. */
async function unauthenticated(redis: RunningRedis): Promise<Redis> {
  const client = new Redis({
    port: redis.port,
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    retryStrategy: null,
    lazyConnect: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Another client of the server that sends one command after another and does not mind errors. */
async function otherClient(redis: RunningRedis, ...commands: [string, ...string[]][]): Promise<void> {
  const client = await unauthenticated(redis);
  for (const [command, ...args] of commands) await client.call(command, ...args).catch(() => undefined);
  client.disconnect();
}

describe.each(SERVER_RELEASE)('server %s', async (release) => {
  describe.skipIf(await lacksRedis(release))('authentication', () => {
    it('tells a wrong password from a server that is down, with one attempt per tick', async () => {
      const redis = await startRedis({ release, args: ['--requirepass', 'right'] });
      const watched = watchTarget(targetConfig(redis.url, { password: 'wrong' }));
      for (let tick = 0; tick < 3; tick++) expect(await watched.tick()).toMatchObject({ failure: 'wrongpass', prefix: 'WRONGPASS' });

      expect(watched.value('redis.up', {})).toBe(1);
      expect(stateOf(watched)).toBe('failed');
      expect(watched.value('redis.auth.failures', { credential: 'exporter', 'error.type': 'wrongpass' })).toBe(3);
      expect(watched.value('redis.auth.attempts', { credential: 'exporter', outcome: 'failure' })).toBe(3);
      expect(watched.value('redis.auth.attempts', { credential: 'exporter', outcome: 'success' })).toBe(0);
      expect(watched.value('redis.scrape.failures', { 'error.type': 'wrongpass' })).toBe(3);
      expect(watched.value('redis.auth.required', {})).toBe(1);
      expect(watched.metrics()).not.toContain('redis.memory.used');
      // Three attempts, and the one PING without a password that the first tick sends.
      expect(await refusals(redis)).toEqual({ WRONGPASS: 3, NOAUTH: 0, NOPERM: 0 });
      expect(rejections(watched, 'own')).toEqual({ WRONGPASS: 3, NOAUTH: 0, NOPERM: 0 });
      expect(watched.log.filter(({ level }) => level === 'warn').map(({ sentence }) => sentence)).toEqual(['A credential is refused']);
      expect(JSON.stringify([watched.log, watched.watch.status()])).not.toContain('wrong"');
    });

    it('sees a rotated password although its connection stays open, and heals when the file has the new one', async () => {
      const redis = await startRedis({ release, args: ['--requirepass', 'old'] });
      const file = join(folder, `rotated-${release}`);
      await writeFile(file, 'old\n');
      const watched = watchTarget(targetConfig(redis.url, { password: Secret.fromFile(file) }));
      expect(await watched.tick()).toBeUndefined();
      await redis.command('CONFIG', 'SET', 'requirepass', 'new');

      expect(await watched.tick()).toMatchObject({ failure: 'wrongpass' });
      expect(stateOf(watched)).toBe('failed');
      expect(watched.value('redis.auth.last_failure.timestamp', { credential: 'exporter' })).toBeGreaterThan(1_700_000_000);
      expect(watched.recoveries).toBe(0);

      await writeFile(file, 'new\n');
      expect(await watched.tick()).toBeUndefined();
      expect(stateOf(watched)).toBe('ok');
      expect(watched.recoveries).toBe(1);
      expect(await refusals(redis)).toMatchObject({ WRONGPASS: 1 });
      expect(rejections(watched, 'own')).toMatchObject({ WRONGPASS: 1 });
      expect(rejections(watched, 'others')).toEqual({ WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 });
      expect(watched.series('redis.acl.log.entries')).toMatchObject({ 'reason=auth,origin=own': 1, 'reason=auth,origin=others': 0 });
      await watched.watch.close();
    });

    it('says that a user is gone', async () => {
      const redis = await startRedis({ release });
      await redis.command('ACL', 'SETUSER', 'watcher', 'on', '>pass', '+@all');
      const watched = watchTarget(targetConfig(redis.url, { username: 'watcher', password: 'pass' }));
      expect(await watched.tick()).toBeUndefined();
      await redis.command('ACL', 'DELUSER', 'watcher');
      expect(await watched.tick()).toMatchObject({ failure: 'wrongpass' });
      expect(stateOf(watched)).toBe('failed');
      expect(watched.target.connections).toBe(0);
    });

    it('knows a password that is missing from one that is wrong, with one refusal per tick', async () => {
      const redis = await startRedis({ release, args: ['--requirepass', 'right'] });
      const watched = watchTarget(targetConfig(redis.url));
      for (let tick = 0; tick < 2; tick++) expect(await watched.tick()).toMatchObject({ failure: 'noauth' });
      expect(stateOf(watched)).toBe('failed');
      expect(watched.value('redis.auth.required', {})).toBe(1);
      expect(await refusals(redis)).toEqual({ WRONGPASS: 0, NOAUTH: 2, NOPERM: 0 });
      expect(rejections(watched, 'own')).toEqual({ WRONGPASS: 0, NOAUTH: 2, NOPERM: 0 });
    });

    it('finds an open server behind a configured password', async () => {
      const redis = await startRedis({ release });
      const watched = watchTarget(targetConfig(redis.url, { password: 'needless' }));
      expect(await watched.tick()).toBeUndefined();
      expect(stateOf(watched)).toBe('disabled');
      expect(watched.value('redis.auth.required', {})).toBe(0);
      await watched.watch.close();
    });

    it('keeps a broken canary apart from its own credential and from others', async () => {
      const redis = await startRedis({ release, args: ['--requirepass', 'right'] });
      const canaries = [
        { name: 'gateway', username: 'litellm', password: Secret.of('stale') },
        { name: 'reader', username: 'default', password: Secret.of('right') },
      ];
      const watched = watchTarget(targetConfig(redis.url, { password: 'right', canaries }));
      await otherClient(redis, ['AUTH', 'litellm', 'typo']);
      expect(await watched.tick()).toBeUndefined();
      await otherClient(redis, ['AUTH', 'litellm', 'typo'], ['AUTH', 'nobody', 'typo'], ['PING'], ['GET', 'x']);
      expect(await watched.tick()).toBeUndefined();
      expect(await watched.tick()).toBeUndefined();

      expect([stateOf(watched), stateOf(watched, 'gateway'), stateOf(watched, 'reader')]).toEqual(['ok', 'failed', 'ok']);
      expect(watched.value('redis.auth.failures', { credential: 'gateway', 'error.type': 'wrongpass' })).toBe(3);
      // What happened before the first scrape is the baseline.
      expect(await refusals(redis)).toEqual({ WRONGPASS: 6, NOAUTH: 2, NOPERM: 0 });
      expect(rejections(watched, 'own')).toEqual({ WRONGPASS: 3, NOAUTH: 0, NOPERM: 0 });
      expect(rejections(watched, 'others')).toEqual({ WRONGPASS: 2, NOAUTH: 2, NOPERM: 0 });
      expect(watched.series('redis.acl.log.entries')).toMatchObject({ 'reason=auth,origin=own': 2, 'reason=auth,origin=others': 2 });
      expect(watched.watch.status().rejectionsOfOthers).toEqual({ WRONGPASS: 2, NOAUTH: 2, NOPERM: 0 });
      expect(watched.log.filter(({ sentence }) => sentence === 'The server refuses other clients')).toHaveLength(1);
      await watched.watch.close();
    });

    it('says who else was refused, and who may have come without a password', async () => {
      const redis = await startRedis({ release, args: ['--requirepass', 'right'] });
      await redis.command('ACL', 'SETUSER', 'litellm', 'on', '>pass', '~litellm:*', '+get');
      const canaries = [{ name: 'gateway', username: 'litellm', password: Secret.of('pass') }];
      const watched = watchTarget(targetConfig(redis.url, { password: 'right', canaries }));
      expect(await watched.tick()).toBeUndefined();
      const idle = await unauthenticated(redis);
      await otherClient(redis, ['AUTH', 'the password itself', 'x'], ['AUTH', 'litellm', 'pass'], ['GET', 'secret:key'], ['SET', 'a', 'b']);
      await idle.call('PING').catch(() => undefined);
      expect(await watched.tick()).toBeUndefined();
      const { refused = [], noauth } = watched.watch.status();
      expect(refused).toHaveLength(3);
      const seen = { address: '127.0.0.1', count: 1, at: expect.any(Number) };
      expect(refused).toEqual(
        expect.arrayContaining([
          { reason: 'auth', user: 'th... (19 characters)', what: 'auth', ...seen },
          { reason: 'key', user: 'litellm', what: 'key', ...seen },
          { reason: 'command', user: 'litellm', what: 'set', ...seen },
        ]),
      );
      expect(noauth?.candidates).toEqual([{ address: '127.0.0.1', library: undefined, connections: 1 }]);
      const warned = watched.log.find(({ sentence }) => sentence === 'The server refuses other clients');
      expect(warned?.clients).toContain('login (auth) as th... (19 characters) from 127.0.0.1, once');
      expect(JSON.stringify([watched.log, watched.watch.status()])).not.toMatch(/the password itself|secret:key/);
      expect(watched.steps).toContain('CLIENT LIST');
      expect(await watched.tick()).toBeUndefined();
      expect(watched.steps).not.toContain('CLIENT LIST');
      idle.disconnect();
      await watched.watch.close();
    });

    it('does without the list of clients where it may not ask for it', async () => {
      const redis = await startRedis({ release, args: ['--requirepass', 'right'] });
      await redis.command('ACL', 'SETUSER', 'watcher', 'on', '>pass', '+info', '+ping', '+acl|log');
      const watched = watchTarget(targetConfig(redis.url, { username: 'watcher', password: 'pass' }));
      for (let tick = 0; tick < 3; tick++) {
        await otherClient(redis, ['PING']);
        expect(await watched.tick()).toBeUndefined();
      }
      expect(watched.watch.status().noauth).toEqual({ at: expect.any(Number), candidates: undefined });
      expect(watched.log.filter(({ query }) => query === 'CLIENT LIST')).toHaveLength(1);
      expect(watched.watch.status().refused).toBeUndefined();
      await watched.watch.close();
    });

    it('asks a user that may not PING only once', async () => {
      const redis = await startRedis({ release });
      await redis.command('ACL', 'SETUSER', 'litellm', 'on', '>pass', '+get', '+set', '~*');
      const canaries = [{ name: 'gateway', username: 'litellm', password: Secret.of('pass') }];
      const watched = watchTarget(targetConfig(redis.url, { canaries }));
      for (let tick = 0; tick < 3; tick++) expect(await watched.tick()).toBeUndefined();
      expect(stateOf(watched, 'gateway')).toBe('ok');
      expect(await refusals(redis)).toEqual({ WRONGPASS: 0, NOAUTH: 0, NOPERM: 1 });
      expect(rejections(watched, 'others')).toEqual({ WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 });
      await watched.watch.close();
    });

    it('shows nothing of a tick that was stopped', async () => {
      const redis = await startRedis({ release });
      const watched = watchTarget(targetConfig(redis.url));
      redis.pause();
      const controller = new AbortController();
      const stopped = watched.tick(controller.signal);
      setTimeout(() => controller.abort(new DOMException('the job was stopped', 'AbortError')), 50);
      expect(await stopped).toMatchObject({ failure: 'closed' });
      expect(watched.value('redis.up', {})).toBeUndefined();
      expect(watched.value('redis.auth.attempts', { credential: 'exporter', outcome: 'failure' })).toBe(0);
      expect(watched.value('redis.scrape.failures', { 'error.type': 'closed' })).toBe(0);
      expect(watched.target.connections).toBe(0);
      expect(watched.log).toEqual([]);
    });

    it('says that the file of a password cannot be read', async () => {
      const redis = await startRedis({ release, args: ['--requirepass', 'right'] });
      const watched = watchTarget(targetConfig(redis.url, { password: Secret.fromFile(join(folder, 'nowhere')) }));
      expect((await watched.tick())?.message).toBe(
        `the password file ${join(folder, 'nowhere')} of the credential exporter cannot be read`,
      );
      expect(stateOf(watched)).toBe('unknown');
      expect(watched.value('redis.up', {})).toBe(1);
      expect(watched.value('redis.auth.failures', { credential: 'exporter', 'error.type': 'secret_unreadable' })).toBe(1);
      expect(await refusals(redis)).toEqual({ WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 });
    });
  });
});
