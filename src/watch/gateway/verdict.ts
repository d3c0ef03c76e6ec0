import { type Sample, sample, states } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { GatewayConfig } from '../../config/effective.ts';
import type { GatewayStatus } from '../../model/status.ts';
import type { Log, Tick } from '../../model/tick.ts';
import type { Clock } from '../../schedule/clock.ts';
import { isOutage } from '../../verdict/causes/cause.ts';
import { asExpected, type Judgement, judge, NO_ANSWER } from '../../verdict/judge.ts';
import type { RouteResult, Signals } from '../../verdict/signals.ts';
import { countUnseen } from './backend/unseen.ts';
import type { ServerSignals, ServerView } from './backend/view.ts';
import type { Pace } from './backoff.ts';
import type { Overhead } from './overhead.ts';
import type { ReplicaWatch } from './replicas/watch.ts';
import type { RouteWatch } from './route.ts';
import type { Look } from './self-report.ts';

/** A judgement with what it was made of; `at` is Unix milliseconds. */
export interface Judged {
  at: number;
  judgement: Judgement;
  results: readonly RouteResult[];
  signals: Signals;
}

/** The verdict on a gateway, and everything that is shown of it. */
export interface VerdictWatch {
  /**
   * Judges the latest pairs, says so in the log when the verdict or its cause changed, and publishes. In an
   * outage without a known cause it looks further, until a monotonic time at most.
   */
  judge(server: ServerSignals, tick: Tick, until: number, further: Further): Promise<Judged>;
  /** The last judgement; undefined before the first one. */
  judged(): Judged | undefined;
  publish(): void;
  status(): Omit<GatewayStatus, 'name' | 'url' | 'costUsd'>;
}

/** What is only done in an outage without a known cause, in this order. */
export interface Further {
  /** Asks `/cache/ping` several times. */
  repeatPing(): Promise<Signals['atPings']>;
  /** Has replicas read by themselves what they wrote; what they find is kept with the replicas. */
  tryAlone(): Promise<void>;
}

/** What the verdict is made of. */
export interface VerdictParts {
  config: GatewayConfig;
  series: Series;
  log: Log;
  clock: Clock;
  look: Look;
  replicas: ReplicaWatch;
  routes: readonly RouteWatch[];
  pace: Pace;
  server: Pick<ServerView, 'silent'>;
  overhead: Pick<Overhead, 'status'>;
}

const FRESH_INTERVALS = 3;
const UNKNOWN: Judgement = { verdict: 'unknown', cause: 'undetermined', evidence: 'No pair has run yet.' };
const UNDER_WAY: Judgement = { ...UNKNOWN, evidence: 'The first pairs are under way.' };

function tooOld(routes: readonly Pick<RouteWatch, 'route'>[]): Judgement {
  const names = routes.map(({ route }) => route).join(', ');
  return { ...UNKNOWN, evidence: `The last pair of ${names} is older than three intervals.` };
}

