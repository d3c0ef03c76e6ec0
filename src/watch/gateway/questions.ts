import type { GatewayConfig } from '../../config/effective.ts';
import { metricsUrl, readBreaker, withoutMetrics } from '../../litellm/breaker.ts';
import { createGateway, type Gateway } from '../../litellm/gateway.ts';
import { pingCache, readHealth } from '../../litellm/health.ts';
import { findReplicas, type Replica } from '../../litellm/replicas.ts';
import { type NotAsked, ROUTES } from '../../model/cache.ts';
import type { MetricsAnswer } from '../../model/status.ts';
import type { Tick } from '../../model/tick.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Secret } from '../../source/secret.ts';
import type { TargetMode } from './backend/backend.ts';
import { type Overhead, SLOW_MS } from './overhead.ts';
import { isCrossReplica, joinedHealth, NO_REPLICAS, pairInTurn, type ReplicasFound, windowOf } from './replicas/memory.ts';
import type { ReplicaPair } from './replicas/ordered-pairs.ts';
import { type SelfReport, withHealth, withoutPing, withPing } from './self-report.ts';
import type { GatewayState } from './state.ts';
import type { Traffic } from './traffic.ts';

/** The questions to a gateway that ask no model. What it answers is handed on, nothing is kept. */
export interface Questions {
  /** The way to one replica, or to the gateway's own URL without one; with the key of a tenant instead of the exporter's. */
  to(replica: Replica | undefined, traceId: string, key?: Secret): Gateway;
  /** Finds the replicas, where any are configured, and asks each for liveness and readiness; the gateway is alive, or ready, when any of them is. */
  askHealth(known: Pick<GatewayState, 'report' | 'replicas'>, tick: Tick): Promise<{ report: SelfReport; replicas?: ReplicasFound }>;
  /**
   * Asks `/cache/ping` of both replicas whose turn it is, where that is needed, harmless and within the budget, until a
   * monotonic time at most; the worse status counts. `urgent`: in an outage. Not asked again where it was slow, because
   * LiteLLM blocks its event loop meanwhile; the status is undefined while it is left out.
   */
  askPing(known: Pick<GatewayState, 'report' | 'replicas'>, until: number, urgent: boolean, tick: Tick): Promise<SelfReport>;
  /** What the gateway's own metrics say of the circuit breaker of the replica that has to read; undefined where they were not asked. `urgent`: in an outage. */
  askBreaker(pair: ReplicaPair | undefined, until: number, urgent: boolean, tick: Tick): Promise<MetricsAnswer | undefined>;
}

/** What the questions work with. */
export interface QuestionParts {
  config: GatewayConfig;
  traffic: Traffic;
  overhead: Pick<Overhead, 'withheld' | 'learnVersion'>;
  mode: () => TargetMode;
  clock: Clock;
}

/** A question is only asked where so much time is left: a limit of our own would say nothing of the gateway. Milliseconds. */
const LEAST_MS = 2 * SLOW_MS;
/** After so long no answer is waited for: the gateway is slow, and may hold up its users. Milliseconds. */
const GIVE_UP_MS = 2 * SLOW_MS;

/** Asks one gateway. */
export function createQuestions({ config, traffic, overhead, mode, clock }: QuestionParts): Questions {
  const addresses = config.addresses ?? [];

  function to(replica: Replica | undefined, traceId: string, key = config.api_key): Gateway {
    return createGateway({ ...config, ...(key && { api_key: key }) }, clock, traffic.of(traceId), replica);
  }

  /** Before a Redis Cluster LiteLLM from 1.104 on holds up every request for seconds while it answers `/cache/ping`. */
  function whyNot({ health }: SelfReport, until: number, urgent: boolean): NotAsked | undefined {
    if (config.cache_ping === 'off') return 'off';
    const kind = mode();
    if (kind === undefined) return 'mode_not_known';
    if (kind === 'cluster') return 'cluster';
    // Without a target it is not known whether a cluster is behind it. Good pairs of a route whose every hit is a read leave nothing to tell but the type.
    const isProven = !urgent && health?.cacheType !== undefined && config.routes.some((route) => ROUTES[route].provesRead === 'every');
    if (kind === 'none' && isProven) return 'not_needed';
    if (health?.cacheType !== undefined && config.namespace !== undefined) return 'not_needed';
    return overhead.withheld('cache_ping', urgent) ?? (until - clock.monotonic() < LEAST_MS ? 'budget' : undefined);
  }

  async function askReplicas(memory: GatewayState['replicas'], { signal, traceId }: Tick): Promise<ReplicasFound | undefined> {
    if (addresses.length === 0) return undefined;
    const all = await findReplicas(addresses, config.url, config.timeout, signal);
    const { window, begin } = windowOf(memory ?? NO_REPLICAS, all);
    const answers = await Promise.all(window.map(async (replica) => ({ replica, health: await readHealth(to(replica, traceId), signal) })));
    return { all, answers, begin };
  }

  return {
    to,
    async askHealth({ report, replicas: memory }, tick) {
      const { replicas, health } = await tick.step('health', async () => {
        const found = await askReplicas(memory, tick);
        return {
          replicas: found,
          health: found ? joinedHealth(found.answers) : await readHealth(to(undefined, tick.traceId), tick.signal),
        };
      });
      overhead.learnVersion(health.version);
      return { report: withHealth(report, health, isForGood(overhead.withheld('cache_ping', true))), ...(replicas && { replicas }) };
    },
    async askPing({ report, replicas }, until, urgent, tick) {
      const reason = whyNot(report, until, urgent);
      if (reason !== undefined) return withoutPing(report, reason);
      const pair = pairInTurn(replicas);
      const limits = { giveUp: Math.min(until, clock.monotonic() + GIVE_UP_MS), until };
      return tick.step('cache ping', async () => {
        const first = await pingCache(to(pair?.from, tick.traceId), limits, tick.signal);
        // What one replica could not bear is not asked of the other.
        const another = isCrossReplica(pair) && overhead.withheld('cache_ping', true) === undefined;
        const second = another ? await pingCache(to(pair?.to, tick.traceId), limits, tick.signal) : undefined;
        const status = second === undefined || first.status !== 200 ? first.status : second.status;
        return withPing(report, { status, settings: first.settings });
      });
    },
    async askBreaker(pair, until, urgent, tick) {
      const now = clock.monotonic();
      if (overhead.withheld('metrics', urgent) !== undefined || until - now < LEAST_MS) return undefined;
      const url = metricsUrl(config);
      const limit = urgent ? until : Math.min(until, now + GIVE_UP_MS);
      const asked = () => readBreaker(to(pair?.to, tick.traceId), url, limit, tick.signal);
      return withoutMetrics(await tick.step('metrics', asked), config);
    },
  };
}

/** Whether a question will not be asked again while the gateway is what it is. */
function isForGood(reason: NotAsked | undefined): boolean {
  return reason === 'slow' || reason === 'limit';
}
