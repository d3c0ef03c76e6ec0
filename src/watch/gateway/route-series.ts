import { combinations, type Sample, sample, states } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import { CACHE_CONTROLS, PHASE, REQUEST, type Route } from '../../model/cache.ts';
import type { PairStatus } from '../../model/status.ts';
import type { PairResult } from '../../pairs/pair.ts';
import { evidenceOf, type RouteRecord, speedupOf } from './route.ts';
import { medianSpeedup } from './speedup.ts';

/** Makes the counters of a route exist at 0. */
export function openRouteCounters(series: Series, route: Route, model: string): void {
  const labels = { route, 'gen_ai.request.model': model } as const;
  for (const row of combinations('llm.cache.probe.pairs', labels)) series.add('llm.cache.probe.pairs', row, 0);
  for (const row of combinations('llm.cache.probe.skipped', { route })) series.add('llm.cache.probe.skipped', row, 0);
}

/** Counts a pair and, unless the process had just started, observes its times and tokens. */
export function observePair(series: Series, pair: PairResult, model: string, warm: boolean, traceId: string): void {
  const { route } = pair.prober;
  const labels = { route, 'gen_ai.request.model': model } as const;
  if (pair.outcome !== undefined) series.add('llm.cache.probe.pairs', { ...labels, outcome: pair.outcome });
  if (pair.writeLagSeconds !== undefined) series.observe('llm.cache.probe.write_lag', { route }, pair.writeLagSeconds, traceId);
  if (!warm) return;
  observeRequests(series, pair, model, traceId);
  const ratio = speedupOf(pair);
  if (ratio !== undefined) series.observe('llm.cache.probe.speedup', labels, ratio, traceId);
}

function observeRequests(series: Series, pair: PairResult, model: string, traceId: string): void {
  const { route, operation } = pair.prober;
  const genAi = { 'gen_ai.operation.name': operation, 'gen_ai.provider.name': 'litellm', 'gen_ai.request.model': model } as const;
  for (const request of REQUEST) {
    const sent = pair[request];
    if (sent === undefined) continue;
    series.observe('gen_ai.client.operation.duration', { ...genAi, 'error.type': sent.failure ?? '' }, sent.seconds, traceId);
    if (sent.markers === undefined) continue;
    const answered = { route, 'gen_ai.request.model': model, request, cache: sent.mark } as const;
    series.observe('llm.cache.probe.request.duration', answered, sent.seconds, traceId);
    if (sent.firstContentSeconds !== undefined) {
      series.observe('llm.cache.probe.time_to_first_chunk', answered, sent.firstContentSeconds, traceId);
    }
    if (sent.mark === 'hit') continue;
    for (const [type, tokens] of [
      ['input', sent.markers.inputTokens],
      ['output', sent.markers.outputTokens],
    ] as const) {
      if (tokens !== undefined) series.observe('gen_ai.client.token.usage', { ...genAi, 'gen_ai.token.type': type }, tokens, traceId);
    }
  }
}

/** Gauges of the latest pair of a route, which grow old. */
export function routeSamples({ route, last, ratios, ttl }: RouteRecord, model: string): Sample[] {
  if (last === undefined) return [];
  const { first, duplicate } = last.pair;
  const requests = [
    ['first', first.phases],
    ['duplicate', duplicate?.phases],
  ] as const;
  const phases = requests.flatMap(([request, times]) =>
    times === undefined || !last.warm
      ? []
      : PHASE.map((phase) => sample('llm.cache.probe.phase.duration', { route, request, phase }, times[phase])),
  );
  const median = medianSpeedup(ratios);
  const bounds = median === undefined ? [] : (['point', 'lower', 'upper'] as const);
  return [
    ...phases,
    ...CACHE_CONTROLS.flatMap((cache_controls) => {
      const seconds = ttl[cache_controls];
      return seconds === undefined ? [] : [sample('llm.cache.probe.key_ttl', { route, cache_controls }, seconds)];
    }),
    ...bounds.map((bound) =>
      sample('llm.cache.probe.speedup.median', { route, 'gen_ai.request.model': model, bound }, median?.[bound] ?? 0),
    ),
  ];
}

/** When the latest pair of a route ran, and its outcome unless that is too old: these do not grow old. */
export function lastingRouteSamples({ route, last, result }: RouteRecord, fresh: boolean): Sample[] {
  return [
    ...(last === undefined ? [] : [sample('llm.cache.probe.last_run.timestamp', { route }, last.at / 1000)]),
    ...(result === undefined || !fresh ? [] : states('llm.cache.last_outcome', { route }, result.outcome)),
  ];
}

/** What the page shows of a route; undefined before its first pair with an outcome. */
export function pairStatus({ route, last, result }: RouteRecord, model: string): PairStatus | undefined {
  if (last === undefined || result === undefined) return undefined;
  const { pair, at, traceId } = last;
  return {
    route,
    model,
    outcome: result.outcome,
    at,
    firstSeconds: pair.first.seconds,
    ...(pair.duplicate === undefined ? {} : { duplicateSeconds: pair.duplicate.seconds }),
    ...(pair.writeLagSeconds === undefined ? {} : { writeLagSeconds: pair.writeLagSeconds }),
    ...(pair.ttlSeconds === undefined ? {} : { ttlSeconds: pair.ttlSeconds }),
    evidence: evidenceOf(pair),
    traceId,
  };
}
