import type { Series } from '../../catalogue/series.ts';
import type { GatewayConfig } from '../../config/effective.ts';
import { hostsOf } from '../../litellm/addresses.ts';
import type { LeaseState } from '../../model/lease.ts';
import type { GatewayStatus } from '../../model/status.ts';
import type { Log, Tick } from '../../model/tick.ts';
import type { OriginKeys } from '../../origin/stamp.ts';
import type { Cluster } from '../../redis/connection/cluster.ts';
import type { Target } from '../../redis/connection/target.ts';
import { instanceOf } from '../../redis/probe-keys/names.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Job } from '../../schedule/job.ts';
import { createBackend } from './backend/backend.ts';
import { availabilityOf } from './backend/memory.ts';
import { createSpending } from './budget.ts';
import { createDoubts, doubtsOf } from './doubts.ts';
import { type Experiments, experiment, needsExperiments } from './experiments.ts';
import { checkShape } from './fidelity/check.ts';
import { countShape, openFidelityCounters } from './fidelity/series.ts';
import { createHistory } from './history.ts';
import { type Judged, judge } from './judge.ts';
import { createOverhead, createOverheadMemory, type OverheadMemory } from './overhead.ts';
import { logVerdict, NOT_JUDGED, publishRound, publishState, shownAfter } from './publish.ts';
import { createQuestions } from './questions.ts';
import { probeRound, type RoundParts } from './round.ts';
import { openRouteCounters } from './route-series.ts';
import { namespaceOf } from './self-report.ts';
import { advance, createState, learn, mayJudge, withShapeRound } from './state.ts';
import { STANDBY, statusOf } from './status.ts';
import { createTraffic } from './traffic.ts';

/** A watched gateway: its job for the scheduler, and what the page shows of it. */
export interface GatewayWatch {
  readonly job: Job;
  status(): GatewayStatus;
  /** What the last judgement was made of; undefined before the first one. */
  judged(): Judged | undefined;
  /** What the gateway puts in front of its keys: null for nothing, undefined while it is not known. */
  namespace(): string | null | undefined;
  /** Closes its connections to Redis. The job must not run any more. */
  close(): Promise<void>;
}

/** What a watch works with. `target` is the Redis that should hold the gateway's cache. */
export interface GatewayWatchOptions {
  config: GatewayConfig;
  target?: Target | Cluster | undefined;
  series: Series;
  log: Log;
  clock: Clock;
  /** Who probes, where exporters share a lease; always this one without it. */
  lease?: (() => LeaseState | undefined) | undefined;
  /** What was learnt before of what the gateway cannot bear; nothing unless given. */
  memory?: OverheadMemory | undefined;
  /** What the probes of this exporter have in their name, so that those of others are told apart. */
  instance?: string | undefined;
  /** The keys of the origin, where the models of the gateway lead there. Rejects where they cannot be read. */
  originKeys?: (() => Promise<OriginKeys>) | undefined;
}

/** Two requests, the wait for a write between them and the questions about its key. */
const WAIT_MS = 1_000;
/** Health, details, two times `/cache/ping`. */
const REQUESTS_BESIDE = 5;
/** The shares of a tick's time after which no pair runs any more, and nothing else. */
const PAIRS_SHARE = 0.8;
const ALL_SHARE = 0.9;

/** For so long an exporter that has probed is shown: one that probes once a minute is always there. */
const OTHERS_MS = 300_000;

/**
 * Watches the cache of one LiteLLM gateway. Each tick is one round: what was asked and answered (`probeRound`), what is
 * known after it (`advance`), and what is made of that (`judge`), after one step of experiments where the cause is open.
 */
