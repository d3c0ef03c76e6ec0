import type { RedisFailure } from '../../../model/redis.ts';
import type { Cluster } from '../../../redis/connection/cluster.ts';
import { ownOf, type Target, type TargetState } from '../../../redis/connection/target.ts';
import { createKeyWatch, type KeyWatch } from '../../../redis/probe-keys/watch.ts';
import type { Clock } from '../../../schedule/clock.ts';
import type { CounterSnapshot } from '../../../verdict/growth.ts';
import type { RefusedCredential } from '../../../verdict/signals.ts';
import { createAclLogReader, type LogBefore } from './acl-log.ts';
import type { RefusalEvidence } from './refusals.ts';

/** Of what kind the target is, as it says: `single` is no part of a cluster, `none` no target at all; undefined until it was read. */
export type TargetMode = 'cluster' | 'single' | 'none' | undefined;

/** What the server showed just before the pairs of a round. `startedAt` is Unix milliseconds. */
interface BackendBefore {
  readonly startedAt: number;
  readonly log: LogBefore;
  readonly counters: CounterSnapshot | undefined;
  readonly failure: RedisFailure | undefined;
}

/** What the server showed around the pairs of a round. */
export interface BackendEvidence {
  readonly before: CounterSnapshot | undefined;
  readonly after: CounterSnapshot | undefined;
  /** It did not answer the exporter in time while the pairs ran or just before. */
  readonly stalled: boolean;
  readonly refusals: RefusalEvidence;
}

/** What is known of the target now, by its own watch and by the connections of this one. */
export interface TargetReport {
  /** Why it cannot be used, where its counters cannot be read; undefined while it can. */
  readonly failure: RedisFailure | undefined;
  readonly refusedCredential: RefusedCredential | undefined;
  readonly acceptedCredential: string | undefined;
  /** The server tells of every probe key that is written to it. */
  readonly watching: boolean;
}

/** The Redis behind a gateway. */
export interface Backend {
  readonly keys: KeyWatch;
  /** Of what kind the target was when it was last read. */
  mode(): TargetMode;
  /** Reads of what kind the target is, unless that is known. */
  learnMode(namespace: string | null | undefined, signal: AbortSignal): Promise<void>;
  /** The server's counters now; undefined when they cannot be read. */
  snapshot(signal: AbortSignal): Promise<CounterSnapshot | undefined>;
  /** To be called just before the pairs. `isFresh`: the gateway has just given its namespace. */
  before(namespace: string | null | undefined, isFresh: boolean, signal: AbortSignal): Promise<BackendBefore>;
  /** To be called just after the pairs of these probes. */
  after(before: BackendBefore, probes: ReadonlySet<string>, signal: AbortSignal): Promise<BackendEvidence>;
  report(): TargetReport;
  /** Whether the target can be used now, as far as its own watch knows; undefined when it does not. */
  usable(): boolean | undefined;
  /** Whether the target does not answer now, as far as its own watch knows. */
  silent(): boolean;
  /** How many other exporters have probed in the same namespace since a monotonic time; undefined where that is not seen. */
  others(since: number): number | undefined;
  close(): void;
}

const STALE_INTERVALS = 3;
/** LiteLLM waits so long for an answer of Redis (its socket timeout): a request may wait for a server that is back already. */
const LITELLM_WAITS_MS = 5_000;

/** Opens nothing before the first round. `instance` is what the probes of this exporter have in their name. */
export function createBackend(hosts: readonly string[], target: Target | Cluster, clock: Clock, instance: string): Backend {
  const keys = createKeyWatch(target, clock, instance);
  const log = createAclLogReader(hosts, target, keys, clock);
  let mode: TargetMode = 'nodes' in target ? 'cluster' : undefined;

  async function snapshot(signal: AbortSignal): Promise<CounterSnapshot | undefined> {
    const counters = await keys.counters(signal);
    if (counters?.mode !== undefined) mode = counters.mode === 'cluster' ? 'cluster' : 'single';
    const { hits, misses, ...own } = ownOf([...keys.connections.keys()]);
    return counters && { at: clock.monotonic(), counters, own };
  }

  /** What the target's own watch found, unless that is too old. */
  function state(): TargetState | undefined {
    const known = target.state;
    return known !== undefined && clock.now() - known.at <= STALE_INTERVALS * target.config.interval ? known : undefined;
  }

  function failure(): RedisFailure | undefined {
    // A node that does not answer and a cluster that is down for it are one outage: the cluster tells more.
    if (state()?.clusterOk === false) return 'clusterdown';
    return keys.failure ?? (state()?.up === false ? state()?.failure : undefined);
  }

  return {
    keys,
    mode: () => mode,
    async learnMode(namespace, signal) {
      if (mode !== undefined) return;
      await keys.connect(namespace, signal, false);
      await snapshot(signal);
    },
    snapshot,
    async before(namespace, isFresh, signal) {
      const startedAt = clock.now();
      await keys.connect(namespace, signal, isFresh);
      const before = await log.before(signal);
      const counters = await snapshot(signal);
      return { startedAt, log: before, counters, failure: failureOf(counters, failure()) };
    },
    async after(before, probes, signal) {
      const counters = await snapshot(signal);
      const failures = [before.failure, failureOf(counters, failure())];
      // A server that is back before the round is over, or just before it, has kept the gateway waiting all the same.
      const stalled = failures.includes('timeout') || (target.state?.timedOutAt ?? 0) >= before.startedAt - LITELLM_WAITS_MS;
      return { before: before.counters, after: counters, stalled, refusals: await log.after(before.log, probes, signal) };
    },
    report: () => {
      const refusedCredential = refusedBy(state());
      return {
        failure: failure(),
        refusedCredential,
        acceptedCredential: refusedCredential === undefined ? state()?.accepted?.at(0) : undefined,
        watching: keys.watching,
      };
    },
    usable: () => {
      const known = state();
      return known === undefined ? undefined : known.up && known.failure === undefined && (known.refused?.length ?? 0) === 0;
    },
    silent: () => state()?.up === false,
    others: keys.others,
    close: () => keys.close(),
  };
}

/** Why a server cannot be used: it is loading its data, its cluster is down, or its counters could not be read for some reason. */
export function failureOf(counters: CounterSnapshot | undefined, reason: RedisFailure | undefined): RedisFailure | undefined {
  if (counters === undefined) return reason;
  if (counters.counters.loading) return 'loading';
  return counters.counters.clusterOk === false ? 'clusterdown' : undefined;
}

/** The first credential that a server refuses, or has no password for. */
function refusedBy(state: TargetState | undefined): RefusedCredential | undefined {
  const [refused] = state?.refused ?? [];
  if (refused !== undefined) return { credential: refused.credential, error: refused.error ?? 'unknown' };
  const [credential] = state?.unneeded ?? [];
  return credential === undefined ? undefined : { credential, error: 'no password configured' };
}
