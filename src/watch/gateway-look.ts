import type { GatewayConfig } from '../config/effective.ts';
import type { CacheSettings } from '../litellm/cache-ping.ts';
import type { Health } from '../litellm/health.ts';
import type { CacheType } from '../model/cache.ts';
import type { Tick } from '../model/tick.ts';
import type { ReplicaWatch } from './gateway-replicas.ts';

/** What a gateway says of itself, as the last questions left it. */
export interface Look {
  readonly health: Health | undefined;
  readonly version: string | undefined;
  readonly cacheType: CacheType;
  readonly settings: CacheSettings | undefined;
  /** The status of the last `/cache/ping`. */
  readonly cachePing: number | undefined;
  /** The gateway's namespace: null for none, undefined when it is not known. */
  readonly namespace: string | null | undefined;
  /** Asks liveness and readiness. */
  askHealth(tick: Tick): Promise<Health>;
  /** Asks `/cache/ping`, until a monotonic time at most; true when that answers 200 and did not before. */
  askPing(tick: Tick, until: number): Promise<boolean>;
  /** Says that `/cache/ping` was not asked this time: what it answered before does not stand. */
  leaveOutPing(): void;
  /** Asks the gateway's own metrics whether its circuit breaker is open, until a monotonic time at most; undefined where they do not tell. */
  askBreaker(tick: Tick, until: number): Promise<boolean | undefined>;
  /** Takes a version that an answer carried. */
  learnVersion(version: string | undefined): void;
}

/** Looks at a gateway without asking a model. Settings are kept while later answers do not show them. */
export function lookAt(
  replicas: Pick<ReplicaWatch, 'askHealth' | 'askPing' | 'askBreaker'>,
  config: Pick<GatewayConfig, 'namespace'>,
): Look {
  let health: Health | undefined;
  let version: string | undefined;
  let settings: CacheSettings | undefined;
  let cachePing: number | undefined;
  return {
    get health() {
      return health;
    },
    get version() {
      return version;
    },
    get cacheType() {
      return settings?.off ? 'none' : (health?.cacheType ?? settings?.cacheType ?? 'unknown');
    },
    get settings() {
      return settings;
    },
    get cachePing() {
      return cachePing;
    },
    get namespace() {
      return settings?.namespace === undefined ? config.namespace : settings.namespace;
    },
    async askHealth(tick) {
      health = await tick.step('health', () => replicas.askHealth(tick.signal));
      version = health.version ?? version;
      // A gateway that is down may come back with other settings.
      if (health.failure !== undefined) [version, settings, cachePing] = [undefined, undefined, undefined];
      return health;
    },
    async askPing(tick, until) {
      const ping = await tick.step('cache ping', () => replicas.askPing(until, tick.signal));
      const recovered = ping.status === 200 && cachePing !== undefined && cachePing !== 200;
      cachePing = ping.status;
      if (ping.settings.off || ping.settings.cacheType !== undefined) settings = ping.settings;
      return recovered;
    },
    leaveOutPing: () => {
      cachePing = undefined;
    },
    askBreaker: (tick, until) => tick.step('metrics', () => replicas.askBreaker(until, tick.signal)),
    learnVersion: (seen) => {
      version = seen ?? version;
    },
  };
}
