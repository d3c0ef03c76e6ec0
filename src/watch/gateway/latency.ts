import type { Series } from '../../catalogue/series.ts';
import { REQUEST } from '../../model/cache.ts';
import type { PairResult } from '../../pairs/pair.ts';

/**
 * Observes the times and tokens of a pair. Returns first divided by duplicate for a pair that hit,
 * undefined for others.
 */
export function observePair(pair: PairResult, model: string, series: Series, traceId: string): number | undefined {
  const { route, operation } = pair.prober;
  const labels = { route, 'gen_ai.request.model': model } as const;
  const genAi = { 'gen_ai.operation.name': operation, 'gen_ai.provider.name': 'litellm', 'gen_ai.request.model': model } as const;
  for (const request of REQUEST) {
    const sent = pair[request];
    if (sent === undefined) continue;
    series.observe('gen_ai.client.operation.duration', { ...genAi, 'error.type': sent.failure ?? '' }, sent.seconds, traceId);
    if (sent.markers === undefined) continue;
    const answered = { ...labels, request, cache: sent.mark } as const;
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
  const { first, duplicate } = pair;
  if (first.mark !== 'miss' || duplicate?.mark !== 'hit' || duplicate.seconds <= 0) return undefined;
  const ratio = first.seconds / duplicate.seconds;
  series.observe('llm.cache.probe.speedup', labels, ratio, traceId);
  return ratio;
}
