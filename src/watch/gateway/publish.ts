import { type Sample, sample, states } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { GatewayConfig } from '../../config/effective.ts';
import type { Log, Tick } from '../../model/tick.ts';
import type { Judgement } from '../../verdict/judge.ts';
import { effectiveInterval } from './backoff.ts';
import { shapeStatuses } from './fidelity/memory.ts';
import { fidelitySamples } from './fidelity/series.ts';
import { isFresh, type Judged } from './judge.ts';
import { replicaSamples } from './replicas/memory.ts';
import type { Round } from './round.ts';
import { lastingRouteSamples, observePair, routeSamples } from './route-series.ts';
import { cacheTypeOf, isUp } from './self-report.ts';
import type { GatewayState } from './state.ts';
import { tenantSamples, tenantStatuses } from './tenants/memory.ts';

/** The verdict that is shown. `since`: when it left or regained `working`, Unix milliseconds. */
export interface Shown {
  readonly judgement: Judgement;
  readonly since?: number | undefined;
  /** What the judgement was made of; undefined before the first one. */
  readonly judged?: Judged | undefined;
}

/** The verdict before the first judgement. */
export const NOT_JUDGED: Shown = { judgement: { verdict: 'unknown', cause: 'undetermined', evidence: 'No pair has run yet.' } };

/** The verdict that is shown after a judgement. */
export function shownAfter(before: Shown, judged: Judged): Shown {
  const { judgement } = judged;
  const turned = (judgement.verdict === 'working') !== (before.judgement.verdict === 'working');
  return { judgement, judged, since: before.since === undefined || turned ? judged.at : before.since };
}

/** Notes a verdict on the span of its tick, and logs it when it or its cause changed. */
export function logVerdict(log: Log, gateway: string, before: Judgement, now: Judgement, tick: Tick): void {
  const details = { gateway, verdict: now.verdict, cause: now.cause, evidence: now.evidence, trace_id: tick.traceId };
  tick.note(details);
  if (now.verdict === before.verdict && now.cause === before.cause) return;
  const changed = { ...details, verdict_before: before.verdict, cause_before: before.cause };
  if (now.verdict === 'working' || now.cause === 'none') log.info(changed, 'The verdict on the cache of a gateway changed');
  else log.warn(changed, 'The verdict on the cache of a gateway changed');
}

/** Counts and measures the pairs of a round, and counts those that were due and not sent. */
export function publishRound(series: Series, model: string, round: Round, { routes }: GatewayState): void {
  for (const { route, reason } of round.skipped) series.add('llm.cache.probe.skipped', { route, reason });
  for (const { pair } of round.pairs) {
    const record = routes.find(({ route }) => route === pair.prober.route);
    observePair(series, pair, model, record?.last?.warm === true, round.traceId);
  }
}

/** Replaces the gauges of a gateway. `at` is Unix milliseconds, `now` milliseconds of the monotonic clock. */
export function publishState(series: Series, config: GatewayConfig, state: GatewayState, shown: Shown, at: number, now: number): void {
  series.replace('verdict', verdictSamples(config, state, shown, now), at);
  if (state.report.health !== undefined) series.replace('gateway', healthSamples(state), at);
  for (const record of state.routes) {
    series.replace(record.route, isFresh(record, state, now) ? routeSamples(record, config.model) : [], at);
  }
}

function verdictSamples(config: GatewayConfig, state: GatewayState, { judgement, since }: Shown, now: number): Sample[] {
  return [
    ...states('llm.cache.verdict', {}, judgement.verdict),
    ...states('llm.cache.cause', {}, judgement.cause),
    ...(since === undefined ? [] : [sample('llm.cache.verdict_since.timestamp', {}, since / 1000)]),
    ...(config.redis === undefined ? [] : [sample('cache_exporter.gateway_target_info', { redis_target: config.redis }, 1)]),
    sample('llm.cache.probe.budget_usd', {}, config.daily_budget_usd),
    ...(config.expect.ttl === undefined ? [] : [sample('llm.cache.probe.expected_ttl', {}, config.expect.ttl / 1000)]),
    ...state.routes.map(({ route }) => sample('llm.cache.probe.interval', { route }, effectiveInterval(state.backoff) / 1000)),
    ...state.routes.flatMap((record) => lastingRouteSamples(record, isFresh(record, state, now))),
    ...(state.tenants === undefined ? [] : tenantSamples(tenantStatuses(state.tenants, now, effectiveInterval(state.backoff)))),
    ...(state.fidelity === undefined ? [] : fidelitySamples(shapeStatuses(state.fidelity, cacheTypeOf(state.report), now))),
  ];
}

function healthSamples({ report, replicas }: GatewayState): Sample[] {
  const up = isUp(report);
  return [
    sample('llm.gateway.up', {}, up ? 1 : 0),
    sample('llm.gateway.ready', {}, report.health?.ready ? 1 : 0),
    ...(up ? [sample('llm.gateway.info', { version: report.version ?? 'unknown', cache_type: cacheTypeOf(report) }, 1)] : []),
    ...(replicas === undefined ? [] : replicaSamples(replicas)),
  ];
}
