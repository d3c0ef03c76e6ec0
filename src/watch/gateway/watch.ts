import type { Series } from '../../catalogue/series.ts';
import type { GatewayConfig } from '../../config/effective.ts';
import { hostsOf } from '../../litellm/addresses.ts';
import type { CacheSettings } from '../../litellm/cache-ping.ts';
import type { CacheType } from '../../model/cache.ts';
import type { LeaseState } from '../../model/lease.ts';
import type { GatewayStatus } from '../../model/status.ts';
import type { Log, Tick } from '../../model/tick.ts';
import { isSuccess } from '../../pairs/outcome.ts';
import { runPair } from '../../pairs/pair.ts';
import type { Target } from '../../redis/connection/target.ts';
import { instanceOf } from '../../redis/probe-keys/names.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Job } from '../../schedule/job.ts';
import { isRedis } from '../../verdict/verdicts.ts';
import { repeatPing } from './backend/ping-experiment.ts';
import { viewServer } from './backend/view.ts';
import { keepPace } from './backoff.ts';
import { keepSpending } from './budget.ts';
import { keepHistory } from './history.ts';
import { createOverheadMemory, keepOverhead, type OverheadMemory } from './overhead.ts';
import { planOf } from './plan.ts';
import { watchAlone } from './replicas/self-check.ts';
import { type Turn, watchReplicas } from './replicas/watch.ts';
import { type RouteWatch, watchRoute } from './route.ts';
import { type Look, lookAt } from './self-report.ts';
import { watchTraffic } from './traffic.ts';
import { type Judged, watchVerdict } from './verdict.ts';

/** A watched gateway: its job for the scheduler, and what the page shows of it. */
export interface GatewayWatch {
  readonly job: Job;
  status(): GatewayStatus;
  /** What the last judgement was made of; undefined before the first one. */
  judged(): Judged | undefined;
  /** Closes its connections to Redis. The job must not run any more. */
  close(): Promise<void>;
}

/** What a watch works with. `target` is the Redis that should hold the gateway's cache. */
export interface GatewayWatchOptions {
  config: GatewayConfig;
  target?: Target | undefined;
  series: Series;
  log: Log;
  clock: Clock;
  /** Who probes, where exporters share a lease; always this one without it. */
  lease?: (() => LeaseState | undefined) | undefined;
  /** What was learnt before of what the gateway cannot bear; nothing unless given. */
  memory?: OverheadMemory | undefined;
  /** What the probes of this exporter have in their name, so that those of others are told apart. */
  instance?: string | undefined;
}

/** Two requests, the wait for a write between them and the questions about its key. */
const WAIT_MS = 1_000;
/** Health, details, two times `/cache/ping`. */
const REQUESTS_BESIDE = 5;
/** The shares of a tick's time after which no pair runs any more, and nothing else. */
const PAIRS_SHARE = 0.8;
const ALL_SHARE = 0.9;

/** The settings without which pairs are misread. */
const TELLING = ['namespace', 'defaultOff'] as const satisfies readonly (keyof CacheSettings)[];

/** For so long an exporter that has probed is shown: one that probes once a minute is always there. */
const OTHERS_MS = 300_000;

const STANDING_BY = {
  verdict: 'unknown',
  cause: 'undetermined',
  evidence: 'This exporter does not hold the lease and does not probe.',
  pairs: [],
} as const satisfies Partial<GatewayStatus>;

/**
 * Watches the cache of one LiteLLM gateway. Each tick asks for its health, sends one pair of every route
 * unless budget or back-off forbid it, and judges all of it once.
 */
