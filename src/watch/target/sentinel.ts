import { type Sample, sample } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { Target } from '../../redis/connection/target.ts';

/** What the Sentinels of a target say of themselves; nothing without Sentinels. */
export interface SentinelReport {
  samples(): Sample[];
  /** Counts the failovers since the last call; due at the end of every tick. */
  count(): void;
}

/** The counter of failovers exists from here on. */
export function createSentinelReport(target: Target, series: Series): SentinelReport {
  let counted = 0;
  if (target.sentinels !== undefined) series.add('redis.sentinel.failovers', {}, 0);

  return {
    samples() {
      const { known, quorumOk, replicas } = target.sentinels ?? {};
      return [
        ...(target.sentinelUp === undefined ? [] : [sample('redis.sentinel.up', {}, target.sentinelUp ? 1 : 0)]),
        ...(known === undefined ? [] : [sample('redis.sentinel.known', {}, known)]),
        ...(quorumOk === undefined ? [] : [sample('redis.sentinel.quorum_ok', {}, quorumOk ? 1 : 0)]),
        ...(replicas === undefined ? [] : [sample('redis.sentinel.replicas', {}, replicas)]),
      ];
    },
    count() {
      const { failovers } = target.sentinels ?? {};
      if (failovers === undefined) return;
      series.add('redis.sentinel.failovers', {}, failovers - counted);
      counted = failovers;
    },
  };
}
