import type { Redis } from 'ioredis';
import type { RedisFailure } from '../model/redis.ts';
import type { Clock } from '../schedule/clock.ts';
import { admitted } from './admitted.ts';
import { settle } from './failure.ts';
import { keyForms, probeKeys, probePrefixes } from './probe-keys.ts';
import { readServerCounters, type ServerCounters } from './server-counters.ts';
import type { Target } from './target.ts';

/**
 * Where the key of a probe is: in the watched database, not there, on the same server but in another
 * database, or not known because the server could not be asked.
 */
export const KEY_STATE = ['present', 'absent', 'elsewhere', 'unknown'] as const;
export type KeyState = (typeof KEY_STATE)[number];

/** A key that the server said was written. `at` is milliseconds of the monotonic clock. */
export interface Written {
  key: string;
  at: number;
  /** How often the server spoke of it: more than once means that it was written again or removed. */
  times: number;
}

/** What became of a key. `ttlSeconds` is missing for a key that never expires. */
export interface KeyLook {
  state: KeyState;
  ttlSeconds?: number | undefined;
}

/** The view of one gateway's probe keys in a target. A failure is a state: only an aborted signal makes it reject. */
export interface KeyWatch {
  /** Whether the server pushes the name of every key that the gateway writes for a probe. */
  readonly watching: boolean;
  /** Why the server could not be asked at the last attempt; undefined while it can. */
  readonly failure: RedisFailure | undefined;
  /** Connects what is not connected, once. `namespace` is the gateway's: null for none, undefined when it is not known. */
  connect(namespace: string | null | undefined, signal: AbortSignal): Promise<void>;
  /** Waits until a key of the probe is written, at most `milliseconds`; undefined when none was. */
  written(probe: string, milliseconds: number, signal: AbortSignal): Promise<Written | undefined>;
  /** Looks for the key of a probe: the pushed one, else `named` as the gateway calls it. */
  look(probe: string, named: string | undefined, signal: AbortSignal): Promise<KeyLook>;
  /** The server's counters now; undefined when it could not be asked. */
  counters(signal: AbortSignal): Promise<ServerCounters | undefined>;
  close(): void;
}

const CHANNEL = '__redis__:invalidate';
/** More than are written on one server while a pair runs. */
const REMEMBERED = 1_000;

/**
 * Watches the probe keys of one gateway in a target over two connections: one on which the server pushes
 * the names of written keys (`CLIENT TRACKING ON REDIRECT <itself> BCAST`, Redis 6 and later, RESP2), one
 * for look-ups. Tracking by prefix ignores the number of the database: a key that was pushed and does not
 * exist is in another one.
 */
