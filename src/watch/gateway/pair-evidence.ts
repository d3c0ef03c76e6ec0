import type { PairResult, RequestResult } from '../../pairs/pair.ts';
import type { KeyState } from '../../redis/probe-keys/lookup.ts';

const KEY: Readonly<Record<KeyState, string>> = {
  present: 'key in Redis',
  absent: 'key not in Redis',
  other_database: 'key in another database of this Redis',
  unknown: 'key not looked up',
};

const LOST = 'key lost after it was written';

/** One line that says what was seen of a pair: `duplicate hit in 2 ms, key in Redis`. */
export function evidenceOf({ kind, outcome, first, duplicate, key, lostAfterWrite }: PairResult): string {
  if (outcome === 'error_first' || duplicate === undefined) {
    return outcome === 'hit_on_first' ? `first request hit in ${milliseconds(first)}` : `first request failed: ${trouble(first)}`;
  }
  if (outcome === 'error_duplicate') return `duplicate failed: ${trouble(duplicate)}`;
  const what =
    kind === 'control' ? 'duplicate that asks for no cached answer' : kind === 'plain' ? 'duplicate without cache controls' : 'duplicate';
  return `${what} ${duplicate.mark === 'hit' ? 'hit' : 'missed'} in ${milliseconds(duplicate)}, ${lostAfterWrite ? LOST : KEY[key]}`;
}

function trouble({ failure, status }: RequestResult): string {
  return `${failure ?? 'unknown'}${status === undefined ? '' : ` (HTTP ${status})`}`;
}

function milliseconds({ seconds }: RequestResult): string {
  return `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
}
