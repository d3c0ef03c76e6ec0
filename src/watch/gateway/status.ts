import type { GatewayConfig } from '../../config/effective.ts';
import type { GatewayStatus, OverheadStatus } from '../../model/status.ts';
import { asExpected, type Judgement, NO_ANSWER } from '../../verdict/judge.ts';
import { effectiveInterval } from './backoff.ts';
import { fidelityStatus } from './fidelity/memory.ts';
import { isFresh } from './judge.ts';
import { NOT_JUDGED, type Shown } from './publish.ts';
import { replicaStatus } from './replicas/memory.ts';
import { pairStatus } from './route-series.ts';
import { cacheTypeOf, isUp } from './self-report.ts';
import { medianSpeedup } from './speedup.ts';
import type { GatewayState } from './state.ts';
import { tenantsStatus } from './tenants/memory.ts';

/** What a status is made of beside the state. */
export interface StatusParts {
  config: GatewayConfig;
  shown: Shown;
  overhead: OverheadStatus;
  /** The target does not answer now. */
  silent: boolean;
  /** A tick is under way. */
  running: boolean;
  /** Milliseconds of the monotonic clock. */
  now: number;
}

/** What the page shows of a gateway whose exporter does not probe. */
export const STANDBY = {
  verdict: 'unknown',
  cause: 'undetermined',
  evidence: 'This exporter does not hold the lease and does not probe.',
  pairs: [],
} as const satisfies Partial<GatewayStatus>;

const UNDER_WAY: Judgement = { ...NOT_JUDGED.judgement, evidence: 'The first pairs are under way.' };

/** What the page shows of the state of a gateway. A verdict is not shown for ever: a loop that is stuck does not judge. */
export function statusOf(state: GatewayState, parts: StatusParts): Omit<GatewayStatus, 'name' | 'url' | 'costUsd'> {
  const { config, shown, overhead, silent, running, now } = parts;
  const { report, routes, replicas } = state;
  const { judgement, since } = shown;
  const runs = routes.flatMap(({ last }) => last?.at ?? []);
  const old =
    judgement.verdict === 'unreachable' ? [] : routes.filter((record) => record.last !== undefined && !isFresh(record, state, now));
  const isFirst = shown.judged === undefined && (running || runs.length > 0);
  const speedup = routes.map(({ ratios }) => medianSpeedup(ratios)).find((known) => known !== undefined);
  return {
    ...(old.length > 0 ? tooOld(old.map(({ route }) => route)) : isFirst ? UNDER_WAY : judgement),
    ...(old.length === 0 && judgement.verdict === 'working' && silent ? { doubt: NO_ANSWER } : {}),
    ...(asExpected(judgement.verdict, state) ? { asExpected: true } : {}),
    ...(since === undefined ? {} : { since }),
    ...(report.health === undefined ? {} : { up: isUp(report), ready: report.health.ready, overhead }),
    ...(report.version === undefined ? {} : { version: report.version }),
    cacheType: cacheTypeOf(report),
    ...(report.cachePing === undefined ? {} : { cachePing: report.cachePing }),
    ...(report.pingNotAsked === undefined ? {} : { cachePingNotAsked: report.pingNotAsked }),
    ...(state.metrics === undefined ? {} : { metrics: state.metrics }),
    pairs: routes.flatMap((record) => pairStatus(record, config.model) ?? []),
    ...(replicas === undefined ? {} : replicaStatus(replicas)),
    ...(state.tenants === undefined ? {} : { tenants: tenantsStatus(state.tenants, now, effectiveInterval(state.backoff)) }),
    ...(state.fidelity === undefined ? {} : { fidelity: fidelityStatus(state.fidelity, cacheTypeOf(report), now) }),
    ...(speedup === undefined ? {} : { speedup }),
    ...(runs.length === 0 ? {} : { lastRunAt: Math.max(...runs) }),
  };
}

function tooOld(routes: readonly string[]): Judgement {
  return { ...NOT_JUDGED.judgement, evidence: `The last pair of ${routes.join(', ')} is older than three intervals.` };
}
