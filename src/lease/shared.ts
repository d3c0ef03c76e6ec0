import { leaseMembers, leaseMoved } from '../config/diff.ts';
import type { Config, LeaseConfig } from '../config/effective.ts';
import type { LeaseState, LeaseStore } from '../model/lease.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import type { Scheduled, Scheduler } from '../schedule/scheduler.ts';
import { clusterAccess, createKubernetesLease } from './kubernetes.ts';
import { createLeaseWatch, LEASE_TTL_MS, type LeaseWatch } from './lease.ts';
import { createRedisLease, leaseKey } from './redis.ts';

export interface SharedLeaseOptions {
  scheduler: Scheduler;
  log: Log;
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  /** Called when another exporter is to probe than before. */
  onChange: () => void;
}

/** The lease of the configuration that is in force, where there is one. */
export interface SharedLease {
  /** Undefined where no lease is configured: then every exporter probes. */
  state(): LeaseState | undefined;
  /** Builds that of a configuration, and returns what puts it in the place of the one before; one that did not move is kept. */
  prepare(config: Config): () => Promise<void>;
  /** Gives it back. */
  close(): Promise<void>;
}

/** Starts without a lease. */
export function createSharedLease({ scheduler, log, clock, env, onChange }: SharedLeaseOptions): SharedLease {
  let current: { config: Config; watch: LeaseWatch; scheduled: Scheduled } | undefined;

  function storeOf({ redis, kubernetes }: LeaseConfig, config: Config): LeaseStore | undefined {
    if (redis !== undefined) return createRedisLease(redis, leaseKey(leaseMembers(config)), LEASE_TTL_MS);
    return kubernetes && createKubernetesLease(kubernetes, clusterAccess(env), LEASE_TTL_MS, clock);
  }

  async function close(): Promise<void> {
    await current?.scheduled.stop();
    // A lease that cannot be given back ends by itself; half a reload would be worse.
    await current?.watch.close().then(undefined, () => undefined);
    current = undefined;
  }

  return {
    state: () => current?.watch.state(),
    prepare(config) {
      if (current !== undefined && !leaseMoved(current.config, config)) return async () => undefined;
      const store = config.lease && storeOf(config.lease, config);
      const watch = store && createLeaseWatch({ store, log, clock, onChange });
      return async () => {
        await close();
        if (watch !== undefined) current = { config, watch, scheduled: scheduler.add(watch.job, 'lease', watch.ask) };
      };
    },
    close,
  };
}
