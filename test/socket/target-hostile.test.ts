import { createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRedisLease } from '../../src/lease/redis.ts';
import { COMMAND, ERROR_PREFIX } from '../../src/model/redis.ts';
import { sampleKeys } from '../../src/redis/census.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { settle } from '../../src/redis/connection/failure.ts';
import { createKeyWatch } from '../../src/redis/probe-keys/watch.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { addressOf } from '../support/redis-address.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

const MEGABYTE = Buffer.alloc(1024 * 1024, 'x');

/** A peer that speaks enough RESP to be scraped: it answers PING, and the rest with `reply`. */
async function startPeer(
  reply: (command: string, socket: Socket) => string | undefined,
  greeting = '',
  pong = '+PONG\r\n',
): Promise<{ url: string; sent(): number }> {
  let sent = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sent += socket.bytesWritten;
    });
    socket.write(greeting);
    socket.on('data', (data) => {
      const commands = data
        .toString()
        .split(/^\*\d+\r\n/m)
        .slice(1);
      for (const command of commands) {
        const words = command.split('\r\n').filter((_, index) => index % 2 === 1);
        const answer = words[0] === 'PING' ? pong : reply(words.join(' '), socket);
        if (answer !== undefined) socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`, sent: () => sent };
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

describe('a peer that is hostile', () => {
  it('cannot make a reply grow without bound', async () => {
    const peer = await startPeer((command, socket) => {
      if (!command.startsWith('INFO')) return '*0\r\n';
      socket.write(`$${8 * 1024 ** 3}\r\n`);
      const flood = () => {
        while (!socket.destroyed && socket.write(MEGABYTE));
      };
      socket.on('drain', flood);
      flood();
      return undefined;
    });
    const watched = watchTarget(targetConfig(peer.url));
    expect(await watched.tick(10_000)).toMatchObject({ failure: 'protocol', refusal: 'length' });
    expect(watched.target.connections).toBe(0);
  });

  it.each([
    ['before anything was asked', '$-1\r\n$-1\r\n', '+PONG\r\n'],
    ['as more replies than commands', '', '+PONG\r\n$-1\r\n-ERR x\r\n$-1\r\n*-1\r\n'],
  ])('cannot end the process by null replies %s', async (_, greeting, pong) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(greeting);
      socket.on('data', () => socket.write(pong));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const watched = watchTarget(targetConfig(`redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`));
    expect(await watched.tick()).toMatchObject({ failure: expect.stringMatching(/^(protocol|closed|timeout)$/) });
  });

  it.each([
    ['an empty list', '*0\r\n'],
    ['a list of nothing', '*1\r\n$-1\r\n'],
    ['no list', ':1\r\n'],
    ['null', '$-1\r\n'],
    ['a message without a channel', `*1\r\n${bulk('message')}`],
    ['a message of lists', `*3\r\n${bulk('message')}*0\r\n${'*1\r\n'.repeat(1_000)}*0\r\n`],
  ])('cannot end the process by pushing %s', async (_, pushed) => {
    const peer = await startPeer((command) => {
      if (command.startsWith('SUBSCRIBE')) return `*3\r\n${bulk('subscribe')}${bulk('__redis__:invalidate')}:1\r\n${pushed}`;
      return command === 'CLIENT ID' ? ':1\r\n' : '+OK\r\n';
    });
    const target = createTarget(targetConfig(peer.url));
    target.auth = 'ok';
    const keys = createKeyWatch(target, systemClock);
    onTestFinished(() => keys.close());
    await keys.connect(null, new AbortController().signal);
    await eventually(async () => !keys.watching);
    expect(target.connections).toBe(1);
  });

  it('cannot bring text of its own into a label, nor a number that is none', async () => {
    const info = [
      '# Server',
      'redis_version:7.4.0',
      'redis_mode:"}\n',
      'run_id:<script>',
      '# Stats',
      'keyspace_hits:NaN',
      'total_commands_processed:1e999',
      'evicted_keys:-0x10',
      '# Commandstats',
      'cmdstat_evil"x{}:calls=3,usec=5',
      'cmdstat_get:calls=7,usec=ten,,=,rejected_calls',
      '# Errorstats',
      'errorstat_Evil"x{}:count=4',
      'errorstat___proto__:count=1',
      '# Keyspace',
      'db0:keys=2,expires=1',
      'db0"} 1\nevil:keys=1',
      'db99999999:keys=1',
      '# Keysizes',
      'db0_distrib_strings_sizes:3=1,"}=2,4=5',
    ].join('\r\n');
    const secret = 'swordfish';
    const peer = await startPeer((command) => (command.startsWith('INFO') ? bulk(info) : `-ERR no ${secret} "} ${'x'.repeat(1_000)}\r\n`));
    const watched = watchTarget(targetConfig(peer.url));
    expect(await watched.tick()).toBeUndefined();
    expect(watched.series('redis.errors')).toEqual(
      Object.fromEntries(ERROR_PREFIX.map((prefix) => [`error.type=${prefix}`, prefix === 'other' ? 5 : 0])),
    );
    expect(watched.series('redis.cmd.calls')).toEqual(
      Object.fromEntries(COMMAND.map((cmd) => [`cmd=${cmd}`, cmd === 'get' ? 7 : cmd === 'other' ? 3 : 0])),
    );
    expect(watched.value('redis.cmd.time', { cmd: 'get' })).toBeUndefined();
    expect(watched.series('redis.info')).toEqual({
      'server=redis,version=7.4.0,redis.version=7.4.0,redis.mode=other,maxmemory_policy=other': 1,
    });
    expect(watched.series('redis.db.keys')).toEqual({ 'db=0': 2 });
    expect(watched.series('redis.db.string_sizes')).toEqual({ 'db=0,size=4': 5 });
    expect(watched.metrics()).not.toContain('redis.keyspace.hits');
    expect(watched.metrics()).not.toContain('redis.commands.processed');
    expect(watched.target.state?.runId).toBeUndefined();
    expect(JSON.stringify([watched.log, watched.watch.status()])).not.toMatch(/swordfish|xxxx|script/);
    await watched.watch.close();
  });

  it('cannot exhaust the stack with nested arrays', async () => {
    const peer = await startPeer((command) => (command.startsWith('INFO') ? '*1\r\n'.repeat(200_000) : '*0\r\n'));
    expect(await watchTarget(targetConfig(peer.url)).tick()).toMatchObject({ failure: expect.stringMatching(/^(protocol|timeout)$/) });
  });

  const good = '# Server\r\nredis_version:7.4.0\r\nredis_mode:standalone\r\n# Stats\r\nevicted_keys:0\r\n';

  /** QueryReplies of what a server may be made to say, each in the place of one command's; the rest is as it should be. */
  it.each([
    ['AUTH', '+QUEUED\r\n', 'protocol', 'unknown', false],
    ['AUTH', '$-1\r\n', 'protocol', 'unknown', false],
    ['AUTH', '*1\r\n+OK\r\n', 'protocol', 'unknown', false],
    ['AUTH', '*1\r\n-ERR x\r\n', 'protocol', 'unknown', false],
    ['AUTH', '>-1\r\n', 'protocol', 'unknown', false],
    ['AUTH', '%-1\r\n', 'protocol', 'unknown', false],
    ['AUTH', '|-1\r\n', 'protocol', 'unknown', false],
    ['AUTH', '$?\r\n', 'protocol', 'unknown', false],
    ['AUTH', '-MISCONF cannot save\r\n', 'unknown', 'unknown', true],
    ['AUTH', '-NOREPLICAS too few\r\n', 'unknown', 'unknown', true],
    ['AUTH', '-OOM no memory\r\n', 'unknown', 'unknown', true],
    ['AUTH', '-MOVED 1 nowhere:99999\r\n', 'unknown', 'unknown', true],
    ['AUTH', '-BUSY a script\r\n', 'timeout', 'unknown', true],
    ['AUTH', '-no upstream host\r\n', 'refused', 'unknown', true],
    ['AUTH', '-ERR Connection timed out\r\n', 'refused', 'unknown', true],
    ['AUTH', '-ERR max daily request limit exceeded\r\n', 'refused', 'unknown', true],
    ['AUTH', '-ERR no\r\n', 'unknown', 'failed', true],
    ['AUTH', '-IAMAUTH expired\r\n', 'unknown', 'failed', true],
    ['AUTH', '-ERR неверный пароль\r\n', 'unknown', 'failed', true],
    ['PING', '+OK\r\n', 'protocol', 'ok', true],
    ['PING', ':1\r\n', 'protocol', 'ok', true],
    ['PING', '_\r\n', 'protocol', 'ok', true],
    ['INFO', '+OK\r\n', 'protocol', 'ok', true],
    ['INFO', '$-1\r\n', 'protocol', 'ok', true],
    ['INFO', '*0\r\n', 'protocol', 'ok', true],
    ['INFO', bulk('hello\r\nworld\r\n'), 'protocol', 'ok', true],
    ['INFO', bulk('# Server\r\n'), 'protocol', 'ok', true],
    ['INFO', bulk(good), undefined, 'ok', true],
    ['INFO', bulk(good.replace('7.4.0', 'unstable')), undefined, 'ok', true],
    ['INFO', bulk(good.replace('7.4.0', '-1')), undefined, 'ok', true],
    ['INFO', bulk(good.replace('redis_version:7.4.0\r\n', '')), undefined, 'ok', true],
  ])('%s answered with %j is %s, the credential %s', async (asked, answer, failure, state, up) => {
    const peer = await startPeer(
      (command) => {
        if (command.startsWith(asked)) return answer;
        return command.startsWith('INFO') ? bulk(good) : '+OK\r\n';
      },
      '',
      asked === 'PING' ? answer : undefined,
    );
    const watched = watchTarget(targetConfig(peer.url, { password: 'secret' }));
    expect((await watched.tick())?.failure).toBe(failure);
    expect(watched.watch.status().credentials).toMatchObject([{ state }]);
    expect(watched.value('redis.up', {})).toBe(up ? 1 : 0);
    await watched.watch.close();
  });

  it.each([
    [':1\r\n', 'held'],
    [':0\r\n', 'other'],
    [':2\r\n', 'unknown'],
    ['+OK\r\n', 'unknown'],
    ['$-1\r\n', 'unknown'],
    ['*0\r\n', 'unknown'],
    ['-NOPERM no\r\n', 'unknown'],
  ])('answers the script of a lease with %j: %s', async (answer, state) => {
    const peer = await startPeer((command) => (command.startsWith('EVAL') ? answer : '+OK\r\n'));
    const lease = createRedisLease({ address: addressOf(peer.url) }, 'lce-lease:x', 5_000);
    expect(await lease.hold(new AbortController().signal)).toMatchObject({ state });
    await lease.release(new AbortController().signal);
  });

  it.each([
    [':1\r\n', 'present'],
    [':7\r\n', 'unknown'],
    [':-1\r\n', 'unknown'],
    ['+OK\r\n', 'unknown'],
    ['$-1\r\n', 'unknown'],
    ['-ERR x\r\n', 'unknown'],
  ])('answers whether a key is there with %j: %s', async (answer, state) => {
    const peer = await startPeer((command) => {
      if (command.startsWith('SUBSCRIBE')) return `*3\r\n${bulk('subscribe')}${bulk('__redis__:invalidate')}:1\r\n`;
      if (command.startsWith('EXISTS')) return answer;
      return command === 'CLIENT ID' || command.startsWith('PTTL') ? ':1\r\n' : '+OK\r\n';
    });
    const target = createTarget(targetConfig(peer.url));
    target.auth = 'ok';
    const keys = createKeyWatch(target, systemClock);
    onTestFinished(() => keys.close());
    await keys.connect(null, new AbortController().signal);
    expect(await keys.inspect('lce-probe-1', 'lce-probe-1:key', true, new AbortController().signal)).toMatchObject({ state });
  });

  it.each([
    ['DBSIZE', ':-5\r\n', undefined],
    ['DBSIZE', '+many\r\n', undefined],
    ['MEMORY', ':-1\r\n', 0],
    ['MEMORY', '+8\r\n', 0],
    ['PTTL', ':-3\r\n', 0],
    ['PTTL', ':-2\r\n', 0],
    ['PTTL', ':-1\r\n', 1],
  ])('has nothing of a census in %s answered with %j', async (asked, answer, count) => {
    const peer = await startPeer((command) => {
      if (command.startsWith(asked)) return answer;
      return command === 'RANDOMKEY' ? bulk('a') : ':5\r\n';
    });
    const target = createTarget(targetConfig(peer.url));
    const { signal } = new AbortController();
    const sampled = await settle(sampleKeys(target, await target.dial(signal), 10, signal));
    expect(sampled.ok ? sampled.value.keys.length : sampled.error.failure).toBe(count ?? 'protocol');
  });
});
