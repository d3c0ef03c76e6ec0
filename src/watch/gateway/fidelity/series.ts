import { type Sample, sample, states } from '../../../catalogue/sample.ts';
import type { Series } from '../../../catalogue/series.ts';
import { FIDELITY_RESULT } from '../../../model/fidelity.ts';
import type { ShapeStatus } from '../../../model/status.ts';
import type { ShapeRound } from './check.ts';
import type { FidelityMemory } from './memory.ts';

/** Begins the counters of every shape that is tried at 0. */
export function openFidelityCounters(series: Series, memory: FidelityMemory | undefined): void {
  for (const { shape } of memory?.records ?? []) {
    for (const result of FIDELITY_RESULT) series.add('llm.cache.fidelity.checks', { shape, result }, 0);
  }
}

/** Counts the try of a round. */
export function countShape(series: Series, round: ShapeRound): void {
  if (!('found' in round)) return;
  const { shape, result } = round.found.check;
  series.add('llm.cache.fidelity.checks', { shape, result });
}

/** What is known of each shape, as samples. */
export function fidelitySamples(shapes: readonly ShapeStatus[]): Sample[] {
  return shapes.flatMap(({ shape, result, accepted }) => [
    ...states('llm.cache.fidelity', { shape }, result),
    ...(accepted ? [sample('llm.cache.fidelity.accepted', { shape }, 1)] : []),
  ]);
}
