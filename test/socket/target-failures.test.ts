import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../dev/process.ts';
import { REDIS_RELEASE } from '../../dev/redis.ts';
import { aclRules } from '../../src/collectors/acl/acl.ts';
import { eventually } from '../support/eventually.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { refusals } from '../support/redis-statistics.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

describe.each(REDIS_RELEASE)('Redis %s', async (release) => {
  describe.skipIf(await lacksRedis(release))('in trouble', () => {
    it('is not waited for when it is frozen, and is scraped again when it goes on', async () => {
      const redis = await startRedis({ release });
      const watched = watchTarget(targetConfig(redis.url));
      expect(await watched.tick()).toBeUndefined();
      redis.pause();
      expect(await watched.tick(300)).toMatchObject({ failure: 'timeout' });
      expect(watched.value('redis.up', {})).toBe(0);
      expect(watched.value('redis.auth.failures', { credential: 'exporter', 'error.type': 'timeout' })).toBe(1);
      expect(watched.metrics()).not.toContain('redis.memory.used');
      expect(watched.target.connections).toBe(0);
      redis.resume();
      expect(await watched.tick()).toBeUndefined();
      expect(watched.value('redis.up', {})).toBe(1);
      expect(watched.recoveries).toBe(1);
      await watched.watch.close();
    });

    it('may restart and lose its statistics without a counter of refusals going back', async () => {
      const port = await freePort();
      const args = ['--requirepass', 'pass'];
      const first = await startRedis({ release, port, args });
      const canaries = [{ name: 'gateway', username: 'nobody' }];
      const watched = watchTarget(targetConfig(first.url, { password: 'pass', canaries }));
      expect(await watched.tick()).toBeUndefined();
      await first.command('SET', 'a', 'b');
      for (let index = 0; index < 5; index++) await first.command('GET', 'a');
      expect(await watched.tick()).toBeUndefined();
      expect(watched.value('redis.keyspace.hits', {})).toBe(5);
      const own = watched.value('redis.auth.rejections', { 'error.type': 'NOAUTH', origin: 'own' });
      await first.command('CONFIG', 'RESETSTAT');
      await first.command('GET', 'a');
      expect(await watched.tick()).toBeUndefined();
      expect(watched.value('redis.keyspace.hits', {})).toBe(1);
      await first.stop();
      expect(await watched.tick()).toMatchObject({ failure: 'refused' });
      expect(watched.value('redis.up', {})).toBe(0);
      const second = await startRedis({ release, port, args });
      expect(await watched.tick()).toBeUndefined();
      expect(watched.value('redis.keyspace.hits', {})).toBe(0);
      expect(watched.value('redis.auth.rejections', { 'error.type': 'NOAUTH', origin: 'own' })).toBeGreaterThan(own ?? 0);
      expect(watched.value('redis.auth.rejections', { 'error.type': 'NOAUTH', origin: 'others' })).toBe(0);
      expect(await refusals(second)).toMatchObject({ WRONGPASS: 0 });
      await watched.watch.close();
    });

    it('leaves the look-ups of this daemon out of hits and misses', async () => {
      const redis = await startRedis({ release });
      const watched = watchTarget(targetConfig(redis.url));
      await redis.command('SET', 'a', 'b');
      await redis.command('GET', 'a');
      expect(await watched.tick()).toBeUndefined();
      await redis.command('EXISTS', 'a');
      await redis.command('EXISTS', 'none');
      await redis.command('GET', 'a');
      watched.target.own.hits += 1;
      watched.target.own.misses += 1;
      expect(await watched.tick()).toBeUndefined();
      expect(watched.value('redis.keyspace.hits', {})).toBe(2);
      expect(watched.value('redis.keyspace.misses', {})).toBe(0);
      await watched.watch.close();
    });

    it('may refuse a query, which is then asked no more', async () => {
      const redis = await startRedis({ release });
      await redis.command('ACL', 'SETUSER', 'watcher', 'on', '>pass', '+ping', '+info');
      const watched = watchTarget(targetConfig(redis.url, { username: 'watcher', password: 'pass' }));
      for (let tick = 0; tick < 3; tick++) expect(await watched.tick()).toBeUndefined();
      const left = watched.log.filter(({ sentence }) => sentence.includes('left out')).map(({ query }) => query);
      expect(left).toEqual(
        ['SLOWLOG LEN', 'LATENCY LATEST', 'ACL LOG'].toSpliced(0, 0, ...(release === '6.2.14' ? [] : ['LATENCY HISTOGRAM'])),
      );
      expect(watched.metrics()).not.toContain('redis.slowlog.length');
      expect(watched.metrics()).toContain('redis.memory.used');
      // Besides the queries the name of the connection is refused, once.
      expect(await refusals(redis)).toEqual({ WRONGPASS: 0, NOAUTH: 0, NOPERM: left.length + 1 });
      expect(watched.value('redis.auth.rejections', { 'error.type': 'NOPERM', origin: 'others' })).toBe(0);
      await watched.watch.close();
    });

    it('fails a scrape that may not ask INFO, and says so', async () => {
      const redis = await startRedis({ release });
      await redis.command('ACL', 'SETUSER', 'watcher', 'on', '>pass', '+ping');
      const watched = watchTarget(targetConfig(redis.url, { username: 'watcher', password: 'pass' }));
      expect((await watched.tick())?.message).toBe('INFO: the user may not do this; grant what the documented ACL line grants (NOPERM)');
      expect(watched.series('redis.auth.state')).toMatchObject({ 'credential=exporter,state=ok': 1 });
      expect(watched.value('redis.scrape.failures', { 'error.type': 'noperm' })).toBe(1);
    });

    it('is scraped whole by the user of the documented ACL line', async () => {
      const redis = await startRedis({ release });
      await redis.command('ACL', 'SETUSER', 'watcher', ...aclRules(release), '>pass');
      const watched = watchTarget(targetConfig(redis.url, { username: 'watcher', password: 'pass' }));
      for (let tick = 0; tick < 2; tick++) expect(await watched.tick()).toBeUndefined();
      const { target } = watched;
      const signal = AbortSignal.timeout(1_000);
      const client = await target.open(target.credential, signal);
      const id = await target.ask(client, ['CLIENT', 'ID'], signal);
      await target.ask(client, ['CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', 'PREFIX', 'lce-probe-'], signal);
      expect(await target.ask(client, ['EXISTS', 'lce-probe-1'], signal)).toBe(0);
      expect(await target.ask(client, ['PTTL', 'ns:lce-probe-1'], signal)).toBe(-2);
      await target.ask(client, ['SUBSCRIBE', '__redis__:invalidate'], signal);
      expect(await refusals(redis)).toEqual({ WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 });
      expect(watched.log.filter(({ sentence }) => sentence.includes('left out'))).toEqual([]);
      client.disconnect();
      await watched.watch.close();
    });

    it('is up when it has no room for another client', async () => {
      const redis = await startRedis({ release, args: ['--maxclients', '4'] });
      await redis.command('PING');
      const room = Array.from({ length: 3 }, () => connect(redis.port, '127.0.0.1'));
      onTestFinished(() => room.forEach((socket) => void socket.destroy()));
      await eventually(async () => String(await redis.command('INFO', 'clients')).includes('connected_clients:4'));
      const watched = watchTarget(targetConfig(redis.url));
      expect(await watched.tick()).toMatchObject({ failure: 'maxclients', prefix: 'ERR' });
      expect(watched.value('redis.up', {})).toBe(1);
      expect(watched.series('redis.auth.state')).toMatchObject({ 'credential=exporter,state=unknown': 1 });
    });

    it('is scraped while it loads its data', async () => {
      const debug = release === '6.2.14' ? [] : ['--enable-debug-command', 'yes'];
      const redis = await startRedis({
        release,
        args: ['--rdbcompression', 'no', '--requirepass', 'pass', ...debug],
      });
      await redis.command('DEBUG', 'POPULATE', 3_000, 'key', 20_000);
      await redis.command('CONFIG', 'SET', 'key-load-delay', 1_000);
      const watched = watchTarget(targetConfig(redis.url, { password: 'pass' }));
      const reloaded = redis.command('DEBUG', 'RELOAD');
      await eventually(async () => (await watched.tick(5_000)) === undefined && watched.value('redis.loading', {}) === 1, 20_000);
      expect(watched.series('redis.auth.state')).toMatchObject({ 'credential=exporter,state=ok': 1 });
      expect(watched.value('redis.up', {})).toBe(1);
      expect(watched.target.state).toMatchObject({ up: true });
      await reloaded;
      await watched.watch.close();
    });
  });
});

