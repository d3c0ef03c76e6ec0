import { describe, expect, it } from 'vitest';
import { CACHE_MARK, ROUTE } from '../../../src/model/cache.ts';
import { isSuccess, outcomeOf, PAIR_KIND, type PairObservation, pairKind } from '../../../src/pairs/outcome.ts';
import { KEY_STATE } from '../../../src/redis/probe-keys/lookup.ts';

const MARKS = [...CACHE_MARK, 'error'] as const;

/** Every combination of what can be seen of a pair. */
const ALL: PairObservation[] = PAIR_KIND.flatMap((kind) =>
  MARKS.flatMap((first) =>
    [...MARKS, undefined].flatMap((duplicate) =>
      [true, false].flatMap((labelled) => KEY_STATE.map((key) => ({ kind, first, duplicate, labelled, key }))),
    ),
  ),
);

/** The outcome of a pair whose first request missed, by duplicate, label and key. */
const TABLE: Record<string, string> = {
  'hit labelled present': 'ok',
  'hit labelled absent': 'hit_not_in_redis',
  'hit labelled other_database': 'hit_not_in_redis',
  'hit labelled unknown': 'hit_unverified',
  'hit bare present': 'hit_unlabelled',
  'hit bare absent': 'hit_not_in_redis',
  'hit bare other_database': 'hit_not_in_redis',
  'hit bare unknown': 'hit_unlabelled',
  'miss present': 'miss_key_present',
  'miss absent': 'miss_not_written',
  'miss other_database': 'miss_key_present',
  'miss unknown': 'miss_unexplained',
  'unknown present': 'miss_unexplained',
  'unknown absent': 'miss_unexplained',
  'unknown other_database': 'miss_unexplained',
  'unknown unknown': 'miss_unexplained',
};

function row({ duplicate, labelled, key }: PairObservation): string {
  return duplicate === 'hit' ? `hit ${labelled ? 'labelled' : 'bare'} ${key}` : `${duplicate} ${key}`;
}

describe('the outcome of a pair', () => {
  it('is error_first when the first request failed, whatever came after', () => {
    for (const seen of ALL.filter(({ first }) => first === 'error')) expect(outcomeOf(seen)).toBe('error_first');
  });

  it('is hit_on_first when a fresh nonce was answered from a cache', () => {
    for (const seen of ALL.filter(({ first }) => first === 'hit')) expect(outcomeOf(seen)).toBe('hit_on_first');
  });

  it('is hit_on_first as well when the duplicate got the answer to another prompt', () => {
    const answered = ALL.filter(({ first, duplicate }) => first !== 'error' && duplicate !== 'error' && duplicate !== undefined);
    for (const seen of answered) expect(outcomeOf({ ...seen, other: true })).toBe('hit_on_first');
  });

  it('is hit_altered where a duplicate that was to hit has another answer than was stored, wherever its key is', () => {
    const hits = ALL.filter(({ first, duplicate }) => (first === 'miss' || first === 'unknown') && duplicate === 'hit');
    for (const seen of hits) expect(outcomeOf({ ...seen, altered: true })).toBe(seen.kind === 'control' ? 'control_failed' : 'hit_altered');
    expect(isSuccess('hit_altered')).toBe(false);
  });

  it('is error_duplicate when the duplicate failed or was not sent', () => {
    const failed = ALL.filter(
      ({ first, duplicate }) => (first === 'miss' || first === 'unknown') && (duplicate === 'error' || duplicate === undefined),
    );
    for (const seen of failed) expect(outcomeOf(seen)).toBe('error_duplicate');
  });

  it('follows the table for every answered pair that is no negative control', () => {
    const answered = ALL.filter(
      ({ kind, first, duplicate }) =>
        kind !== 'control' && (first === 'miss' || first === 'unknown') && duplicate !== undefined && duplicate !== 'error',
    );
    expect(new Set(answered.map(row))).toEqual(new Set(Object.keys(TABLE)));
    for (const seen of answered) expect(outcomeOf(seen), JSON.stringify(seen)).toBe(TABLE[row(seen)]);
  });

  it('is a miss that cannot be explained when the key was lost, and the same as ever when it hit', () => {
    const lost = (seen: Partial<PairObservation>) =>
      outcomeOf({ kind: 'own', first: 'miss', duplicate: 'miss', labelled: true, key: 'absent', lostAfterWrite: true, ...seen });
    expect([lost({}), lost({ key: 'present' }), lost({ kind: 'control' })]).toEqual(Array(3).fill('miss_unexplained'));
    expect([lost({ duplicate: 'hit' }), lost({ duplicate: 'hit', key: 'present' })]).toEqual(['hit_not_in_redis', 'ok']);
    expect([lost({ kind: 'control', key: 'present' }), lost({ kind: 'control', duplicate: 'hit' })]).toEqual([undefined, 'control_failed']);
  });

  it('is control_failed for a negative control that hit', () => {
    for (const key of KEY_STATE) {
      expect(outcomeOf({ kind: 'control', first: 'miss', duplicate: 'hit', labelled: true, key })).toBe('control_failed');
    }
  });

  it('says nothing for a negative control that missed, unless its key was not written', () => {
    const outcomes = KEY_STATE.map((key) => outcomeOf({ kind: 'control', first: 'miss', duplicate: 'miss', labelled: false, key }));
    expect(Object.fromEntries(KEY_STATE.map((key, index) => [key, outcomes[index]]))).toEqual({
      present: undefined,
      absent: 'miss_not_written',
      other_database: undefined,
      unknown: undefined,
    });
  });
});

describe('the kind of a pair', () => {
  it('is plain for every tenth pair of a route whose hits prove a read and a negative control for every twentieth of any route', () => {
    for (const route of ROUTE) {
      const kinds = Array.from({ length: 40 }, (_, index) => pairKind(route, index + 1));
      const numbers = (kind: string) => kinds.flatMap((each, index) => (each === kind ? [index + 1] : []));
      expect(numbers('plain')).toEqual(route === 'completions' || route === 'messages' ? [10, 20, 30, 40] : []);
      expect(numbers('control')).toEqual([15, 35]);
    }
  });
});
