/** The share of the keys that are watched for reuse, by the first digits of their hash. */
export const REUSE_SAMPLE = ['1/16', '1/256', '1/4096'] as const;
export type ReuseSample = (typeof REUSE_SAMPLE)[number];

/** Whether a key that was written is known from a write before. */
export const WRITE_KIND = ['first', 'again'] as const;

/**
 * How a key was lost before it was written again. `alive`: it was not, and still lived when it was written; `unknown`: it was gone, and
 * the counters of the server do not tell why.
 */
export const KEY_LOSS = ['expired', 'evicted', 'deleted', 'flushed', 'alive', 'unknown'] as const;
export type KeyLoss = (typeof KEY_LOSS)[number];

/** Seconds: the bounds of the times between two writes of a key, and the times to live that are compared. */
export const REUSE_SECONDS = [
  1, 5, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 172_800, 345_600, 604_800,
] as const;

/** `REUSE_SECONDS` as values of a label. */
export const REUSE_TTL = [
  '1',
  '5',
  '15',
  '30',
  '60',
  '120',
  '300',
  '600',
  '1200',
  '1800',
  '3600',
  '7200',
  '14400',
  '28800',
  '43200',
  '86400',
  '172800',
  '345600',
  '604800',
] as const;
