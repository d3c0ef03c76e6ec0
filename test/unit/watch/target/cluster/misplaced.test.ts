import { describe, expect, it } from 'vitest';
import { createCluster } from '../../../../../src/redis/connection/cluster.ts';
import type { NodeEntry } from '../../../../../src/redis/replies/cluster/entry.ts';
import { hasSlots, settledIn, type View } from '../../../../../src/watch/target/cluster/discovery.ts';
import { misplacedIn, misplacedProblems } from '../../../../../src/watch/target/cluster/problems.ts';
import { targetConfig } from '../../../../support/target.ts';

const NAMES = ['10.0.0.1:7000', '10.0.0.2:7000', '10.0.0.3:7000'];

const cluster = () => createCluster({ ...targetConfig(undefined), cluster: { nodes: NAMES } });

function entry(at: number, slots: NodeEntry['slots'] = []): NodeEntry {
  return { id: `id${at}`, name: NAMES[at], host: `10.0.0.${at + 1}`, port: 7000, isAsked: false, role: 'master', state: 'ok', slots };
}

/** What each node of the configuration sees: itself alone, as before CLUSTER MEET, or the nodes at these places. */
function viewsOf(of: ReturnType<typeof cluster>, seen: (at: number) => number[] = (at) => [at]): View[] {
  return of.nodes.map((from, at) => ({ from, id: `id${at}`, nodes: seen(at).map((place) => entry(place)) }));
}

describe('the nodes of a configuration', () => {
  it('are told to be of another cluster until they are found in the one that is watched', () => {
    const watched = cluster();
    const views = viewsOf(watched);
    const misplaced = misplacedIn(watched.nodes, { views, watchOf: () => ({ mode: 'cluster' }) });
    watched.learn(views[0]?.nodes ?? []);
    expect(misplacedProblems(misplaced, watched)).toEqual([
      expect.stringMatching(/^10\.0\.0\.2:7000 belongs to another cluster than 10\.0\.0\.1:7000 /),
      expect.stringMatching(/^10\.0\.0\.3:7000 belongs to another cluster than 10\.0\.0\.1:7000 /),
    ]);
    watched.learn([entry(0), entry(1)]);
    expect(misplacedProblems(misplaced, watched)).toEqual([expect.stringContaining('10.0.0.3:7000 belongs to another cluster')]);
    watched.learn([entry(0), entry(1), entry(2)]);
    expect(misplacedProblems(misplaced, watched)).toEqual([]);
  });

  it('are told to be in no cluster until they are found in the one that is watched', () => {
    const watched = cluster();
    const views = viewsOf(watched).slice(0, 1);
    const misplaced = misplacedIn(watched.nodes, { views, watchOf: (name) => ({ mode: name === NAMES[0] ? 'cluster' : 'standalone' }) });
    watched.learn([entry(0)]);
    expect(misplacedProblems(misplaced, watched)).toEqual([expect.stringMatching(/^10\.0\.0\.2:7000, 10\.0\.0\.3:7000 are no nodes of/)]);
    watched.learn([entry(0), entry(1)]);
    expect(misplacedProblems(misplaced, watched)).toEqual([expect.stringMatching(/^10\.0\.0\.3:7000 is no node of/)]);
    watched.learn([entry(0), entry(1), entry(2)]);
    expect(misplacedProblems(misplaced, watched)).toEqual([]);
  });
});

describe('a node that was asked for the others', () => {
  it('is asked again while it is not known to be the one that its address leads to', () => {
    const watched = cluster();
    const all = () => [0, 1, 2];
    expect(settledIn(viewsOf(watched, all))).toEqual([]);
    watched.learn([0, 1, 2].map((at) => entry(at)));
    expect(settledIn(viewsOf(watched, all))).toEqual(NAMES);
    const swapped = viewsOf(watched, all).map((view, at) => ({ ...view, id: at === 2 ? 'id1' : view.id }));
    expect(settledIn(swapped)).toEqual(NAMES.slice(0, 2));
    expect(settledIn(swapped.map((view) => ({ ...view, id: undefined })))).toEqual(NAMES);
  });

  it('shows a cluster only where a slot has a node', () => {
    const [view] = viewsOf(cluster());
    expect(view && hasSlots(view)).toBe(false);
    expect(view && hasSlots({ ...view, nodes: [entry(1), entry(0, [[7, 7]])] })).toBe(true);
  });
});
