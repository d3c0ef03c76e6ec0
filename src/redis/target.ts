import type { Redis } from 'ioredis';
import type { Credential, TargetConfig } from '../config/effective.ts';
import type { AuthState, RedisFailure, Rejection } from '../model/redis.ts';

/** Durations in seconds of the steps that opened a connection. */
export interface OpenPhases {
  connect: number;
  auth?: number;
}

/**
 * What the watches of one Redis server share: the way in, and the count of what this daemon itself
 * causes there, so that the server's counters can be told apart from it.
 */
export interface Target {
  readonly config: TargetConfig;
  /** Set by the exporter's canary; other connections with the exporter's credential wait for `ok` or `disabled`. */
  auth: AuthState;
  /** What the last scrape found; undefined until one was made. */
  state?: TargetState;
  /** Refusals and key look-ups that this daemon caused since it started. */
  readonly own: Record<Rejection, number> & { hits: number; misses: number };
  /** Opens a fresh authenticated connection; fails with RedisError. The caller disconnects it. */
  open(credential: Credential, signal: AbortSignal, phases?: OpenPhases): Promise<Redis>;
}

/** The facts of a target that a verdict may rest on. */
export interface TargetState {
  /** Unix milliseconds. */
  at: number;
  up: boolean;
  failure?: RedisFailure;
  runId?: string;
  version?: string;
  loading?: boolean;
  role?: string;
  maxmemory?: number;
  maxmemoryPolicy?: string;
  bgsaveOk?: boolean;
}
