import type { KeyLoss } from '../model/reuse.ts';

/** What is known of a key. Times are milliseconds of one clock. */
export interface KnownKey {
  /** When its time to live ends; infinite without one. */
  readonly until: number;
  /** It is not in the cache. */
  readonly isLost: boolean;
  /** All that happened to it since its last write was seen. */
  readonly isSeen: boolean;
}

/** What the server told of a key in its messages, and when it was asked for it afterwards. */
export interface LookedUp {
  key: string;
  /** Messages that it was written or is gone, one or more. */
  messages: number;
  firstAt: number;
  lastAt: number;
  /** When the server answered the question for its time to live. */
  askedAt: number;
  /** Milliseconds, infinite for a key that never expires, undefined for one that is gone. */
  ttl: number | undefined;
}

/** What happened to a key. `until` is not known of a write that is gone already. */
export type KeyEvent = { is: 'written'; at: number; until: number | undefined } | { is: 'lost'; at: number; why: KeyLoss };

/** A server ends a time to live by its own clock, and the way there takes time. */
const SLACK_MS = 150;

function hasEnded(known: KnownKey, at: number): boolean {
  return at >= known.until - SLACK_MS;
}

/** Whether a key went that should still live, so that the counters of the server have to tell why. */
export function needsReason(known: KnownKey | undefined, { ttl, firstAt }: LookedUp): boolean {
  return ttl === undefined && known?.isSeen === true && !known.isLost && !hasEnded(known, firstAt);
}

/**
 * What happened to a key since it was known last. There is one message for each write and each loss, but one for both where they fall into the
 * same moment. `reason` is why a key went that should still live.
 */
export function eventsOf(known: KnownKey | undefined, looked: LookedUp, reason: KeyLoss): KeyEvent[] {
  const isHeld = known?.isSeen === true && !known.isLost;
  if (isHeld && hasEnded(known, looked.firstAt)) return afterEnd(known.until, looked);
  if (looked.ttl !== undefined) return writes(looked, looked.messages);
  if (isHeld) return [...writes(looked, looked.messages - 1), { is: 'lost', at: looked.lastAt, why: reason }];
  // Written and gone between two looks; one message alone is of a key that was written before it was listened to.
  return looked.messages < 2 ? [] : [...writes(looked, looked.messages - 1), { is: 'lost', at: looked.lastAt, why: 'unknown' }];
}

/** Of a key whose time has ended, the first message is of that, unless it is the only one and the key is there again. */
function afterEnd(until: number, looked: LookedUp): KeyEvent[] {
  const expired: KeyEvent = { is: 'lost', at: until, why: 'expired' };
  const more = looked.messages - 1;
  if (looked.ttl !== undefined) return [expired, ...writes(looked, Math.max(1, more))];
  return more < 2 ? [expired] : [expired, ...writes(looked, more - 1), { is: 'lost', at: looked.lastAt, why: 'unknown' }];
}

/** Writes from the first message to the last one. */
function writes({ firstAt, lastAt, askedAt, ttl }: LookedUp, count: number): KeyEvent[] {
  const until = ttl === undefined ? undefined : askedAt + ttl;
  const step = count < 2 ? 0 : (lastAt - firstAt) / (count - 1);
  return Array.from(
    { length: Math.min(count, MAX_WRITES) },
    (_, index): KeyEvent => ({ is: 'written', at: firstAt + index * step, until }),
  );
}

/** Writes of a key between two looks that are told apart; more come from no cache. */
const MAX_WRITES = 100;

/** What the server had counted at a moment. */
export interface LossCounters {
  evicted: number | undefined;
}

/** Why keys went between two readings of the counters although their time had not ended. Redis does not say it of each: where it evicted, it counts as that. */
export function reasonOf(before: LossCounters | undefined, after: LossCounters | undefined): KeyLoss {
  if (before?.evicted === undefined || after?.evicted === undefined || after.evicted < before.evicted) return 'unknown';
  return after.evicted > before.evicted ? 'evicted' : 'deleted';
}
