import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClient } from '../../../../src/redis/replies/client-info.ts';
import { noauthCandidates, parseClientList } from '../../../../src/redis/replies/client-list.ts';

function line(addr: string, more = 'name= user=default lib-name=redis-py lib-ver=8.1.0'): string {
  return `id=3 addr=${addr} laddr=127.0.0.1:6379 fd=8 ${more}\n`;
}

describe('a client', () => {
  it('is who the server says it is', () => {
    expect(readClient(line('10.0.0.5:57275').trim())).toEqual({
      peer: '10.0.0.5:57275',
      address: '10.0.0.5',
      user: 'default',
      named: false,
      library: 'redis-py',
    });
    const address = (addr: string) => readClient(line(addr)).address;
    expect(['[::1]:7', '[::ffff:10.0.0.5]:7', '/run/redis.sock:0', '?:0', ''].map(address)).toEqual([
      '::1',
      '10.0.0.5',
      'unix socket',
      undefined,
      undefined,
    ]);
  });
});

describe('who may have come without a password', () => {
  it('is an unnamed connection of the user default that is not our own, by address and library', () => {
    const clients = parseClientList(
      [
        line('10.0.0.5:1'),
        line('10.0.0.9:1', 'name= user=default'),
        line('10.0.0.5:2'),
        line('10.0.0.5:3', 'name=worker user=default lib-name=redis-py'),
        line('10.0.0.5:4', 'name= user=litellm lib-name=redis-py'),
        line('10.0.0.7:1'),
        line('/run/redis.sock:0'),
      ].join(''),
    );
    expect(noauthCandidates(clients, ['10.0.0.7:1', 'unix socket'])).toEqual([
      { address: '10.0.0.5', library: 'redis-py', connections: 2 },
      { address: '10.0.0.9', library: undefined, connections: 1 },
    ]);
  });

  it('is at most ten groups', () => {
    const text = Array.from({ length: 30 }, (_, host) => line(`10.0.0.${host}:1`)).join('');
    expect(noauthCandidates(parseClientList(text), [])).toHaveLength(10);
  });

  it('is read from any reply without failing', () => {
    fc.assert(fc.property(fc.anything(), (reply) => void noauthCandidates(parseClientList(reply), [])));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void noauthCandidates(parseClientList(line(text, text)), [])));
  });
});
