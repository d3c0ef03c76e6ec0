import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRedisLease } from '../../src/lease/redis.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { settle } from '../../src/redis/connection/failure.ts';
import { createKeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { addressOf } from '../support/redis-address.ts';
import { refusals } from '../support/redis-statistics.ts';
import { targetConfig, type WatchedTarget, watchTarget } from '../support/target.ts';

const lacks = await lacksRedis('8.2.3');
const MEGABYTE = Buffer.alloc(1024 * 1024, 'x');

/** What a hostile peer sends in place of an answer. */
const HOSTILE: readonly (readonly [string, string | ((socket: Socket) => void)])[] = [
  ['a push of a null', '>1\r\n_\r\n'],
  ['a push of nothing', '>0\r\n'],
  ['a push of lists', '>2\r\n*0\r\n*1\r\n$-1\r\n'],
  ['a message of a null', '*3\r\n$7\r\nmessage\r\n$-1\r\n$-1\r\n'],
  ['lists of 33 million', '*33000000\r\n'.repeat(3)],
  ['a text of 8 GB', '$8589934592\r\nx'],
  ['deep lists', '*1\r\n'.repeat(200_000)],
  ['deep attributes', '|1\r\n'.repeat(200_000)],
  ['a streamed list', '*?\r\n:1\r\n.\r\n'],
  ['a negative length', '$-7\r\n'],
  ['inline garbage', '\0\u0001\u0002 garbage\r\n'],
  ['an endless line', (socket) => flood(socket, MEGABYTE)],
  ['endless pushes', (socket) => flood(socket, Buffer.from('>1\r\n_\r\n'.repeat(10_000)))],
  ['endless nulls', (socket) => flood(socket, Buffer.from('$-1\r\n'.repeat(10_000)))],
];

function flood(socket: Socket, chunk: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', more);
  more();
}

/** A server that answers each command, numbered from 0, as it is told. */
async function startPeer(answer: (command: string, socket: Socket, index: number) => string | undefined): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let index = 0;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const command of String(data)
        .split(/^\*\d+\r\n/m)
        .slice(1)) {
        const words = command.split('\r\n').filter((_, place) => place % 2 === 1);
        const text = answer(words.join(' '), socket, index++);
        if (text !== undefined && !socket.destroyed) socket.write(text);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

describe.each(HOSTILE)('a peer that sends %s', (_, payload) => {
  const send = (socket: Socket) => {
    if (typeof payload === 'string') return payload;
    payload(socket);
    return undefined;
  };

  it('before AUTH, in a scrape, to a watch of keys, as a Sentinel or in a lease ends its connection and nothing else', async () => {
    const before = process.memoryUsage().rss;
    const signal = AbortSignal.timeout(2_000);

    const atOnce = await startPeer((_, socket) => send(socket));
    const fresh = watchTarget(targetConfig(`redis://127.0.0.1:${atOnce}`, { password: 'x', timeout: 300 }));
    await fresh.tick();

    const later = await startPeer((command, socket) => (command === 'PING' ? '+PONG\r\n' : send(socket)));
    const scraped = watchTarget(targetConfig(`redis://127.0.0.1:${later}`, { timeout: 300 }));
    await scraped.tick();

    const pushing = await startPeer((command, socket) => {
      if (command.startsWith('SUBSCRIBE')) return `*3\r\n${bulk('subscribe')}${bulk('__redis__:invalidate')}:1\r\n${send(socket) ?? ''}`;
      return command === 'CLIENT ID' ? ':1\r\n' : '+OK\r\n';
    });
    const target = createTarget(targetConfig(`redis://127.0.0.1:${pushing}`, { timeout: 300 }));
    target.auth = 'ok';
    const keys = createKeyWatch(target, systemClock);
    await keys.connect(null, signal);
    keys.close();

    const config = targetConfig(undefined, { sentinel: { master: 'm', nodes: [`127.0.0.1:${atOnce}`] } });
    await settle(createTarget(config).open({ name: 'exporter' }, AbortSignal.timeout(300)));
    const lease = createRedisLease({ address: addressOf(`redis://127.0.0.1:${later}`) }, 'key', 1_000);
    expect(await lease.hold(AbortSignal.timeout(300))).toMatchObject({ state: expect.stringMatching(/^(unknown|other)$/) });

    await fresh.watch.close();
    await scraped.watch.close();
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
});

describe('a reply that goes past a bound', () => {
  it.each([
    ['length', '*33000000\r\n'],
    ['depth', '*1\r\n'.repeat(17)],
    ['type', 'x\r\n'],
  ] as const)('is counted as %s', async (reason, text) => {
    const port = await startPeer((command) => (command === 'PING' ? '+PONG\r\n' : text));
    const watched = watchTarget(targetConfig(`redis://127.0.0.1:${port}`));
    expect(watched.series('cache_exporter.replies.refused')).toEqual({ 'reason=length': 0, 'reason=depth': 0, 'reason=type': 0 });
    expect(await watched.tick()).toMatchObject({ failure: 'protocol' });
    expect(watched.value('cache_exporter.replies.refused', { reason })).toBe(1);
    await watched.watch.close();
  });

  it('can be one that is long and well formed: 20,000 databases give as many series as are wanted', async () => {
    const databases = Array.from({ length: 20_000 }, (_, db) => `db${db}:keys=1,expires=0,avg_ttl=0`).join('\r\n');
    const info = `# Server\r\nredis_version:8.2.3\r\n# Keyspace\r\n${databases}\r\n`;
    const port = await startPeer((command) => (command === 'PING' ? '+PONG\r\n' : command.startsWith('INFO') ? bulk(info) : '*0\r\n'));
    const watched = watchTarget(targetConfig(`redis://127.0.0.1:${port}`, { max_series: 1_000 }));
    expect(await watched.tick()).toBeUndefined();
    const shown = Object.keys(watched.series('redis.db.keys')).length;
    expect(shown).toBeGreaterThan(200);
    expect(shown).toBeLessThan(334);
    expect(watched.value('cache_exporter.series.dropped', {})).toBe(3 * (20_000 - shown));
    expect(watched.watch.status().keys).toBe(20_000);
    await watched.watch.close();
  });
});

describe('a Sentinel', () => {
  it.each([
    ['port 99999', ['10.0.0.1', '99999']],
    ['port 0', ['10.0.0.1', '0']],
    ['a negative port', ['10.0.0.1', '-6379']],
    ['a port with a fraction', ['10.0.0.1', '6379.5']],
    ['a port of letters', ['10.0.0.1', 'http']],
    ['no port', ['10.0.0.1', '']],
    ['a host with a space', ['a b', '6379']],
    ['a host with NUL', ['a\0b', '6379']],
    ['a host with a line end', ['a\r\nb', '6379']],
    ['no host', ['', '6379']],
    ['half an address', ['10.0.0', '6379']],
    ['a broken address', ['10.0.0.256', '6379']],
    ['a broken IPv6 address', ['::zz', '6379']],
    ['a path', ['/tmp/redis.sock', '6379']],
    ['a host of 300 letters', ['a'.repeat(300), '6379']],
    ['any address', ['0.0.0.0', '6379']],
    ['any IPv6 address', ['::', '6379']],
    ['any IPv6 address in full', ['0:0:0:0:0:0:0:0', '6379']],
    ['any address as IPv6', ['::ffff:0.0.0.0', '6379']],
    ['an address in hexadecimal', ['0x7f000001', '6379']],
    ['a name that ends in a number', ['redis.0x7f', '6379']],
    ['an address as one number', ['2130706433', '6379']],
    ['one word', ['10.0.0.1']],
    ['three words', ['10.0.0.1', '6379', 'x']],
    ['nothing', []],
  ])('that names %s is one that gave no answer', async (_, words) => {
    const port = await startPeer(() => `*${words.length}\r\n${words.map(bulk).join('')}`);
    const watched = watchTarget(targetConfig(undefined, { sentinel: { master: 'm', nodes: [`127.0.0.1:${port}`] } }));
    expect(await watched.tick()).toMatchObject({ failure: 'protocol', message: expect.stringContaining('without a usable address') });
    expect(watched.value('redis.up', {})).toBe(0);
    expect(watched.value('redis.sentinel.up', {})).toBe(0);
    await watched.watch.close();
  });

  it('that names the master and then falls silent takes a part of the time of a scrape, and no more', async () => {
    const master = await startPeer(() => '-LOADING the data set\r\n');
    const port = await startPeer((command) =>
      command.startsWith('CLIENT')
        ? '+OK\r\n'
        : command.includes('GET-MASTER')
          ? `*2\r\n${bulk('127.0.0.1')}${bulk(String(master))}`
          : undefined,
    );
    const watched = watchTarget(targetConfig(undefined, { sentinel: { master: 'm', nodes: [`127.0.0.1:${port}`] } }));
    expect(await watched.tick()).toMatchObject({ failure: 'loading' });
    expect(watched.value('redis.sentinel.up', {})).toBe(1);
    expect(watched.value('redis.sentinel.known', {})).toBeUndefined();
    await watched.watch.close();
  });

  it.each([
    ['-NOAUTH Authentication required.\r\n', 'noauth'],
    ['-IDONTKNOW this master\r\n', 'unknown'],
    ['-LOADING the Sentinel\r\n', 'loading'],
    ['-ERR unknown command SENTINEL\r\n', 'unknown'],
  ])('that answers %j is no answer of the server', async (answer, failure) => {
    const port = await startPeer(() => answer);
    const watched = watchTarget(targetConfig(undefined, { sentinel: { master: 'm', nodes: [`127.0.0.1:${port}`] } }));
    expect(await watched.tick()).toMatchObject({ failure, message: expect.stringContaining(`the Sentinel at 127.0.0.1:${port}`) });
    expect(watched.value('redis.up', {})).toBe(0);
    expect(watched.watch.status().credentials).toMatchObject([{ state: 'unknown' }]);
    await watched.watch.close();
  });

  it.each([
    ['a number for the port', '*2\r\n$1\r\na\r\n:6379\r\n'],
    ['lists', '*2\r\n*0\r\n*0\r\n'],
    ['a text', '+10.0.0.1\r\n'],
    ['an error', '-ERR "}\r\n'],
  ])('that answers with %s fails the tick with an own error', async (_, text) => {
    const port = await startPeer(() => text);
    const watched = watchTarget(targetConfig(undefined, { sentinel: { master: 'm', nodes: [`127.0.0.1:${port}`] } }));
    expect((await watched.tick())?.failure).toMatch(/^(protocol|unknown)$/);
    await watched.watch.close();
  });

  describe.skipIf(lacks)('that is silent', () => {
    /** How long a Sentinel goes along before it says no more. */
    const SILENT: Record<string, (command: string) => string | undefined> = {
      'from the start': () => undefined,
      'after it let the client in': (command) => (command.startsWith('SENTINEL') ? undefined : '+OK\r\n'),
      'in the middle of its answer': (command) => (command.startsWith('SENTINEL') ? `*2\r\n${bulk('127.0.0.1')}` : '+OK\r\n'),
    };
    const naming = (port: number) => (command: string) =>
      command.includes('GET-MASTER') ? `*2\r\n${bulk('127.0.0.1')}${bulk(String(port))}` : '+OK\r\n';

    it.each(Object.entries(SILENT))('%s takes no time from the others, however many are silent', async (_, answer) => {
      const redis = await startRedis();
      for (const [before, after] of [
        [1, 0],
        [2, 1],
        [9, 0],
      ] as const) {
        const silent = await Promise.all(Array.from({ length: before + after }, () => startPeer(answer)));
        const ports = [...silent.slice(0, before), await startPeer(naming(redis.port)), ...silent.slice(before)];
        const nodes = ports.map((port) => `127.0.0.1:${port}`);
        const watched = watchTarget(targetConfig(undefined, { sentinel: { master: 'm', nodes }, timeout: 4_000, interval: 10_000 }));
        expect(await watched.tick(watched.watch.job.timeout)).toBeUndefined();
        expect(watched.value('redis.up', {})).toBe(1);
        expect(watched.value('redis.sentinel.up', {})).toBe(1);
        await watched.watch.close();
      }
    });

    it('like all others leaves the last known master watched', async () => {
      const redis = await startRedis();
      let isSilent = false;
      const ports = await Promise.all([1, 2, 3].map(() => startPeer((command) => (isSilent ? undefined : naming(redis.port)(command)))));
      const nodes = ports.map((port) => `127.0.0.1:${port}`);
      const watched = watchTarget(targetConfig(undefined, { sentinel: { master: 'm', nodes }, timeout: 4_000, interval: 10_000 }));
      expect(await watched.tick(watched.watch.job.timeout)).toBeUndefined();
      isSilent = true;
      expect(await watched.tick(watched.watch.job.timeout)).toBeUndefined();
      expect(watched.value('redis.up', {})).toBe(1);
      expect(watched.value('redis.sentinel.up', {})).toBe(0);
      await watched.watch.close();
    });
  });

  it.skipIf(lacks)('that is gone leaves the last known master watched', async () => {
    const redis = await startRedis();
    let gone = false;
    const port = await startPeer((_, socket) => {
      if (gone) socket.destroy();
      return `*2\r\n${bulk('127.0.0.1')}${bulk(String(redis.port))}`;
    });
    const watched = watchTarget(targetConfig(undefined, { sentinel: { master: 'm', nodes: [`127.0.0.1:${port}`] } }));
    expect(await watched.tick()).toBeUndefined();
    expect(watched.value('redis.sentinel.up', {})).toBe(1);
    expect(watched.watch.status()).toMatchObject({ master: `127.0.0.1:${redis.port}`, sentinelUp: true });
    gone = true;
    expect(await watched.tick()).toBeUndefined();
    expect(watched.value('redis.up', {})).toBe(1);
    expect(watched.value('redis.sentinel.up', {})).toBe(0);
    await watched.watch.close();
  });

  it('in the place of a server is up and no Redis', async () => {
    const info = '# Server\r\nredis_version:8.2.3\r\nredis_mode:sentinel\r\n';
    const port = await startPeer((command) =>
      command === 'PING' ? '+PONG\r\n' : command.startsWith('INFO') ? bulk(info) : "-ERR unknown command 'x'\r\n",
    );
    const watched = watchTarget(targetConfig(`redis://127.0.0.1:${port}`));
    expect(await watched.tick()).toMatchObject({ failure: 'not_redis', message: expect.stringContaining('redis[].sentinel') });
    expect(watched.value('redis.up', {})).toBe(1);
    expect(watched.value('redis.scrape.failures', { 'error.type': 'not_redis' })).toBe(1);
    await watched.watch.close();
  });
});

describe('what a server does not show', () => {
  it('is absent, and told on the page', async () => {
    const info = '# Server\r\nredis_version:7.0.0\r\nrun_id:a\r\n# Memory\r\nused_memory:1\r\n';
    const port = await startPeer((command) =>
      command === 'PING' ? '+PONG\r\n' : command.startsWith('INFO') ? bulk(info) : "-ERR unknown command 'x'\r\n",
    );
    const watched = watchTarget(targetConfig(`redis://127.0.0.1:${port}`));
    for (let tick = 0; tick < 2; tick++) expect(await watched.tick()).toBeUndefined();
    const others = Object.keys(watched.series('redis.auth.rejections')).filter((labels) => labels.includes('others'));
    expect(others).toEqual([]);
    expect(watched.metrics()).not.toContain('redis.acl.log.entries');
    expect(watched.metrics()).not.toContain('redis.errors');
    const { keys, rejectionsOfOthers, unseen = [] } = watched.watch.status();
    expect(keys).toBeUndefined();
    expect(Object.values(rejectionsOfOthers)).toEqual([undefined, undefined, undefined]);
    for (const missing of ['errorstats', 'keyspace', 'ACL LOG', 'SLOWLOG LEN', 'LATENCY LATEST'])
      expect(unseen.some((sentence) => sentence.includes(missing))).toBe(true);
    await watched.watch.close();
  });
});

describe('a refused login', () => {
  it.each([
    ['ERR invalid password', 'failed', 'wrongpass'],
    ["ERR wrong number of arguments for 'auth' command", 'failed', 'wrongpass'],
    ['WRONGPASS invalid username-password pair or user is disabled.', 'failed', 'wrongpass'],
    ['NOPERM User x has no permissions', 'failed', 'noperm'],
    ['ERR operation not permitted', 'failed', 'noauth'],
    ['ERR Client sent AUTH, but no password is set', 'disabled', undefined],
    [
      'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      'disabled',
      undefined,
    ],
  ])('is known whatever the text: %s', async (text, state, failure) => {
    const port = await startPeer((command) =>
      command.startsWith('AUTH')
        ? `-${text}\r\n`
        : command === 'PING'
          ? '+PONG\r\n'
          : command.startsWith('INFO')
            ? bulk('# Server\r\nredis_version:5.0.0\r\n')
            : '*0\r\n',
    );
    const watched = watchTarget(targetConfig(`redis://127.0.0.1:${port}`, { password: 'x' }));
    await watched.tick();
    expect(watched.watch.status().credentials).toMatchObject([{ state, ...(failure !== undefined && { error: failure }) }]);
    await watched.watch.close();
  });

  it.skipIf(lacks)('of others is counted where the server has no password at all', async () => {
    const redis = await startRedis();
    const watched = watchTarget(targetConfig(redis.url, { password: 'x' }));
    await watched.tick();
    await redis.command('AUTH', 'y').catch(() => undefined);
    await redis.command('AUTH', 'y').catch(() => undefined);
    await watched.tick();
    await watched.tick();
    expect(watched.value('redis.auth.rejections', { 'error.type': 'WRONGPASS', origin: 'others' })).toBe(2);
    await watched.watch.close();
  });
});

describe.skipIf(lacks)('targets of one process on one server', () => {
  it('do not blame each other', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'right'] });
    const right = targetConfig(redis.url, { password: 'right' });
    const wrong = targetConfig(redis.url, { name: 'other', password: 'wrong', canaries: [{ name: 'nobody', username: 'nobody' }] });
    const both: WatchedTarget[] = [];
    const siblings = () => both.map(({ target }) => target);
    both.push(watchTarget(right, siblings), watchTarget(wrong, siblings));
    for (let tick = 0; tick < 3; tick++) await Promise.all(both.map((watched) => watched.tick()));
    await both[0]?.tick();
    expect((await refusals(redis)).WRONGPASS).toBeGreaterThanOrEqual(3);
    await eventually(async () => {
      await both[0]?.tick();
      return both[0]?.watch.status().rejectionsOfOthers.WRONGPASS === 0;
    });
    expect(both[0]?.watch.status()).toMatchObject({ rejectionsOfOthers: { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 } });
    for (const watched of both) await watched.watch.close();
  });
});
