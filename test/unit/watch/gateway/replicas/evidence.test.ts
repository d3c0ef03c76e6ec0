import { describe, expect, it } from 'vitest';
import { replicaEvidence } from '../../../../../src/watch/gateway/replicas/evidence.ts';

const good = { failure: undefined, ready: true, version: '1.106.0' };

describe('the evidence of replicas', () => {
  it('is silent while all is well', () => {
    const pairs = [
      { from: 'a', to: 'b', outcome: 'ok', at: 0 },
      { from: 'b', to: 'a', outcome: 'error_first', at: 0 },
      { from: 'a', to: 'a', outcome: 'miss_not_written', at: 0 },
    ] as const;
    expect(
      replicaEvidence(
        [
          { name: 'a', ...good },
          { name: 'b', ...good },
        ],
        pairs,
      ),
    ).toEqual([]);
  });

  it('names who is down, not ready, of another release, and who did not read what whom wrote', () => {
    const replicas = [
      { name: 'a', ...good },
      { name: 'b', ...good, ready: false, version: '1.80.9' },
      { name: 'c', ...good, version: undefined },
      { name: 'd', failure: 'refused', ready: false, version: undefined },
    ] as const;
    expect(replicaEvidence(replicas, [{ from: 'a', to: 'b', outcome: 'miss_key_present', at: 0 }])).toEqual([
      'Down: d (connections are refused).',
      'Not ready: b.',
      'The replicas run different releases: a 1.106.0, b 1.80.9, c unknown.',
      'Replica b did not read what a wrote (missed, the key is in Redis).',
    ]);
  });

  it('names four and counts the others', () => {
    const replicas = [...'abcdef'].map((name) => ({ name, ...good, failure: 'timeout' as const }));
    expect(replicaEvidence(replicas, [])).toEqual([
      'Down: a (no answer in time), b (no answer in time), c (no answer in time), d (no answer in time) and 2 more.',
    ]);
  });
});