export function createGatewayWatch({
  config,
  target,
  series,
  log,
  clock,
  lease = () => undefined,
  memory = createOverheadMemory(),
  instance = instanceOf([]),
}: GatewayWatchOptions): GatewayWatch {
  let trace = '';
  let misled = false;
  const overhead = keepOverhead(config.overhead, memory, series, clock);
  const replicas = watchReplicas(
    config,
    clock,
    watchTraffic(series, clock, overhead, () => trace),
    () => overhead.withheld('cache_ping', true) === undefined,
  );
  const routes = config.routes.map((route) => watchRoute(route, config.model, series, clock));
  const server = viewServer(hostsOf(config), target, clock, instance);
  const look = lookAt({ replicas, config, overhead, mode: server.mode, clock });
  const spending = keepSpending(config, clock);
  const alone = watchAlone({ config: { ...config, instance }, look, replicas, server, spending, overhead, series, clock });
  const pace = keepPace(config.interval, clock);
  const history = keepHistory();
  const verdict = watchVerdict({ config, series, log, clock, look, replicas, routes, pace, server, overhead });
  // A tick may outlast its interval: cutting a request short would call a gateway slow that is not.
  const timeout = (2 * config.timeout + WAIT_MS) * routes.length + REQUESTS_BESIDE * config.timeout;
  series.add('llm.cache.probe.cost_usd', {}, 0);
  verdict.publish();

  async function run(tick: Tick): Promise<void> {
    trace = tick.traceId;
    if (!mayProbe()) return standBy();
    const start = clock.monotonic();
    const end = start + timeout * ALL_SHARE;
    const { cacheType: typeBefore } = look;
    const health = await look.askHealth(tick);
    let steady = true;
    if (health.failure !== undefined) {
      for (const route of routes) {
        route.expectColdStart();
        route.forget();
      }
    } else {
      // The pairs of this tick are those of the gateway that is there now.
      if (isAnotherCache(typeBefore, look.cacheType)) {
        for (const route of routes) route.forget();
        pace.hurry();
      }
      if (look.settings === undefined && config.cache_ping === 'auto') {
        await server.learnMode(look.namespace, tick.signal);
        await look.askPing(tick, end, target !== undefined);
      }
      const { settings, cacheType, cachePing } = look;
      if (due()) await sendPairs(tick, start + timeout * PAIRS_SHARE, end);
      else if (await look.askPing(tick, end, target === undefined)) pace.hurry();
      // Pairs can be good at the very beginning and end of an outage, which moves the counters all the same.
      steady = !differ(cachePing, look.cachePing);
      if (wereMisled({ settings, cacheType })) {
        for (const route of routes) route.forget();
        return pace.hurry();
      }
    }
    const signals = await server.signals({ allGood: routes.every(isGood), steady }, end, tick.signal);
    const { judgement } = await verdict.judge(signals, tick, end, {
      repeatPing: () => repeatPing({ look, server, clock, recovered: pace.hurry }, tick, end),
      tryAlone: () => alone.attempt(tick, end, Math.max(0, ...routes.map((route) => route.status()?.firstSeconds ?? 0))),
    });
    history.judged(judgement, clock.now(), tick.traceId);
  }

  function mayProbe(): boolean {
    return lease() === undefined || lease() === 'held';
  }

  /** What was found before is old when this exporter probes again. Pairs that nobody sends are counted. */
  function standBy(): void {
    series.replace('verdict', [], clock.now());
    if (lease() === 'unknown') for (const route of routes) route.skip('lease');
  }

  /**
   * Whether the pairs of this tick were served by the gateway that was there before, and asked and looked for
   * their keys as that one needs it, because another one with other settings has taken its place. One without a
   * cache in Redis is judged by its settings alone. Never in two ticks running, so that a gateway whose settings
   * change all the time is judged all the same.
   */
  function wereMisled(before: Pick<Look, 'settings' | 'cacheType'>): boolean {
    const changed =
      isAnotherCache(before.cacheType, look.cacheType) || TELLING.some((name) => differ(before.settings?.[name], look.settings?.[name]));
    misled = !misled && isRedis(look.cacheType) && changed;
    return misled;
  }

  /** Whether pairs are sent in this tick; those that are not are counted. */
  function due(): boolean {
    pace.notice(server.usable());
    const reason = pace.due() ? (spending.affords(routes.length) ? undefined : 'budget') : 'backoff';
    if (reason !== undefined) for (const route of routes) route.skip(reason);
    return reason === undefined;
  }

  async function sendPairs(tick: Tick, until: number, end: number): Promise<void> {
    const turn = replicas.turn();
    tick.note(turn.details);
    if (turn.cold) for (const route of routes) route.expectColdStart();
    const start = clock.monotonic();
    const told = look.settings?.namespace !== undefined && look.pingNotAsked === undefined;
    await server.around(look.namespace, told, tick.signal, async () => {
      for (const [index, route] of routes.entries()) {
        const left = until - clock.monotonic();
        // What is left is shared out, so that one slow route does not keep the others from being tried.
        if (!mayProbe()) route.skip('lease');
        else if (left > 0) await sendPair(route, turn, tick, until - left + left / (routes.length - index));
        else route.skip('overlap');
      }
      // It would make everybody wait for the same thing once more.
      if (routes.some((route) => route.result()?.failure === 'timeout')) look.leaveOutPing();
      else await look.askPing(tick, end, !routes.every(isGood));
    });
    pace.ran(spending.priced() && routes.some((route) => route.result()?.outcome.startsWith('miss_')), clock.monotonic() - start);
  }

  async function sendPair(route: RouteWatch, turn: Turn, tick: Tick, until: number): Promise<void> {
    const next = route.next();
    const kind = next === 'control' && overhead.withheld('control') !== undefined ? 'own' : next;
    const pair = await runPair(planOf({ ...config, instance }, look, route.route, kind, until), turn, server.keys, tick, clock);
    server.sent(pair.probe);
    look.learnVersion(pair.first.markers?.version);
    route.record(pair, tick.traceId, turn.crossReplica);
    history.pair(pair, clock.now(), tick.traceId);
    const result = pair.outcome === undefined ? undefined : route.result();
    if (result !== undefined) replicas.record(result);
    series.add('llm.cache.probe.cost_usd', {}, spending.charge(pair));
  }

  return {
    job: { name: `gateway ${config.name}`, interval: config.interval, timeout, run },
    status: () => ({
      name: config.name,
      url: config.url,
      ...(config.redis === undefined ? {} : { redisTarget: config.redis }),
      ...(mayProbe() ? verdict.status() : STANDING_BY),
      otherExporters: server.others(clock.monotonic() - Math.max(OTHERS_MS, 3 * config.interval)),
      lease: lease(),
      costUsd: spending.total(),
      history: history.status(),
    }),
    judged: verdict.judged,
    close: async () => server.close(),
  };
}

function isGood(route: RouteWatch): boolean {
  const outcome = route.result()?.outcome;
  return outcome !== undefined && isSuccess(outcome);
}

/** A type that a gateway tells for the first time, or no longer, is no change of its cache. */
function isAnotherCache(before: CacheType, after: CacheType): boolean {
  return before !== 'unknown' && after !== 'unknown' && before !== after;
}

function differ<T>(before: T | undefined, after: T | undefined): boolean {
  return before !== undefined && after !== undefined && before !== after;
}
