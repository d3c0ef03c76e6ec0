import { combinations, type Sample, sample, states } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import { CACHE_CONTROLS, type CacheControls, type Outcome, PHASE, type Route, type SkipReason } from '../../model/cache.ts';
import type { PairStatus } from '../../model/status.ts';
import { isSuccess, type PairKind, pairKind } from '../../pairs/outcome.ts';
import type { PairResult } from '../../pairs/pair.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { RouteResult } from '../../verdict/signals.ts';
import { observePair } from './latency.ts';
import { evidenceOf } from './pair-evidence.ts';
import { medianSpeedup, SPEEDUP_WINDOW, type Speedup } from './speedup.ts';

/** One route of a gateway: its latest pair, and what is shown of it. */
export interface RouteWatch {
  readonly route: Route;
  /** The kind of the next pair. A control says nothing of reading, so there is none unless what stands is a good hit. */
  next(): PairKind;
  /** Takes in a pair, perhaps one across replicas: counts it, measures it, and remembers what the verdict needs. */
  record(pair: PairResult, traceId: string, crossReplica: boolean): void;
  /** The next pair meets a process that has just started: it is not measured. */
  expectColdStart(): void;
  /** Another gateway may have taken the place: what the latest pair showed does not stand any more. */
  forget(): void;
  /** Counts a pair that was due and not sent. */
  skip(reason: SkipReason): void;
  /** What the latest pair with an outcome shows; undefined when there is none that stands. */
  result(): RouteResult | undefined;
  /** Unix milliseconds. */
  lastRunAt(): number | undefined;
  /** How long ago the latest pair ran, in milliseconds of the monotonic clock, which nobody sets; undefined before the first. */
  age(): number | undefined;
  /** Gauges of the latest pair, which grow old. */
  samples(): Sample[];
  /** When the latest pair ran, and its outcome unless that is too old to stand: these do not grow old. */
  lasting(fresh: boolean): Sample[];
  status(): PairStatus | undefined;
  speedup(): Speedup | undefined;
}

/** Starts without any pair; its counters exist at 0 from then on. */
export function watchRoute(route: Route, model: string, series: Series, clock: Clock): RouteWatch {
  const labels = { route, 'gen_ai.request.model': model } as const;
  const ratios: number[] = [];
  const ttl: Partial<Record<CacheControls, number>> = {};
  let pairs = 0;
  let cold = true;
  let last: { pair: PairResult; at: number; ranAt: number; traceId: string; warm: boolean } | undefined;
  let result: RouteResult | undefined;
  let stands = false;
  for (const row of combinations('llm.cache.probe.pairs', labels)) series.add('llm.cache.probe.pairs', row, 0);
  for (const row of combinations('llm.cache.probe.skipped', { route })) series.add('llm.cache.probe.skipped', row, 0);

  function gauges(): Sample[] {
    if (last === undefined) return [];
    const { first, duplicate } = last.pair;
    const phases = last.warm
      ? (
          [
            ['first', first.phases],
            ['duplicate', duplicate?.phases],
          ] as const
        ).flatMap(([request, times]) =>
          times === undefined
            ? []
            : PHASE.map((phase) => sample('llm.cache.probe.phase.duration', { route, request, phase }, times[phase])),
        )
      : [];
    const median = medianSpeedup(ratios);
    const bounds = median === undefined ? [] : (['point', 'lower', 'upper'] as const);
    return [
      ...phases,
      ...CACHE_CONTROLS.flatMap((controls) => {
        const seconds = ttl[controls];
        return seconds === undefined ? [] : [sample('llm.cache.probe.key_ttl', { route, cache_controls: controls }, seconds)];
      }),
      ...bounds.map((bound) => sample('llm.cache.probe.speedup.median', { ...labels, bound }, median?.[bound] ?? 0)),
    ];
  }

  return {
    route,
    next: () => {
      const kind = pairKind(route, pairs + 1);
      return kind === 'control' && !(stands && result !== undefined && isSuccess(result.outcome)) ? 'own' : kind;
    },
    record(pair, traceId, crossReplica) {
      pairs += 1;
      const { outcome } = pair;
      last = { pair, at: clock.now(), ranAt: clock.monotonic(), traceId, warm: !cold };
      if (outcome !== undefined) {
        series.add('llm.cache.probe.pairs', { ...labels, outcome });
        result = resultOf(pair, outcome, crossReplica);
        stands = true;
      }
      const controls = pair.kind === 'plain' ? 'none' : 'probe';
      if (pair.ttlSeconds === undefined) delete ttl[controls];
      else ttl[controls] = pair.ttlSeconds;
      if (pair.writeLagSeconds !== undefined) series.observe('llm.cache.probe.write_lag', { route }, pair.writeLagSeconds, traceId);
      if (!cold) {
        const ratio = observePair(pair, model, series, traceId);
        if (ratio !== undefined) ratios.push(ratio);
        if (ratios.length > SPEEDUP_WINDOW) ratios.shift();
      }
      cold = false;
    },
    expectColdStart: () => {
      cold = true;
    },
    forget: () => {
      stands = false;
    },
    skip: (reason) => series.add('llm.cache.probe.skipped', { route, reason }),
    result: () => (stands ? result : undefined),
    lastRunAt: () => last?.at,
    age: () => last && clock.monotonic() - last.ranAt,
    samples: gauges,
    lasting: (fresh) => [
      ...(last === undefined ? [] : [sample('llm.cache.probe.last_run.timestamp', { route }, last.at / 1000)]),
      ...(result === undefined || !fresh ? [] : states('llm.cache.last_outcome', { route }, result.outcome)),
    ],
    status: () =>
      last &&
      result && {
        route,
        model,
        outcome: result.outcome,
        at: last.at,
        firstSeconds: last.pair.first.seconds,
        ...(last.pair.duplicate === undefined ? {} : { duplicateSeconds: last.pair.duplicate.seconds }),
        ...(last.pair.writeLagSeconds === undefined ? {} : { writeLagSeconds: last.pair.writeLagSeconds }),
        ...(last.pair.ttlSeconds === undefined ? {} : { ttlSeconds: last.pair.ttlSeconds }),
        evidence: evidenceOf(last.pair),
        traceId: last.traceId,
      },
    speedup: () => medianSpeedup(ratios),
  };
}

/** What a verdict needs to know of a pair that has an outcome. */
export function resultOf(
  { prober, key, lostAfterWrite, first, duplicate }: PairResult,
  outcome: Outcome,
  crossReplica: boolean,
): RouteResult {
  return { route: prober.route, outcome, key, failure: first.failure ?? duplicate?.failure, lostAfterWrite, crossReplica };
}