export function createKeyWatch(target: Target, clock: Clock): KeyWatch {
  const pushed = new Map<string, Written>();
  const waiting = new Map<string, () => void>();
  let prefixes: readonly string[] = [];
  let namespace: string | null | undefined;
  let subscriber: Redis | undefined;
  let commands: Redis | undefined;
  let failure: RedisFailure | undefined;

  function onPush(message: string): void {
    for (const { key, probe } of probeKeys(message)) {
      const before = pushed.get(probe);
      pushed.set(probe, { key, at: before?.at ?? clock.monotonic(), times: (before?.times ?? 0) + 1 });
      // Probes of other gateways and exporters arrive here, too, and nobody asks for them.
      const [oldest] = pushed.keys();
      if (pushed.size > REMEMBERED && oldest !== undefined) pushed.delete(oldest);
      waiting.get(probe)?.();
    }
  }

  async function open(signal: AbortSignal): Promise<Redis> {
    const redis = await target.open(target.credential, signal);
    redis.once('end', () => {
      if (subscriber === redis) subscriber = undefined;
      if (commands === redis) commands = undefined;
    });
    return redis;
  }

  async function subscribe(signal: AbortSignal): Promise<Redis> {
    const redis = await open(signal);
    redis.on('message', (channel, message) => {
      if (channel === CHANNEL) onPush(message);
    });
    try {
      const id = await target.ask(redis, ['CLIENT', 'ID'], signal);
      const tracked = prefixes.flatMap((prefix) => ['PREFIX', prefix]);
      await target.ask(redis, ['CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', ...tracked], signal);
      // In lower case, because ioredis keeps its list of subscriptions by the name as it is given.
      await target.ask(redis, ['subscribe', CHANNEL], signal);
      return redis;
    } catch (error) {
      redis.disconnect();
      throw error;
    }
  }

  /** Runs something on the server; a failure is remembered and gives undefined. */
  async function attempt<T>(signal: AbortSignal, run: (limited: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const settled = await settle(run(AbortSignal.any([signal, AbortSignal.timeout(target.config.timeout)])));
    signal.throwIfAborted();
    failure = settled.ok ? undefined : settled.error.failure;
    return settled.ok ? settled.value : undefined;
  }

  /** Whether the pushing connection would have told of a write: it answers, and what it tracks is the gateway's prefix. */
  async function trustworthy(signal: AbortSignal): Promise<boolean> {
    const redis = subscriber;
    if (redis === undefined || namespace === undefined) return false;
    return (await attempt(signal, (limited) => target.ask(redis, ['PING'], limited))) !== undefined;
  }

  async function lookUp(redis: Redis, keys: readonly string[], signal: AbortSignal): Promise<KeyLook | undefined> {
    const queries = keys.flatMap((key) => ['EXISTS', 'PTTL'].map((command) => [command, key]));
    const replies = await attempt(signal, (limited) => target.askAll(redis, queries, limited));
    for (const index of keys.keys()) {
      const [exists, pttl] = [replies?.[index * 2], replies?.[index * 2 + 1]];
      if (exists?.ok !== true) return { state: 'unknown' };
      // Both commands are look-ups for the server's count of hits and misses.
      target.own[exists.value === 1 ? 'hits' : 'misses'] += pttl?.ok === true ? 2 : 1;
      const left = pttl?.ok === true && typeof pttl.value === 'number' && pttl.value >= 0 ? pttl.value / 1000 : undefined;
      if (exists.value === 1) return { state: 'present', ttlSeconds: left };
    }
    return undefined;
  }

  return {
    get watching() {
      return subscriber !== undefined && namespace !== undefined;
    },
    get failure() {
      return failure;
    },
    async connect(known, signal) {
      namespace = known;
      const wanted = probePrefixes(known);
      if (wanted.length !== prefixes.length || wanted.some((prefix) => !prefixes.includes(prefix))) {
        subscriber?.disconnect();
        subscriber = undefined;
        prefixes = wanted;
      }
      if (subscriber !== undefined && commands !== undefined) return;
      if (!(await admitted(target, target.config.timeout, clock, signal))) {
        failure = target.state?.failure ?? 'unknown';
        return;
      }
      commands ??= await attempt(signal, open);
      if (commands !== undefined) subscriber ??= await attempt(signal, subscribe);
    },
    async written(probe, milliseconds, signal) {
      if (subscriber !== undefined && !pushed.has(probe)) {
        const arrived = new AbortController();
        waiting.set(probe, () => arrived.abort());
        await clock.sleep(milliseconds, AbortSignal.any([signal, arrived.signal])).catch(() => undefined);
        waiting.delete(probe);
        signal.throwIfAborted();
      }
      return pushed.get(probe);
    },
    async look(probe, named, signal) {
      const written = pushed.get(probe);
      pushed.delete(probe);
      if (commands === undefined) return { state: 'unknown' };
      const keys = written === undefined ? keyForms(named, namespace) : [written.key];
      const found = keys.length === 0 ? undefined : await lookUp(commands, keys, signal);
      if (found !== undefined) return found;
      if (written !== undefined) return { state: written.times === 1 ? 'elsewhere' : 'absent' };
      if (keys.length > 0) return { state: namespace === undefined ? 'unknown' : 'absent' };
      return { state: (await trustworthy(signal)) ? 'absent' : 'unknown' };
    },
    async counters(signal) {
      const redis = commands;
      if (redis === undefined) return undefined;
      return attempt(signal, async (limited) => readServerCounters(await target.ask(redis, ['INFO'], limited)));
    },
    close() {
      subscriber?.disconnect();
      commands?.disconnect();
    },
  };
}