describe('what is no Redis server', () => {
  it('is named when it speaks HTTP', async () => {
    const server = createHttpServer((_, response) => void response.end('hello'));
    const watched = watchTarget(targetConfig(await listen(server)));
    expect(await watched.tick()).toMatchObject({
      failure: 'protocol',
      message: 'the peer speaks HTTP, not the Redis protocol; check the port',
    });
    expect(watched.value('redis.up', {})).toBe(0);
  });

  it('is a timeout when it says nothing', async () => {
    const watched = watchTarget(targetConfig(await listen(createServer(() => undefined))));
    expect(await watched.tick(200)).toMatchObject({ failure: 'timeout' });
  });

  it('is closed when it hangs up', async () => {
    const watched = watchTarget(targetConfig(await listen(createServer((socket) => void socket.end()))));
    expect(await watched.tick()).toMatchObject({ failure: 'closed' });
  });

  it('is refused when nothing listens, and dns when there is no such host', async () => {
    expect(await watchTarget(targetConfig(`redis://127.0.0.1:${await freePort()}`)).tick()).toMatchObject({ failure: 'refused' });
    expect(await watchTarget(targetConfig('unix:///nowhere/redis.sock')).tick()).toMatchObject({ failure: 'refused' });
    expect(await watchTarget(targetConfig('redis://no-such-host.invalid')).tick(3_000)).toMatchObject({ failure: 'dns' });
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
