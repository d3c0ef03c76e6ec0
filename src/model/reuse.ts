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

/** What another time to live would have brought in the time watched. */
export interface TtlPoint {
  ttlSeconds: number;
  /** Misses divided by those that there were. */
  missShare: number;
  /** Two standard errors of `missShare`, by the sample. */
  missError: number;
  /** Absent where the reads of the cache are not known. */
  hitRatio?: number;
  /** Answers in the cache. */
  keys: number;
  /** Absent while the size of an answer is not known. */
  bytes?: number;
}

/** What is advised on one of three questions, with the figures that it rests on. `wait`: there is not enough data yet. Times are seconds. */
export type Advice =
  | { about: 'ttl' | 'memory' | 'policy'; is: 'wait'; moreSeconds: number }
  | { about: 'ttl'; is: 'change'; now: TtlPoint; to: TtlPoint }
  | { about: 'ttl'; is: 'keep'; why: 'no_gain' | 'no_room'; now: TtlPoint; longest: TtlPoint }
  | { about: 'ttl'; is: 'keep'; why: 'never_expires' }
  | { about: 'memory'; is: 'change'; evictedShare: number; limitBytes: number; toBytes: number }
  | { about: 'memory'; is: 'keep'; evictedShare: number; limitBytes?: number }
  | { about: 'memory'; is: 'unknown'; evictedShare: number }
  | { about: 'policy'; is: 'change'; from: string; to: string; why: 'by_chance' | 'without_ttl' | 'refuses_writes' }
  | { about: 'policy'; is: 'keep'; policy: string; evictedShare: number };

/** What is known of the reuse of the answers of one namespace. */
export interface ReuseGroup {
  /** The gateway whose name it has, and all that share the namespace. */
  gateway: string;
  gateways: readonly string[];
  watchedSeconds: number;
  /** Keys of the sample that were seen, and their writes, as counted. */
  sampledKeys: number;
  sampledWrites: number;
  /** Writes of all keys, estimated. */
  writes: number;
  /** The writes were checked against those that the server counted. */
  isChecked: boolean;
  /** The time to live that most writes have; absent where none has one. */
  ttlSeconds?: number;
  /** Share of the writes of a key that was lost like that although it should still have lived. */
  earlyShare: Readonly<Record<KeyLoss, number>>;
  /** Share of the misses that there would not be if nothing was lost before its time; absent where the time to live is not known. */
  avoidableShare?: number;
  /** The present time to live and longer ones, as far as they can be told. */
  curve: readonly TtlPoint[];
  advice: readonly Advice[];
}

/** What is known of the reuse of a target. */
export interface Reuse {
  sample: ReuseSample;
  /** Whether the server tells of each write now. */
  isWatching: boolean;
  /** What cannot be seen and why, one sentence each, without any secret. */
  problems: readonly string[];
  /** Messages that were not looked at. */
  dropped: number;
  /** Keys that were forgotten because too many are remembered. */
  forgotten: number;
  groups: readonly ReuseGroup[];
}
