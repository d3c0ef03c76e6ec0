import type { Outcome } from '../../model/cache.ts';
import type { PairRecord } from '../../model/status.ts';
import type { Tone } from '../../text/words.ts';

/** What a chart tells apart. Every mark has a shape of its own, so that none is known by its colour alone. */
export const MARK = ['first', 'hit', 'unwatched', 'miss', 'failed', 'control'] as const;
export type Mark = (typeof MARK)[number];

/** A mark as a legend names it, as a sentence counts it, its tone, and its shape around a point as SVG path data. */
export const MARK_LOOKS: Readonly<Record<Mark, { words: string; counted: string; tone: Tone; shape: (x: number, y: number) => string }>> = {
  first: { words: 'first request', counted: 'first', tone: 'none', shape: (x, y) => `${start(x - 2, y)}h4` },
  hit: { words: 'duplicate hit', counted: 'hit', tone: 'good', shape: (x, y) => `${start(x, y)}h0` },
  unwatched: {
    words: 'duplicate hit, not in Redis',
    counted: 'hit but not in Redis',
    tone: 'warn',
    shape: (x, y) => `${start(x - 2, y)}a2 2 0 1 0 4 0a2 2 0 1 0-4 0`,
  },
  miss: { words: 'duplicate missed', counted: 'missed', tone: 'bad', shape: (x, y) => `${start(x - 2.3, y - 2.3)}l4.6 4.6m0-4.6l-4.6 4.6` },
  failed: { words: 'failed or wrong', counted: 'failed or wrong', tone: 'bad', shape: (x, y) => `${start(x, y - 2.6)}l2.6 4.6h-5.2z` },
  control: {
    words: 'control, missed as asked',
    counted: 'missed as asked',
    tone: 'none',
    shape: (x, y) => `${start(x - 2, y - 2)}h4v4h-4z`,
  },
};

/** Path data that moves to a point; a tenth of a unit is as fine as anybody can see. */
function start(x: number, y: number): string {
  return `M${tenths(x)} ${tenths(y)}`;
}

/** A number of a drawing, as short as it can be written with one decimal. */
export function tenths(value: number): string {
  return String(Math.round(10 * value) / 10);
}

const MARK_OF: Readonly<Record<Outcome, Mark>> = {
  ok: 'hit',
  hit_unverified: 'hit',
  hit_unlabelled: 'hit',
  hit_not_in_redis: 'unwatched',
  hit_on_first: 'failed',
  hit_altered: 'failed',
  miss_key_present: 'miss',
  miss_not_written: 'miss',
  miss_unexplained: 'miss',
  error_first: 'failed',
  error_duplicate: 'failed',
  control_failed: 'failed',
};

/** How a chart marks what became of a pair. */
export function markOf({ outcome }: PairRecord): Mark {
  return outcome === undefined ? 'control' : MARK_OF[outcome];
}
