import type { RedisFailure } from '../../model/redis.ts';
import type { Connection } from '../connection/connection.ts';
import type { Target } from '../connection/target.ts';
import type { ServerCounters } from '../replies/server-counters.ts';
import type { KeyLookup } from './lookup.ts';
import type { Written } from './writes.ts';

/** The view of one gateway's probe keys in a target. A failure is a state: only an aborted signal makes it reject. */
export interface KeyWatch {
  /** Whether the server pushes the name of every key that the gateway writes for a probe. */
  readonly watching: boolean;
  /** Why the server could not be asked at the last attempt; undefined while it can. */
  readonly failure: RedisFailure | undefined;
  /**
   * Connects what is not connected, once. `namespace` is the gateway's: null for none, undefined when it is not known.
   * Then all writes are listened to without a prefix for a short time, and the first key of a probe tells it. A namespace that
   * the gateway has just told (`told`) is never in doubt.
   */
  connect(namespace: string | null | undefined, signal: AbortSignal, told?: boolean): Promise<void>;
  /** A probe of this gateway is about to be sent; where its namespace was learnt just now, it is watched from here on. */
  expect(probe: string, signal: AbortSignal): Promise<void>;
  /**
   * A hit whose key is missing under a namespace that held keys: the gateway may have got another one. One pair that all writes
   * are listened to during (`listen`) tells.
   */
  readonly doubts: boolean;
  /** Listens to all writes from now on, until the next pair was looked at. */
  listen(signal: AbortSignal): Promise<void>;
  /** The namespace that the key of a probe showed; null for none, undefined while it is not known. */
  readonly learnedNamespace: string | null | undefined;
  /** Waits until a key of the probe is written, at most `milliseconds`; undefined when none was. */
  written(probe: string, milliseconds: number, signal: AbortSignal): Promise<Written | undefined>;
  /**
   * Looks for the key of a probe: the pushed one, else `named` as the gateway calls it. `probe` is undefined for a pair whose key
   * does not name it; `isHit` says that its duplicate was answered from a cache, or must not be.
   */
  inspect(probe: string | undefined, named: string | undefined, isHit: boolean, signal: AbortSignal): Promise<KeyLookup>;
  /** The server's counters now, of a cluster those of its masters together; undefined when one could not be asked. */
  counters(signal: AbortSignal): Promise<ServerCounters | undefined>;
  /** The connections that counters and look-ups are asked on, each with its server. */
  readonly connections: ReadonlyMap<Target, Connection>;
  /** How many exporters other than this one have probed in this namespace since a monotonic time; undefined where that is not seen. */
  others(since: number): number | undefined;
  close(): void;
}