export function createGatewayWatch(options: GatewayWatchOptions): GatewayWatch {
  const { config, target, series, log, clock, lease = () => undefined, originKeys } = options;
  const { memory = createOverheadMemory(), instance = instanceOf([]) } = options;
  const overhead = createOverhead(config.overhead, memory, series, clock);
  const backend = target && createBackend(hostsOf(config), target, clock, instance);
  const mode = () => (backend === undefined ? 'none' : backend.mode());
  const traffic = createTraffic(series, clock, overhead);
  const spending = createSpending(config, series, clock);
  const questions = createQuestions({ config, traffic, overhead, mode, clock });
  const parts: RoundParts = { config: { ...config, instance }, questions, backend, spending, overhead, clock, mayProbe, originKeys };
  const doubts = createDoubts(log, config.name);
  const history = createHistory();
  // A tick may outlast its interval: cutting a request short would call a gateway slow that is not.
  const timeout = (2 * config.timeout + WAIT_MS) * config.routes.length + REQUESTS_BESIDE * config.timeout;
  let state = createState(config, backend !== undefined);
  let shown = NOT_JUDGED;
  /** The monotonic time at which the round that runs began. */
  let startedAt: number | undefined;
  for (const route of config.routes) openRouteCounters(series, route, config.model);
  openFidelityCounters(series, state.fidelity);
  publishState(series, config, state, shown, clock.now(), clock.monotonic());

  async function run(tick: Tick): Promise<void> {
    if (!mayProbe()) return standBy();
    const start = clock.monotonic();
    startedAt = start;
    // A round without evidence from Redis does not tell how that was, nor one that failed; its own watch does.
    let redis: Parameters<typeof overhead.excuse>[1] | undefined;
    try {
      const limits = { pairs: start + timeout * PAIRS_SHARE, all: start + timeout * ALL_SHARE };
      const round = await probeRound(parts, state, limits, tick);
      const next = advance(state, round);
      state = next;
      redis = round.backend && availabilityOf(next.backend, round.backend.stalled);
      publishRound(series, config.model, round, next);
      doubts.note(next.routes);
      for (const { pair, at } of round.pairs) history.pair(pair, at, tick.traceId);
      if (mayJudge(next)) {
        const found = needsExperiments(next) && mayProbe() ? await experiment(parts, next, limits.all, tick) : undefined;
        if (found !== undefined) state = learn(next, found);
        publish(judge(state, found), tick);
        await tryShape(limits.all, found, tick);
      }
    } finally {
      overhead.excuse(start, redis ?? (backend?.silent() ? 'away' : 'not known'));
      startedAt = undefined;
    }
  }

  /** Tries the shape whose turn it is, and judges again with what it showed. */
  async function tryShape(until: number, found: Experiments | undefined, tick: Tick): Promise<void> {
    const tried = await checkShape(parts, state, shown.judgement.verdict, until, tick);
    if (tried === undefined) return;
    state = withShapeRound(state, tried);
    countShape(series, tried);
    publish(judge(state, found), tick);
  }

  function publish(judged: Judged, tick: Tick): void {
    const { judgement: before } = shown;
    shown = shownAfter(shown, judged);
    logVerdict(log, config.name, before, judged.judgement, tick);
    publishState(series, config, state, shown, clock.now(), clock.monotonic());
    history.judged(judged.judgement, judged.at, tick.traceId);
  }

  function mayProbe(): boolean {
    return lease() === undefined || lease() === 'held';
  }

  /** The time at which pairs have to be fresh: while a round runs, those before it are not called old, unless it is stuck. */
  function freshAt(): number {
    const now = clock.monotonic();
    return startedAt !== undefined && now - startedAt <= timeout ? startedAt : now;
  }

  /** What was found before is old when this exporter probes again. Pairs that nobody sends are counted. */
  function standBy(): void {
    series.replace('verdict', [], clock.now());
    if (lease() === 'unknown') for (const route of config.routes) series.add('llm.cache.probe.skipped', { route, reason: 'lease' });
  }

  return {
    job: { name: `gateway ${config.name}`, interval: config.interval, timeout, run },
    status: () => ({
      name: config.name,
      url: config.url,
      ...(config.redis === undefined ? {} : { redisTarget: config.redis }),
      ...(mayProbe()
        ? statusOf(state, {
            config,
            shown,
            overhead: overhead.status(),
            silent: backend?.silent() ?? false,
            running: startedAt !== undefined,
            now: freshAt(),
          })
        : STANDBY),
      ...(originKeys === undefined ? {} : { origin: { problems: mayProbe() ? doubtsOf(state.routes) : [] } }),
      otherExporters: backend?.others(clock.monotonic() - Math.max(OTHERS_MS, 3 * config.interval)),
      lease: lease(),
      costUsd: spending.total(),
      history: history.status(),
    }),
    judged: () => shown.judged,
    namespace: () => {
      const learned = backend?.keys.learnedNamespace;
      return learned === undefined ? namespaceOf(state.report, config.namespace) : learned;
    },
    close: async () => backend?.close(),
  };
}
