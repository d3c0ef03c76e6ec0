import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { classify, RedisError, ReplyError, settle } from '../../../../src/redis/connection/failure.ts';

function reply(message: string): Error {
  return Object.assign(new ReplyError(message), { command: { name: 'auth', args: ['swordfish'] } });
}

describe('classify', () => {
  it.each([
    [reply('WRONGPASS invalid username-password pair or user is disabled.'), 'wrongpass', 'WRONGPASS'],
    [reply('NOAUTH Authentication required.'), 'noauth', 'NOAUTH'],
    [reply("NOPERM this user has no permissions to run the 'info' command"), 'noperm', 'NOPERM'],
    [reply('LOADING Redis is loading the dataset in memory'), 'loading', 'LOADING'],
    [reply('ERR max number of clients reached'), 'maxclients', 'ERR'],
    [reply("READONLY You can't write against a read only replica."), 'readonly', 'READONLY'],
    [reply("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."), 'masterdown', 'MASTERDOWN'],
    [reply('CLUSTERDOWN The cluster is down'), 'clusterdown', 'CLUSTERDOWN'],
    [reply('DENIED Redis is running in protected mode'), 'refused', 'other'],
    [reply('SWORDFISH'), 'unknown', 'other'],
    [Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 'dns', undefined],
    [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'refused', undefined],
    [Object.assign(new Error('x'), { code: 'ENOENT' }), 'refused', undefined],
    [Object.assign(new Error('x'), { code: 'ETIMEDOUT' }), 'timeout', undefined],
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'closed', undefined],
    [Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'tls', undefined],
    [Object.assign(new Error('x'), { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }), 'tls', undefined],
    [new DOMException('late', 'TimeoutError'), 'timeout', undefined],
    [new DOMException('stopped', 'AbortError'), 'closed', undefined],
    [new Error('something else'), 'unknown', undefined],
    ['a string', 'unknown', undefined],
  ])('%s is %s', (error, failure, prefix) => {
    expect(classify(error, 'PING')).toMatchObject({ failure, prefix });
  });

  it('keeps neither arguments nor what the server says', () => {
    for (const error of [
      reply('ERR unknown command AUTH, with args beginning with: swordfish'),
      reply('SWORDFISH swordfish'),
      new Error('swordfish'),
    ]) {
      const own = classify(error, 'AUTH');
      expect(inspect(own, { depth: 10, showHidden: true })).not.toMatch(/swordfish/i);
      expect(JSON.stringify(own)).not.toMatch(/swordfish/i);
    }
  });

  it('says what was done, what happened and what to do', () => {
    expect(classify(reply('NOPERM x'), 'INFO').message).toBe(
      'INFO: the user may not do this; grant what the documented ACL line grants (NOPERM)',
    );
  });

  it('lets an own error be', () => {
    const own = new RedisError('closed', 'gone');
    expect(classify(own, 'PING')).toBe(own);
  });
});

describe('settle', () => {
  it('makes a value of a RedisError and lets mistakes of the code through', async () => {
    const error = new RedisError('closed', 'gone');
    expect(await settle(Promise.resolve(1))).toEqual({ ok: true, value: 1 });
    expect(await settle(Promise.reject(error))).toEqual({ ok: false, error });
    await expect(settle(Promise.reject(new TypeError('mistake')))).rejects.toThrow('mistake');
  });
});
