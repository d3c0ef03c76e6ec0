import { isOutage } from '../../verdict/causes/cause.ts';
import { type Judgement, judge as judgeResults } from '../../verdict/judge.ts';
import type { RouteResult, Signals } from '../../verdict/signals.ts';
import { signalsOf } from './backend/memory.ts';
import { effectiveInterval } from './backoff.ts';
import type { Experiments } from './experiments.ts';
import { wrongShapes } from './fidelity/memory.ts';
import { replicaSentences, sharingOf } from './replicas/memory.ts';
import { currentResult, type RouteRecord } from './route.ts';
import { cacheTypeOf } from './self-report.ts';
import { provenSilence } from './silence.ts';
import type { GatewayState } from './state.ts';
import { tenantStatuses } from './tenants/memory.ts';

/** A judgement with what it was made of; `at` is Unix milliseconds. */
export interface Judged {
  readonly at: number;
  readonly judgement: Judgement;
  readonly results: readonly RouteResult[];
  readonly signals: Signals;
}

/** A pair counts for so many effective intervals. */
const FRESH_INTERVALS = 3;

/** Whether the latest pair of a route still counts at a monotonic time; not before the first. */
export function isFresh({ last }: RouteRecord, { backoff }: Pick<GatewayState, 'backoff'>, now: number): boolean {
  return last !== undefined && now - last.ranAt <= FRESH_INTERVALS * effectiveInterval(backoff);
}

/** Judges a gateway from all that is known of it, and from what experiments found out where the cause was open. */
export function judge(state: GatewayState, found?: Experiments): Judged {
  const { report, routes, replicas, backend, silence, tenants, fidelity, expected } = state;
  const results = routes.flatMap((route) => currentResult(route) ?? []);
  const signals: Signals = {
    ...signalsOf(backend, report.settings?.namespace !== undefined),
    down: report.health?.failure,
    downAdvice: report.health?.advice,
    fresh: routes.every((route) => isFresh(route, state, state.endedAt)),
    cacheType: cacheTypeOf(report),
    expected,
    version: report.version,
    callTypes: report.settings?.callTypes,
    flushSize: report.settings?.flushSize,
    cachePing: report.cachePing,
    breakerOpen: found?.breakerOpen,
    silence: provenSilence(silence, report, backend?.report.acceptedCredential),
    atPings: found?.ping.repetition,
    replicas: replicas && sharingOf(replicas),
    tenants: tenants && { expected: tenants.expected, pairs: tenantStatuses(tenants, state.endedAt, effectiveInterval(state.backoff)) },
    wrongShapes: fidelity && wrongShapes(fidelity, cacheTypeOf(report), state.endedAt),
  };
  const judgement = judgeResults(results, signals);
  const evidence = [judgement.evidence, ...(replicas === undefined ? [] : replicaSentences(replicas))].join(' ');
  return { at: state.at, judgement: { ...judgement, evidence }, results, signals };
}

/** Whether it is an outage without a known cause. */
export function isOpen({ judgement: { verdict, cause } }: Judged): boolean {
  return cause === 'undetermined' && isOutage(verdict);
}