/** Starts with the verdict `unknown`. */
export function watchVerdict({
  config,
  series,
  log,
  clock,
  look,
  replicas,
  routes,
  pace,
  server: view,
  overhead,
}: VerdictParts): VerdictWatch {
  let current = UNKNOWN;
  let since: number | undefined;
  let last: Judged | undefined;
  const unseen = countUnseen();
  let countedAt: number | undefined;
  /** A key of a pair was found under the namespace that is looked under. */
  let keyFound = false;

  function isFresh(route: RouteWatch): boolean {
    const age = route.age();
    return age !== undefined && age <= FRESH_INTERVALS * pace.interval;
  }

  function lastRunAt(): number | undefined {
    const runs = routes.flatMap((route) => route.lastRunAt() ?? []);
    return runs.length === 0 ? undefined : Math.max(...runs);
  }

  function enter(next: Judgement, tick: Tick): void {
    const details = { gateway: config.name, verdict: next.verdict, cause: next.cause, evidence: next.evidence, trace_id: tick.traceId };
    tick.note(details);
    if (since === undefined || (next.verdict === 'working') !== (current.verdict === 'working')) since = clock.now();
    if (next.verdict !== current.verdict || next.cause !== current.cause) {
      const changed = { ...details, verdict_before: current.verdict, cause_before: current.cause };
      if (next.verdict === 'working' || next.cause === 'none') log.info(changed, 'the verdict on the cache of a gateway changed');
      else log.warn(changed, 'the verdict on the cache of a gateway changed');
    }
    current = next;
  }

  async function lookFurther(
    signals: Signals,
    results: readonly RouteResult[],
    tick: Tick,
    until: number,
    further: Further,
  ): Promise<Signals> {
    const atPings = await further.repeatPing();
    const known = { ...signals, atPings, cachePing: look.cachePing };
    if (judge(results, known).cause !== 'undetermined') return known;
    await further.tryAlone();
    return { ...known, breakerOpen: await look.askBreaker(tick, until), replicas: replicas.sharing() };
  }

  function health(): Sample[] {
    const up = look.health !== undefined && look.health.failure === undefined;
    const info = sample('llm.gateway.info', { version: look.version ?? 'unknown', cache_type: look.cacheType }, 1);
    return [sample('llm.gateway.up', {}, up ? 1 : 0), sample('llm.gateway.ready', {}, look.health?.ready ? 1 : 0), ...(up ? [info] : [])];
  }

  function lasting(): Sample[] {
    return [
      ...states('llm.cache.verdict', {}, current.verdict),
      ...states('llm.cache.cause', {}, current.cause),
      ...(since === undefined ? [] : [sample('llm.cache.verdict_since.timestamp', {}, since / 1000)]),
      ...(config.redis === undefined ? [] : [sample('cache_exporter.gateway_target_info', { redis_target: config.redis }, 1)]),
      sample('llm.cache.probe.budget_usd', {}, config.daily_budget_usd),
      ...(config.expect.ttl === undefined ? [] : [sample('llm.cache.probe.expected_ttl', {}, config.expect.ttl / 1000)]),
      ...routes.map(({ route }) => sample('llm.cache.probe.interval', { route }, pace.interval / 1000)),
      ...routes.flatMap((route) => route.lasting(isFresh(route))),
    ];
  }

  function publish(): void {
    const at = clock.now();
    series.replace('verdict', lasting(), at);
    if (look.health !== undefined) series.replace('gateway', [...health(), ...replicas.samples()], at);
    for (const route of routes) series.replace(route.route, isFresh(route) ? route.samples() : [], at);
  }

  return {
    async judge(server, tick, until, further) {
      const results = routes.flatMap((route) => route.result() ?? []);
      keyFound ||= results.some(({ key }) => key === 'present');
      const ranAt = lastRunAt();
      if (ranAt !== countedAt) unseen.enter(results, server);
      countedAt = ranAt;
      const signals: Signals = {
        ...server,
        writesUnwatched: unseen.writesUnwatched,
        // Silence under a namespace that only the configuration knows may be that of a wrong prefix.
        seesEveryWrite: server.seesEveryWrite && (look.settings?.namespace !== undefined || keyFound),
        down: look.health?.failure,
        fresh: routes.every(isFresh),
        cacheType: look.cacheType,
        expected: config.expect.cache,
        version: look.version,
        callTypes: look.settings?.callTypes,
        flushSize: look.settings?.flushSize,
        cachePing: look.cachePing,
        breakerOpen: undefined,
        atPings: undefined,
        replicas: replicas.sharing(),
      };
      const first = judge(results, signals);
      const isOpen = first.cause === 'undetermined' && isOutage(first.verdict);
      const known = isOpen ? await lookFurther(signals, results, tick, until, further) : signals;
      const judged = isOpen ? judge(results, known) : first;
      const judgement = { ...judged, evidence: [judged.evidence, ...replicas.evidence()].join(' ') };
      last = { at: clock.now(), judgement, results, signals: known };
      enter(judgement, tick);
      publish();
      return last;
    },
    judged: () => last,
    publish,
    status: () => {
      const ranAt = lastRunAt();
      // A loop that stands still does not judge; what it last said does not stand for ever.
      const old = current.verdict === 'unreachable' ? [] : routes.filter((route) => route.age() !== undefined && !isFresh(route));
      const speedup = routes.map((route) => route.speedup()).find((known) => known !== undefined);
      return {
        ...(old.length > 0 ? tooOld(old) : last === undefined && ranAt !== undefined ? UNDER_WAY : current),
        ...(old.length === 0 && current.verdict === 'working' && view.silent() ? { doubt: NO_ANSWER } : {}),
        ...(asExpected(current.verdict, { expected: config.expect.cache }) ? { asExpected: true } : {}),
        ...(since === undefined ? {} : { since }),
        ...(look.health === undefined ? {} : { up: look.health.failure === undefined, ready: look.health.ready }),
        ...(look.version === undefined ? {} : { version: look.version }),
        cacheType: look.cacheType,
        ...(look.cachePing === undefined ? {} : { cachePing: look.cachePing }),
        ...(look.pingNotAsked === undefined ? {} : { cachePingNotAsked: look.pingNotAsked }),
        ...(look.health === undefined ? {} : { overhead: overhead.status() }),
        pairs: routes.flatMap((route) => route.status() ?? []),
        ...replicas.status(),
        ...(speedup === undefined ? {} : { speedup }),
        ...(ranAt === undefined ? {} : { lastRunAt: ranAt }),
      };
    },
  };
}
