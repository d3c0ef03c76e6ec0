import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../src/redis/replies/cluster/entry.ts';
import { CLUSTER_INFO } from '../../../../src/redis/replies/cluster/info.ts';
import { myselfIn } from '../../../../src/redis/replies/cluster/lines.ts';
import { readNodes } from '../../../../src/redis/replies/cluster/nodes.ts';
import { SLOTS } from '../../../../src/redis/replies/cluster/slots.ts';
import { keySlot } from '../../../../src/redis/replies/key-slot.ts';
import { parseNode } from '../../../../src/source/redis-url.ts';

const FROM: Place = { host: 'seed.example', port: 7000, tls: false };
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const C = 'c'.repeat(40);

/** A row of CLUSTER SHARDS for a node. */
function node(id: string, rest: Record<string, unknown> = {}): unknown[] {
  const fields = {
    id,
    port: 6379,
    ip: '10.0.0.1',
    endpoint: '10.0.0.1',
    role: 'master',
    'replication-offset': 1,
    health: 'online',
    ...rest,
  };
  return Object.entries(fields).flat();
}

function shard(slots: unknown[], ...nodes: unknown[]): unknown[] {
  return ['slots', slots, 'nodes', nodes];
}

const placeOf = (rest: Record<string, unknown>, from: Place = FROM) => readNodes([shard([0, 1], node(A, rest))], undefined, from)[0]?.name;

