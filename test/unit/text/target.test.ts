import { describe, expect, it } from 'vitest';
import type { NodeStatus } from '../../../src/model/status.ts';
import { listedNodes, nodeState, sentinelText } from '../../../src/text/target.ts';

const MASTER: NodeStatus = { name: 'a:1', role: 'master', state: 'ok', slots: 5_461, up: true };
const REPLICA: NodeStatus = { ...MASTER, name: 'b:1', role: 'replica', slots: 0 };

describe('the nodes of a cluster', () => {
  it('are listed with those in trouble first, then masters, and so many at most', () => {
    const failed: NodeStatus = { ...REPLICA, name: 'z:1', up: false, failure: 'refused', state: 'fail' };
    const many = Array.from({ length: 40 }, (_, index): NodeStatus => ({ ...REPLICA, name: `r${index}:1` }));
    const { nodes, more } = listedNodes([REPLICA, ...many, MASTER, failed]);
    expect(nodes.slice(0, 3).map(({ name }) => name)).toEqual(['z:1', 'a:1', 'b:1']);
    expect(nodes).toHaveLength(24);
    expect(more).toBe(19);
  });

  it.each([
    [{}, 'good', 'ok'],
    [{ up: undefined }, 'none', 'not tried'],
    [{ up: false, failure: 'refused' }, 'bad', 'the connection is refused'],
    [{ state: 'pfail' }, 'bad', 'may have failed'],
    [{ state: 'fail', up: false }, 'bad', 'failed, down'],
  ] as const)('with %o are %s: %s', (rest, tone, title) => {
    const state = nodeState({ ...MASTER, ...rest });
    expect(state.tone).toBe(tone);
    if (!('failure' in rest)) expect(state.title).toBe(title);
  });
});

describe('the Sentinels of a target', () => {
  const target = { name: 'cache', address: '', credentials: [], rejectionsOfOthers: {} };

  it('are told by how many there are, and whether they can agree', () => {
    expect(sentinelText({ ...target, sentinels: { known: 3, quorumOk: true, replicas: 1, failovers: 0 } })).toBe(
      '3 known, quorum ok, 1 replica',
    );
    expect(sentinelText({ ...target, sentinels: { known: 1, quorumOk: false, replicas: 2, failovers: 2 } })).toBe(
      '1 known, NO QUORUM for a failover, 2 replicas, 2 failovers since the start',
    );
    expect(sentinelText({ ...target, sentinels: { failovers: 0 } })).toBe('answer');
  });
});
