import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeEntry } from '../../../../../src/redis/replies/cluster/entry.ts';
import { readNodes } from '../../../../../src/redis/replies/cluster/nodes.ts';
import { withOneName } from '../../../../../src/watch/target/cluster/names.ts';

const COUNT = 4;
const PLACES = Array.from({ length: COUNT }, (_, at) => at);
const idOf = (at: number) => `id${at}`;
const ADDRESS = (at: number) => `10.0.0.${at + 1}`;

/** What the node `of` answers to CLUSTER NODES to one who calls it `host`: it does not know its own address. */
function viewOf(of: number, host: string): { nodes: NodeEntry[] } {
  const lines = PLACES.map((at) => {
    const [address, flags] = at === of ? ['', 'myself,master'] : [ADDRESS(at), 'master'];
    return `${idOf(at)} ${address}:7000@17000 ${flags} - 0 0 ${at + 1} connected ${at * 4_096}-${at * 4_096 + 4_095}`;
  });
  return { nodes: readNodes(undefined, lines.join('\n'), { host, port: 7000, tls: false }) };
}

const namesIn = (view: { nodes: readonly NodeEntry[] } | undefined) =>
  Object.fromEntries(view?.nodes.map(({ id, name }) => [id, name]) ?? []);
const TRUE_NAMES = Object.fromEntries(PLACES.map((at) => [idOf(at), `${ADDRESS(at)}:7000`]));
const known = (names: Record<string, string | undefined>) => Object.entries(names).map(([id, name = '']) => ({ id, name }));
const alias = fc.constantFrom('localhost', 'redis.example', '127.0.0.1', '10.0.0.9');
const asked = fc.uniqueArray(fc.record({ of: fc.constantFrom(...PLACES), host: alias }), { selector: ({ of }) => of, minLength: 2 });

describe('the nodes of a cluster that do not know their own address', () => {
  it('have the name that the others give them, whoever is asked, by whatever name, and in which order', () => {
    fc.assert(
      fc.property(asked, (questions) => {
        for (const view of withOneName(
          questions.map(({ of, host }) => viewOf(of, host)),
          [],
        ))
          expect(namesIn(view)).toEqual(TRUE_NAMES);
      }),
    );
  });

  it('keep it where one of them alone answers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PLACES), alias, (of, host) => {
        const [view] = withOneName([viewOf(of, host)], known(TRUE_NAMES));
        expect(namesIn(view)).toEqual(TRUE_NAMES);
      }),
    );
  });

  it('have one name where nobody names a host, as behind unknown-endpoint, that of whom was asked first', () => {
    const shards = PLACES.map((at) => [
      'slots',
      [at * 4_096, at * 4_096 + 4_095],
      'nodes',
      [['id', idOf(at), 'port', 7000 + at, 'endpoint', null, 'role', 'master', 'health', 'online']],
    ]);
    const seen = (host: string) => ({ nodes: readNodes(shards, undefined, { host, port: 7000, tls: false }) });
    const [first] = withOneName([seen('localhost')], []);
    const names = namesIn(first);
    expect(Object.values(names)).toEqual(PLACES.map((at) => `localhost:${7000 + at}`));
    for (const host of ['127.0.0.1', 'redis.example']) expect(namesIn(withOneName([seen(host)], known(names))[0])).toEqual(names);
  });
});

describe('the nodes of a cluster that know their address', () => {
  const entry = (at: number, name: string): NodeEntry => ({
    id: idOf(at),
    name,
    host: name.split(':')[0],
    port: Number(name.split(':')[1]),
    isAsked: false,
    role: 'master',
    state: 'ok',
    slots: [[at, at]],
  });

  it('keep their name where views call them differently, whichever is the best', () => {
    const [plain, named] = [{ nodes: [entry(0, '10.0.0.1:7000')] }, { nodes: [entry(0, 'a.example:7000')] }];
    for (const views of [
      [plain, named],
      [named, plain],
    ])
      for (const name of ['10.0.0.1:7000', 'a.example:7000'])
        expect(withOneName(views, [{ id: idOf(0), name }]).map(namesIn)).toEqual([{ id0: name }, { id0: name }]);
  });

  it('move with their address, and leave the old one to whom has it now', () => {
    const [now, stale] = [{ nodes: [entry(0, '10.0.0.9:7000'), entry(1, '10.0.0.1:7000')] }, { nodes: [entry(0, '10.0.0.1:7000')] }];
    const before = [{ id: idOf(0), name: '10.0.0.1:7000' }];
    expect(namesIn(withOneName([now, stale], before)[0])).toEqual({ id0: '10.0.0.9:7000', id1: '10.0.0.1:7000' });
    expect(namesIn(withOneName([now], before)[0])).toEqual({ id0: '10.0.0.9:7000', id1: '10.0.0.1:7000' });
  });
});
