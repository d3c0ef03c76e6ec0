import type { GatewayConfig } from '../../config/effective.ts';
import type { CacheSettings } from '../../litellm/cache-ping.ts';
import type { Health } from '../../litellm/health.ts';
import { type CacheType, type NotAsked, ROUTES } from '../../model/cache.ts';
import type { Tick } from '../../model/tick.ts';
import type { Clock } from '../../schedule/clock.ts';
import { type Overhead, SLOW_MS } from './overhead.ts';
import type { ReplicaWatch } from './replicas/watch.ts';

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
  /** Why `/cache/ping` was not asked the last time; undefined when it was. */
  readonly pingNotAsked: NotAsked | undefined;
  /**
   * Asks `/cache/ping` where that is needed, harmless and within the budget, until a monotonic time at most; true when
   * it answers 200 and did not before. Where it is not asked, its last answer does not stand. `urgent`: in an outage.
   */
  askPing(tick: Tick, until: number, urgent?: boolean): Promise<boolean>;
  /** Says that `/cache/ping` was not asked this time: what it answered before does not stand. */
  leaveOutPing(): void;
  /** Asks the gateway's own metrics whether its circuit breaker is open, until a monotonic time at most; undefined where they do not tell. */
  askBreaker(tick: Tick, until: number): Promise<boolean | undefined>;
  /** Takes a version that an answer carried. */
  learnVersion(version: string | undefined): void;
}

/** Of what kind the target is, as it says: `single` is no part of a cluster, `none` no target at all; undefined until it was read. */
export type TargetMode = 'cluster' | 'single' | 'none' | undefined;

/** What it works with. */
export interface LookParts {
  replicas: Pick<ReplicaWatch, 'askHealth' | 'askPing' | 'askBreaker'>;
  config: Pick<GatewayConfig, 'namespace' | 'cache_ping' | 'routes'>;
  overhead: Pick<Overhead, 'withheld' | 'learnVersion'>;
  mode: () => TargetMode;
  clock: Clock;
}

/** A question is only asked where so much time is left: a limit of our own would say nothing of the gateway. Milliseconds. */
const LEAST_MS = 2 * SLOW_MS;
/** After so long no answer is waited for: the gateway is slow, and may hold up its users. Milliseconds. */
const GIVE_UP_MS = 2 * SLOW_MS;

/** Looks at a gateway without asking a model. Settings are kept while later answers do not show them. */
export function lookAt({ replicas, config, overhead, mode, clock }: LookParts): Look {
  let health: Health | undefined;
  let version: string | undefined;
  let settings: CacheSettings | undefined;
  let cachePing: number | undefined;
  let pingNotAsked: NotAsked | undefined;

  /** Before a Redis Cluster LiteLLM from 1.104 on holds up every request for seconds while it answers `/cache/ping`. */
  function withheld(until: number, urgent: boolean): NotAsked | undefined {
    if (config.cache_ping === 'off') return 'off';
    const kind = mode();
    if (kind === undefined) return 'mode_not_known';
    if (kind === 'cluster') return 'cluster';
    // Without a target it is not known whether a cluster is behind it. Hits that prove a read leave nothing to tell but the type.
    const isProven = !urgent && health?.cacheType !== undefined && config.routes.some((route) => ROUTES[route].provesRead);
    if (kind === 'none' && isProven) return 'not_needed';
    if (health?.cacheType !== undefined && config.namespace !== undefined) return 'not_needed';
    return overhead.withheld('cache_ping', urgent) ?? (until - clock.monotonic() < LEAST_MS ? 'budget' : undefined);
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
      const isOff =
        settings?.off === true && (pingNotAsked === undefined || health?.cacheType === undefined || health.cacheType === 'none');
      return isOff ? 'none' : (health?.cacheType ?? settings?.cacheType ?? 'unknown');
    },
    get settings() {
      return settings;
    },
    get cachePing() {
      return cachePing;
    },
    get pingNotAsked() {
      return pingNotAsked;
    },
    get namespace() {
      return settings?.namespace === undefined ? config.namespace : settings.namespace;
    },
    async askHealth(tick) {
      health = await tick.step('health', () => replicas.askHealth(tick.signal));
      version = health.version ?? version;
      overhead.learnVersion(health.version);
      // A gateway that is down may come back with other settings. What it will not be asked again is kept.
      if (health.failure !== undefined) {
        [version, cachePing] = [undefined, undefined];
        // Whether there is a cache at all is the first thing that a restart changes.
        if (settings?.off || !isForGood(overhead.withheld('cache_ping', true))) settings = undefined;
      }
      return health;
    },
    async askPing(tick, until, urgent = false) {
      pingNotAsked = withheld(until, urgent);
      if (pingNotAsked !== undefined) {
        cachePing = undefined;
        return false;
      }
      const ping = await tick.step('cache ping', () =>
        replicas.askPing({ giveUp: Math.min(until, clock.monotonic() + GIVE_UP_MS), until }, tick.signal),
      );
      const recovered = ping.status === 200 && cachePing !== undefined && cachePing !== 200;
      cachePing = ping.status;
      if (ping.settings.off || ping.settings.cacheType !== undefined) settings = ping.settings;
      return recovered;
    },
    leaveOutPing: () => {
      cachePing = undefined;
    },
    async askBreaker(tick, until) {
      if (overhead.withheld('metrics', true) !== undefined || until - clock.monotonic() < LEAST_MS) return undefined;
      return tick.step('metrics', () => replicas.askBreaker(until, tick.signal));
    },
    learnVersion: (seen) => {
      overhead.learnVersion(seen);
      version = seen ?? version;
    },
  };
}

/** Whether a question will not be asked again while the gateway is what it is. */
function isForGood(reason: NotAsked | undefined): boolean {
  return reason === 'slow' || reason === 'limit';
}