describe('the nodes of a cluster', () => {
  it('are those of CLUSTER SHARDS, with the slots of their shard on its master', () => {
    const shards = [shard([0, 5460, 6000, 6001], node(A), node(B, { role: 'replica', endpoint: '10.0.0.2' }))];
    expect(readNodes(shards, undefined, FROM)).toEqual([
      {
        id: A,
        name: '10.0.0.1:6379',
        host: '10.0.0.1',
        port: 6379,
        isAsked: false,
        role: 'master',
        state: 'ok',
        slots: [
          [0, 5460],
          [6000, 6001],
        ],
      },
      { id: B, name: '10.0.0.2:6379', host: '10.0.0.2', port: 6379, isAsked: false, role: 'replica', state: 'ok', slots: [] },
    ]);
  });

  it('are those of CLUSTER SLOTS on a server before 7.0, whose master has several rows', () => {
    const slots = [
      [0, 99, ['10.0.0.1', 6379, A], ['10.0.0.2', 6379, B]],
      [200, 299, ['10.0.0.1', 6379, A, ['hostname', 'a.example']], ['10.0.0.2', 6379, B]],
    ];
    expect(readNodes(slots, undefined, FROM).map(({ role, slots: ranges }) => [role, ranges])).toEqual([
      [
        'master',
        [
          [0, 99],
          [200, 299],
        ],
      ],
      ['replica', []],
    ]);
  });

  it('are in the state that CLUSTER NODES gives them, which also knows those without slots', () => {
    const lines = [
      `${A} 10.0.0.1:6379@16379,a.example myself,master - 0 0 1 connected 0-5460`,
      `${B} 10.0.0.2:6379@16379 slave,fail? ${A} 0 0 1 connected`,
      `${C} :0@0 master,fail,noaddr - 0 0 3 disconnected`,
      `${'d'.repeat(40)} 10.0.0.4:6379@16379 handshake - 0 0 0 disconnected`,
    ].join('\n');
    const nodes = readNodes([shard([0, 5460], node(A), node(B, { role: 'replica', endpoint: '10.0.0.2' }))], lines, FROM);
    expect(nodes.map(({ id, role, state, name }) => [id, role, state, name])).toEqual([
      [A, 'master', 'ok', '10.0.0.1:6379'],
      [B, 'replica', 'pfail', '10.0.0.2:6379'],
      [C, 'master', 'fail', undefined],
    ]);
    expect(myselfIn(lines)).toBe(A);
    expect(readNodes(undefined, lines, FROM)).toHaveLength(3);
  });

  it('have the slots of CLUSTER NODES where nothing else tells them', () => {
    const slots = '0-5460 7000 9000-8999 16384 99999 [5461->-abc] x';
    const lines = `${A} 10.0.0.1:6379@16379 master - 0 0 1 connected ${slots}\n${B} 10.0.0.2:6379@16379 slave ${A} 0 0 1 connected`;
    expect(readNodes(null, lines, FROM).map(({ slots: ranges }) => ranges)).toEqual([
      [
        [0, 5460],
        [7000, 7000],
      ],
      [],
    ]);
    expect(readNodes([shard([1, 2], node(A))], lines, FROM)[0]?.slots).toEqual([[1, 2]]);
  });

  it('have their slots only where no other master of the shard is better off: one that failed keeps its row', () => {
    const shards = [shard([0, 5460], node(A, { health: 'fail' }), node(B, { endpoint: '10.0.0.2' }))];
    expect(readNodes(shards, undefined, FROM).map(({ id, slots }) => [id, slots])).toEqual([
      [A, []],
      [B, [[0, 5460]]],
    ]);
  });

  it.each([
    ['its endpoint', { endpoint: 'node-1.example' }, 'node-1.example:6379'],
    ['in lower case', { endpoint: 'Node-1.Example' }, 'node-1.example:6379'],
    ['an IPv6 address, in brackets', { endpoint: '2001:db8::1' }, '[2001:db8::1]:6379'],
    ['the host that was asked, where the endpoint is null', { endpoint: null }, 'seed.example:6379'],
    ['the host that was asked, where the endpoint is empty', { endpoint: '', ip: '' }, 'seed.example:6379'],
    ['its address, where the endpoint is not known', { endpoint: '?' }, '10.0.0.1:6379'],
    ['nowhere, where nothing of it is known', { endpoint: '?', ip: '?' }, undefined],
    ['nowhere with port 0', { port: 0 }, undefined],
    ['nowhere with a port that is none', { port: 65_536 }, undefined],
    ['nowhere with an unspecified address alone', { endpoint: '0.0.0.0', ip: '::' }, undefined],
    ['nowhere with a host of another language', { endpoint: 'a b', ip: 'x\n' }, undefined],
    ['nowhere with a zone', { endpoint: 'fe80::1%eth0', ip: '' }, undefined],
    ['nowhere with a number as a name', { endpoint: '1.2.3', ip: '0x7f.1' }, undefined],
  ])('are at %s', (_, rest, name) => {
    expect(placeOf(rest)).toBe(name);
  });

  it('are at the TLS port over TLS, and at the other one in plain text', () => {
    const both = { port: 6379, 'tls-port': 6380 };
    expect(placeOf(both, { ...FROM, tls: true })).toBe('10.0.0.1:6380');
    expect(placeOf(both)).toBe('10.0.0.1:6379');
    expect(placeOf({ port: undefined, 'tls-port': 6380 })).toBeUndefined();
  });

  it('are one where two share an address or an id', () => {
    expect(readNodes([shard([0, 1], node(A)), shard([2, 3], node(B, { health: 'fail' }))], undefined, FROM).map(({ id }) => id)).toEqual([
      A,
    ]);
    expect(readNodes([shard([0, 1], node(A)), shard([2, 3], node(A, { endpoint: 'x' }))], undefined, FROM)).toHaveLength(1);
  });

  it('have no slots beyond the last, and none that are numbers no more', () => {
    const slots = [-1, 3, 5, SLOTS, 7, 6, '1', '2', 1.5, 2, 8, 9, 10];
    expect(readNodes([shard(slots, node(A))], undefined, FROM)[0]?.slots).toEqual([[8, 9]]);
  });

  it('are a thousand at most', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => shard([index, index], node(`n${index}`, { endpoint: `h${index}x` })));
    expect(readNodes(many, undefined, FROM)).toHaveLength(1_000);
    const lines = Array.from(
      { length: 5_000 },
      (_, index) => `n${index} 10.1.${index >> 8}.${index & 255}:6379@1 master - 0 0 0 connected`,
    );
    expect(readNodes(many, lines.join('\n'), FROM)).toHaveLength(1_000);
  });

  it.each([
    [
      'CLUSTER SLOTS with a row for each slot and every replica in it',
      Array.from({ length: SLOTS }, (_, slot) => [
        slot,
        slot,
        ...Array.from({ length: 20 }, (_unused, at) => ['10.0.0.1', 7000 + at, at === 0 ? [A, B][slot % 2] : `n${at}`]),
      ]),
      undefined,
    ],
    [
      'CLUSTER SHARDS that repeats its nodes and slots',
      Array.from({ length: 1_000 }, () =>
        shard(
          Array.from({ length: 1_000 }, (_, slot) => slot),
          ...Array.from({ length: 40 }, (_, at) => node(`n${at}`, { port: 7000 + at })),
        ),
      ),
      undefined,
    ],
    [
      'CLUSTER SHARDS of one shard with a thousand masters',
      [
        shard(
          Array.from({ length: 2 * SLOTS }, (_, index) => index >> 1),
          ...Array.from({ length: 1_000 }, (_, at) => node(`n${at}`, { port: 7000 + at })),
        ),
      ],
      undefined,
    ],
    [
      'CLUSTER NODES with all slots on every line',
      undefined,
      Array.from({ length: 500 }, (_, at) => `n${at} 10.0.0.1:${7000 + at}@1 master - 0 0 1 connected ${'1 '.repeat(SLOTS)}`).join('\n'),
    ],
  ])('cost no more than a cluster can have: %s', (_, reply, lines) => {
    const nodes = readNodes(reply, lines, FROM);
    expect(nodes.length).toBeGreaterThan(0);
    expect(nodes.flatMap(({ slots }) => slots).length).toBeLessThanOrEqual(2 * SLOTS);
  });

  it('are always nodes that can be connected to, whatever a server answers', () => {
    const anything = fc.anything({ maxDepth: 6 });
    const likely = fc.record({
      endpoint: fc.oneof(fc.string(), fc.constant('?'), fc.constant(null), fc.domain(), fc.ipV4(), fc.ipV6()),
      ip: fc.oneof(fc.string(), fc.ipV4()),
      port: fc.oneof(fc.integer(), fc.string(), fc.integer({ min: 1, max: 65_535 })),
      role: fc.oneof(fc.string(), fc.constant('master')),
      health: fc.oneof(fc.string(), fc.constant('fail')),
    });
    const shards = fc.array(
      fc
        .tuple(fc.array(fc.integer()), fc.array(likely))
        .map(([slots, all]) => shard(slots, ...all.map((rest, at) => node(`n${at}`, rest)))),
    );
    fc.assert(
      fc.property(fc.oneof(anything, shards), fc.oneof(anything, fc.string()), (reply, lines) => {
        const nodes = readNodes(reply, lines, FROM);
        expect(nodes.length).toBeLessThanOrEqual(1_000);
        const names = nodes.flatMap(({ name }) => name ?? []);
        expect(new Set(names).size).toBe(names.length);
        for (const { name, host, port, slots } of nodes) {
          if (name !== undefined) expect(parseNode(name)).toEqual({ host, port });
          for (const [first, last] of slots) expect(first >= 0 && first <= last && last < SLOTS).toBe(true);
        }
        myselfIn(lines);
        CLUSTER_INFO.parse(reply);
      }),
    );
  });
});

describe('CLUSTER INFO', () => {
  it('tells the state and the slots', () => {
    const text =
      'cluster_state:fail\r\ncluster_slots_assigned:16384\r\ncluster_slots_ok:10923\r\ncluster_slots_pfail:0\r\ncluster_slots_fail:5461\r\n';
    expect(CLUSTER_INFO.parse(text)).toEqual({ ok: false, slots: { assigned: 16_384, ok: 10_923, pfail: 0, fail: 5461 } });
  });

  it('tells nothing that it does not say', () => {
    expect(CLUSTER_INFO.parse('cluster_state:maybe\r\ncluster_slots_ok:99999\r\n')).toEqual({ ok: undefined, slots: {} });
    expect(CLUSTER_INFO.parse(null)).toEqual({ ok: undefined, slots: {} });
  });
});

describe('the slot of a key', () => {
  it.each([
    ['123456789', 12_739],
    ['foo', 12_182],
    ['{user1000}.following', keySlot('user1000')],
    ['foo{{bar}}zap', keySlot('{bar')],
    ['foo{bar}{zap}', keySlot('bar')],
  ])('of %s is that of the specification', (key, slot) => {
    expect(keySlot(key)).toBe(slot);
  });
});
