import type { MetricsAnswer } from '../../model/status.ts';
import type { Tick } from '../../model/tick.ts';
import type { CounterSnapshot } from '../../verdict/growth.ts';
import type { RouteResult } from '../../verdict/signals.ts';
import { lacksPause } from './backend/memory.ts';
import { type PingExperiment, repeatPing } from './backend/ping-experiment.ts';
import { isOpen, judge } from './judge.ts';
import { pairInTurn } from './replicas/memory.ts';
import { checkReplicas } from './replicas/self-check.ts';
import type { RoundParts } from './round.ts';
import { isUp } from './self-report.ts';
import { needsHearing } from './silence.ts';
import { type GatewayState, learn } from './state.ts';

/** What was found out beside a round because its cause is open. It is made once and never changed. */
export interface Experiments {
  /** The counters of the server after a wait without pairs; `waited` where there was nothing else to compare them with. */
  readonly pause: { readonly waited: boolean; readonly after: CounterSnapshot | undefined };
  /** What `/cache/ping` did when it was asked several times. */
  readonly ping: PingExperiment;
  /** What replicas read back that had a pair to themselves. */
  readonly selfChecks: readonly { readonly name: string; readonly result: RouteResult }[];
  /** The gateway's metrics show an open circuit breaker; undefined when they do not tell, or were not asked. */
  readonly breakerOpen: boolean | undefined;
  /** What its metrics answered; undefined where they were not asked. */
  readonly metrics?: MetricsAnswer | undefined;
}

/**
 * Whether a round leaves a question that an experiment can answer: there is nothing to compare the counters with, the cause is
 * open, or the metrics have an address of their own and never answered as such.
 */
export function needsExperiments(state: GatewayState): boolean {
  return isMetricsDue(state) || (state.backend !== undefined && lacksPause(state.backend) !== undefined) || isOpen(judge(state));
}

/** Whether the metrics at an address of their own have to be tried: a slip in it would show in an outage only. */
function isMetricsDue({ hasOwnMetrics, metrics, report }: GatewayState): boolean {
  const isAnswered = metrics !== undefined && 'breaker' in metrics && metrics.breaker !== 'no_metrics';
  return hasOwnMetrics && !isAnswered && isUp(report);
}

/**
 * Waits for a pause without pairs where there is none to compare with; then, while the cause is open, asks `/cache/ping`
 * several times, and after that lets replicas read what they wrote themselves and asks for the circuit breaker. Until a
 * monotonic time at most.
 */
export async function experiment(parts: RoundParts, state: GatewayState, until: number, tick: Tick): Promise<Experiments> {
  const { questions, backend, clock } = parts;
  const pause = await waitForPause(parts, state, until, tick);
  const pair = pairInTurn(state.replicas);
  const none: Experiments = {
    pause,
    ping: { report: state.report, recovered: false, repetition: undefined },
    selfChecks: [],
    breakerOpen: undefined,
  };
  // In an outage they are asked at the end, whatever is due: once is enough.
  const closed = async (made: Experiments) =>
    isMetricsDue(state) ? { ...made, metrics: await questions.askBreaker(pair, until, false, tick) } : made;
  if (!isOpen(judge(learn(state, none), none))) return closed(none);
  const askPing = (report: GatewayState['report']) => questions.askPing({ ...state, report }, until, true, tick);
  const snapshot = async () => backend?.snapshot(tick.signal);
  const hears = needsHearing(state.silence, state.report);
  const pinged = { ...none, ping: await repeatPing({ askPing, snapshot, hears, clock, signal: tick.signal }, state.report, until) };
  if (!isOpen(judge(learn(state, pinged), pinged))) return closed(pinged);
  const selfChecks = await checkReplicas(parts, learn(state, pinged), until, tick);
  const metrics = await questions.askBreaker(pair, until, true, tick);
  return { ...pinged, selfChecks, breakerOpen: breakerOpenIn(metrics), metrics };
}

function breakerOpenIn(metrics: MetricsAnswer | undefined): boolean | undefined {
  if (metrics === undefined || !('breaker' in metrics)) return undefined;
  return metrics.breaker === 'open' ? true : metrics.breaker === 'not_open' ? false : undefined;
}

async function waitForPause(
  { backend, clock }: RoundParts,
  state: GatewayState,
  until: number,
  { signal }: Tick,
): Promise<Experiments['pause']> {
  const length = state.backend && lacksPause(state.backend);
  if (backend === undefined || length === undefined || clock.monotonic() + length >= until) return { waited: false, after: undefined };
  await clock.sleep(length, signal);
  return { waited: true, after: await backend.snapshot(signal) };
}
