import type { GatewayConfig } from '../config/effective.ts';
import type { CacheSettings } from '../litellm/cache-ping.ts';
import type { Health } from '../litellm/health.ts';
import type { CacheType } from '../model/cache.ts';
import type { Tick } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
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
  /**
   * Asks `/cache/ping`, until a monotonic time at most; true when that answers 200 and did not before. A gateway
   * that takes long for it, all of its requests waiting meanwhile, is asked rarely: in between its last answer
   * does not stand.
   */
  askPing(tick: Tick, until: number): Promise<boolean>;
  /** Says that `/cache/ping` was not asked this time: what it answered before does not stand. */
  leaveOutPing(): void;
  /** Asks the gateway's own metrics whether its circuit breaker is open, until a monotonic time at most; undefined where they do not tell. */
  askBreaker(tick: Tick, until: number): Promise<boolean | undefined>;
  /** Takes a version that an answer carried. */
  learnVersion(version: string | undefined): void;
}

/**
 * From here on a good answer of `/cache/ping` is slow. LiteLLM 1.106.0 before a Redis Cluster holds up its event loop,
 * and so every request, while it puts the object of its client into the answer.
 */
const SLOW_MS = 500;
/** Such questions take at most this share of a gateway's time. */
const SLOW_SHARE = 1 / 200;

/** Looks at a gateway without asking a model. Settings are kept while later answers do not show them. */
export function lookAt(
  replicas: Pick<ReplicaWatch, 'askHealth' | 'askPing' | 'askBreaker'>,
  config: Pick<GatewayConfig, 'namespace'>,
  clock: Clock,
): Look {
  let health: Health | undefined;
  let version: string | undefined;
  let settings: CacheSettings | undefined;
  let cachePing: number | undefined;
  let wasSlow = false;
  let restUntil = Number.NEGATIVE_INFINITY;

  /** Takes in how long a good answer took. One slow answer is chance, or a busy machine. */
  function time(milliseconds: number): void {
    const isSlow = milliseconds > SLOW_MS;
    if (isSlow && wasSlow) restUntil = clock.monotonic() + milliseconds / SLOW_SHARE;
    wasSlow = isSlow;
  }

  return {
    get health() {
      return health;
    },
    get version() {
      return version;
    },
    get cacheType() {
      // A gateway that does not name a type is local and says so in its health; its settings say redis all the same.
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
      if (health.failure !== undefined) {
        [version, settings, cachePing] = [undefined, undefined, undefined];
        [wasSlow, restUntil] = [false, Number.NEGATIVE_INFINITY];
      }
      return health;
    },
    async askPing(tick, until) {
      const start = clock.monotonic();
      if (start < restUntil) {
        cachePing = undefined;
        return false;
      }
      const ping = await tick.step('cache ping', () => replicas.askPing(until, tick.signal));
      const recovered = ping.status === 200 && cachePing !== undefined && cachePing !== 200;
      cachePing = ping.status;
      if (cachePing === 200) time(clock.monotonic() - start);
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
