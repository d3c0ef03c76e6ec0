import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACL_REASON } from '../../../../src/model/redis.ts';
import type { Details, Log } from '../../../../src/model/tick.ts';
import { createTarget } from '../../../../src/redis/connection/connect.ts';
import { parseAclLog } from '../../../../src/redis/replies/acl-log.ts';
import { Secret } from '../../../../src/source/secret.ts';
import type { FreshRefusals } from '../../../../src/watch/target/acl-log.ts';
import { createRefusedClients } from '../../../../src/watch/target/refused-clients.ts';
import { handClock } from '../../../support/clock.ts';
import { targetConfig } from '../../../support/target.ts';

const NONE = { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 };

function watch() {
  const clock = handClock();
  const lines: (Details & { sentence: string })[] = [];
  const line = (details: Details, sentence: string) => void lines.push({ ...details, sentence });
  const log: Log = { debug: line, info: line, warn: line, error: line };
  const canaries = [{ name: 'gateway', username: 'litellm', password: Secret.of('x') }];
  return { clock, lines, refused: createRefusedClients(createTarget(targetConfig('redis://cache', { canaries })), log, clock) };
}

function refusal(more: Partial<FreshRefusals> = {}): FreshRefusals {
  return { reason: 'auth', username: 'litellm', what: 'hello', count: 1, address: '10.0.0.5', library: 'redis-py', ...more };
}

describe('who was refused', () => {
  it('is told in the log, in a span and in the status, and summed up', () => {
    const { clock, lines, refused } = watch();
    expect(refused.enter({ ...NONE, WRONGPASS: 2 }, [refusal({ count: 2 })])).toEqual([
      'login (hello) as litellm from 10.0.0.5 with redis-py, 2 times',
    ]);
    expect(refused.enter({ ...NONE, WRONGPASS: 1 }, [refusal()])).toEqual(['login (hello) as litellm from 10.0.0.5 with redis-py, once']);
    expect(lines).toEqual([
      {
        redis_target: 'cache',
        error_types: ['WRONGPASS'],
        clients: ['login (hello) as litellm from 10.0.0.5 with redis-py, 2 times'],
        sentence: 'The server refuses other clients',
      },
    ]);
    expect(refused.status()).toEqual({
      refused: [{ reason: 'auth', user: 'litellm', address: '10.0.0.5', library: 'redis-py', what: 'hello', count: 3, at: clock.now() }],
    });
  });

  it('is told again when it is somebody new, and when it is over', async () => {
    const { clock, lines, refused } = watch();
    refused.enter({ ...NONE, NOAUTH: 1 }, []);
    refused.enter({ ...NONE, NOAUTH: 1 }, []);
    refused.enter({ ...NONE, NOPERM: 1 }, [refusal({ reason: 'key', what: 'key' })]);
    await clock.advance(300_000);
    refused.enter(NONE, []);
    expect(lines.map(({ sentence, clients }) => [sentence, clients])).toEqual([
      ['The server refuses other clients', undefined],
      ['The server refuses another client', ['key by litellm from 10.0.0.5 with redis-py, once']],
      ['The server has refused no other client for five minutes', undefined],
    ]);
  });

  it('is kept for an hour, the latest fifty', async () => {
    const { clock, refused } = watch();
    for (let host = 0; host < 60; host++) refused.enter(NONE, [refusal({ address: `10.0.0.${host}` })]);
    expect(refused.status().refused?.map(({ address }) => address)).toEqual(
      Array.from({ length: 50 }, (_, index) => `10.0.0.${59 - index}`),
    );
    await clock.advance(3_600_001);
    expect(refused.status()).toEqual({});
  });

  it('is at most twenty clients of a scrape', () => {
    const { lines, refused } = watch();
    const many = Array.from({ length: 30 }, (_, host) => refusal({ address: `10.0.0.${host}` }));
    expect(refused.enter({ ...NONE, WRONGPASS: 30 }, many)).toHaveLength(20);
    expect(lines[0]?.clients).toHaveLength(20);
  });

  it('does not show a name that nobody configured: it can be a password', () => {
    const { refused } = watch();
    const users = ['default', 'litellm', 's3cret-password-of-ours', 'x', ''].map((username) => refusal({ username }));
    refused.enter(NONE, users);
    expect(refused.status().refused?.map(({ user }) => user)).toEqual([
      '... (0 characters)',
      'x... (1 characters)',
      's3... (23 characters)',
      'litellm',
      'default',
    ]);
  });

  it('is nobody for a missing password, but who may have been', async () => {
    const { clock, refused } = watch();
    refused.suspect([{ address: '10.0.0.5', connections: 1 }]);
    expect(refused.status()).toEqual({});
    refused.enter({ ...NONE, NOAUTH: 3 }, []);
    expect(refused.status()).toEqual({ noauth: { at: clock.now() } });
    refused.suspect([{ address: '10.0.0.5', connections: 1 }]);
    expect(refused.status()).toEqual({ noauth: { at: clock.now(), candidates: [{ address: '10.0.0.5', connections: 1 }] } });
  });

  it('is short and harmless, whatever others wrote', () => {
    const hostile = fc.oneof(
      fc.constantFrom('<script>alert(1)</script>', '\u001b[31m\r\n', '\ufffd\ud800', 'a=b addr=6.6.6.6:1', 'x'.repeat(1_000_000)),
      fc.string({ unit: 'binary', maxLength: 100 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...ACL_REASON), hostile, hostile, hostile, fc.nat(), (reason, username, object, client, count) => {
        const info = `id=1 addr=10.0.0.5:1 name=${client} user=default lib-name=${client} lib-ver=1`;
        const fields = { count, reason, context: 'toplevel', object, username, 'age-seconds': '0.1', 'client-info': info };
        const { lines, refused } = watch();
        const [entry] = parseAclLog([Object.entries(fields).flat()]);
        const told = refused.enter({ ...NONE, WRONGPASS: 1 }, entry === undefined ? [] : [entry]);
        const [kept] = refused.status().refused ?? [];
        expect(kept?.user).toMatch(/^(default|litellm|[A-Za-z0-9_.@?-]{0,2}\.\.\. \(\d+ characters\))$/);
        expect(kept?.what).toMatch(/^[a-z0-9_.|-]{1,32}$/);
        expect(kept?.library ?? '').toMatch(/^[A-Za-z0-9_.@?-]{0,32}$/);
        expect(kept?.address ?? '10.0.0.5').toMatch(/^[0-9a-f.:]+$/);
        expect(JSON.stringify([told, lines]).length).toBeLessThan(800);
        expect(JSON.stringify([told, lines])).not.toMatch(/[<>\\]|\p{Cc}/u);
      }),
    );
  });
});
