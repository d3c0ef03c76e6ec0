import { describe, expect, it } from 'vitest';
import { findReplicas, replicaOf, replicasOfRecords } from '../../../src/litellm/replicas.ts';

const signal = new AbortController().signal;

describe('the address of a replica', () => {
  const url = new URL('http://litellm:4000/base');

  it.each([
    ['10.0.0.1', { name: '10.0.0.1:4000', host: '10.0.0.1', port: 4000 }],
    ['litellm-0:80', { name: 'litellm-0:80', host: 'litellm-0', port: 80 }],
    ['[::1]', { name: '[::1]:4000', host: '::1', port: 4000 }],
    ['[::1]:4001', { name: '[::1]:4001', host: '::1', port: 4001 }],
    ['http://litellm-0:80', { name: 'litellm-0:80', host: 'litellm-0', port: 80 }],
  ])('%s', (address, replica) => {
    expect(replicaOf(address, url)).toEqual(replica);
  });

  it('has the usual port of the scheme where nothing names one', () => {
    expect(replicaOf('a', new URL('https://litellm')).port).toBe(443);
    expect(replicaOf('a', new URL('http://litellm')).port).toBe(80);
  });
});

describe('the records of a name', () => {
  const replica = { name: 'litellm:4000', host: 'litellm', port: 4000 };

  it('are a replica each, in an order of their own', () => {
    const found = [
      { address: '10.0.0.2', family: 4 },
      { address: 'fd00::2', family: 6 },
      { address: '10.0.0.1', family: 4 },
      { address: '10.0.0.2', family: 4 },
    ];
    expect(replicasOfRecords(replica, found).map(({ name }) => name)).toEqual(['10.0.0.1:4000', '10.0.0.2:4000']);
    expect(replicasOfRecords(replica, [{ address: 'fd00::2', family: 6 }])).toEqual([
      { name: '[fd00::2]:4000', host: 'fd00::2', port: 4000 },
    ]);
  });

  it('are the name itself where there are none', () => {
    expect(replicasOfRecords(replica, [])).toEqual([replica]);
  });
});

describe('finding replicas', () => {
  it('resolves an address that is alone, and takes a list as it is', async () => {
    expect(await findReplicas(['127.0.0.1:81'], 'http://litellm', 1_000, signal)).toEqual([
      { name: '127.0.0.1:81', host: '127.0.0.1', port: 81 },
    ]);
    const list = await findReplicas(['localhost', 'replica.invalid'], 'http://litellm', 1_000, signal);
    expect(list.map(({ name }) => name)).toEqual(['localhost:80', 'replica.invalid:80']);
  });

  it('leaves a name that does not resolve to whoever uses it', async () => {
    expect((await findReplicas(['replica.invalid'], 'http://litellm', 1_000, signal)).map(({ name }) => name)).toEqual([
      'replica.invalid:80',
    ]);
  });

  it('does not wait for a resolver after the end of the tick', async () => {
    expect(await findReplicas(['localhost'], 'http://litellm', 1_000, AbortSignal.abort())).toHaveLength(1);
  });
});
