import { describe, expect, it } from 'vitest';
import { PROBERS } from '../../../../src/pairs/index.ts';
import type { PairResult, RequestResult } from '../../../../src/pairs/pair.ts';
import { evidenceOf } from '../../../../src/watch/gateway/route.ts';

const FIRST: RequestResult = { seconds: 0.4, mark: 'miss' };
const HIT: RequestResult = { seconds: 0.0021, mark: 'hit' };

function line(pair: Partial<PairResult>): string {
  return evidenceOf({
    probe: 'lce-probe-1',
    prober: PROBERS.chat,
    kind: 'own',
    outcome: 'ok',
    first: FIRST,
    duplicate: HIT,
    key: 'present',
    ...pair,
  });
}

describe('the line of evidence', () => {
  it('says what became of the duplicate and of the key', () => {
    expect(line({})).toBe('duplicate hit in 2.1 ms, key in Redis');
    expect(line({ outcome: 'hit_not_in_redis', key: 'other_database' })).toBe(
      'duplicate hit in 2.1 ms, key in another database of this Redis',
    );
    expect(line({ outcome: 'miss_not_written', duplicate: { seconds: 0.25, mark: 'miss' }, key: 'absent' })).toBe(
      'duplicate missed in 250 ms, key not in Redis',
    );
    expect(line({ outcome: 'hit_not_in_redis', key: 'absent', lostAfterWrite: true })).toBe(
      'duplicate hit in 2.1 ms, key lost after it was written',
    );
    expect(line({ kind: 'plain', key: 'unknown' })).toBe('duplicate without cache controls hit in 2.1 ms, key not looked up');
    expect(line({ kind: 'control', outcome: undefined, duplicate: { seconds: 0.25, mark: 'miss' } })).toBe(
      'duplicate that asks for no cached answer missed in 250 ms, key in Redis',
    );
  });

  it('says that the content of the answers told it, where they differ, and whose answer it was', () => {
    expect(line({ proven: true })).toBe('duplicate hit in 2.1 ms, key in Redis, told by its content');
    expect(line({ proven: true, outcome: 'hit_altered', differs: ['/choices/0/text', '/choices/1'] })).toBe(
      'duplicate hit in 2.1 ms, key in Redis, told by its content, differs at /choices/0/text, /choices/1',
    );
    const other = { outcome: 'hit_on_first', proven: true } as const;
    expect(line({ ...other, first: HIT, duplicate: undefined, other: { request: 'first', owner: 'own' } })).toBe(
      'first request got the answer to an earlier probe of this exporter in 2.1 ms',
    );
    expect(line({ ...other, other: { request: 'duplicate', owner: 'other_exporter' } })).toBe(
      'duplicate got the answer to a probe of another exporter in 2.1 ms',
    );
  });

  it('says what failed', () => {
    const failed: RequestResult = { seconds: 1, mark: 'unknown', failure: 'auth', status: 401 };
    expect(line({ outcome: 'error_first', first: failed, duplicate: undefined })).toBe('first request failed: auth (HTTP 401)');
    expect(line({ outcome: 'error_duplicate', duplicate: { seconds: 1, mark: 'unknown', failure: 'timeout' } })).toBe(
      'duplicate failed: timeout',
    );
    expect(line({ outcome: 'hit_on_first', first: HIT, duplicate: undefined })).toBe('first request hit in 2.1 ms');
  });
});
