import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFailoverCount, parseView } from '../../../../src/redis/replies/sentinel.ts';

const MASTER = ['name', 'cache', 'num-slaves', '2', 'num-other-sentinels', '2', 'quorum', '2', 'config-epoch', '7'];

describe('what a Sentinel says of the Sentinels', () => {
  it('is how many there are with it, their replicas, and whether they can agree', () => {
    const view = { known: 3, replicas: 2, configEpoch: 7 };
    expect(parseView(MASTER, 'OK 3 usable Sentinels. Quorum and failover authorization can be reached')).toEqual({
      ...view,
      quorumOk: true,
    });
    expect(parseView(MASTER, 'NOQUORUM 1 usable Sentinels. Not enough available Sentinels')).toEqual({ ...view, quorumOk: false });
    expect(parseView(MASTER, 'NOPERM this user has no permissions')).toEqual({ ...view, quorumOk: undefined });
  });

  it('is nothing where it says something else', () => {
    const nothing = { known: undefined, replicas: undefined, quorumOk: undefined, configEpoch: undefined };
    expect(parseView(['num-slaves', '-1', 'num-other-sentinels', 'many', 'config-epoch', 3], null)).toEqual(nothing);
    fc.assert(fc.property(fc.anything(), fc.anything(), (master, quorum) => void parseView(master, quorum)));
  });
});

describe('failovers', () => {
  const counted = (...views: [node: string, epoch: number | undefined][]) => {
    const count = createFailoverCount();
    for (const [node, epoch] of views) count.add(node, epoch);
    return count.failovers;
  };

  it.each([
    ['are none at the first view, however high', 0, [['a', 7]]],
    [
      'are one where the epoch has risen, by whatever much',
      1,
      [
        ['a', 7],
        ['a', 10],
      ],
    ],
    [
      'are seen by another Sentinel, too, when the first has gone with its master',
      1,
      [
        ['a', 7],
        ['b', 8],
      ],
    ],
    [
      'are none where another Sentinel has not heard of them yet',
      1,
      [
        ['a', 7],
        ['a', 8],
        ['b', 7],
        ['b', 8],
      ],
    ],
    [
      'begin anew where the same Sentinel has forgotten',
      1,
      [
        ['a', 7],
        ['a', 0],
        ['a', 1],
      ],
    ],
    [
      'are none where nothing is told',
      0,
      [
        ['a', 7],
        ['a', undefined],
        ['a', 7],
      ],
    ],
  ] as [string, number, [string, number | undefined][]][])('%s', (_, failovers, views) => {
    expect(counted(...views)).toBe(failovers);
  });

  it('are never more than views, nor fewer later', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.option(fc.nat(5), { nil: undefined }))), (views) => {
        const count = createFailoverCount();
        let before = 0;
        for (const [index, [node, epoch]] of views.entries()) {
          count.add(node, epoch);
          expect(count.failovers).toBeGreaterThanOrEqual(before);
          expect(count.failovers).toBeLessThanOrEqual(index);
          before = count.failovers;
        }
      }),
    );
  });
});
