import { CAUSE, type Cause, VERDICT, type Verdict } from '../../src/model/cache.ts';
import { metricLines } from '../support/metrics-text.ts';

/** What a page of /metrics says of the gateway of a stack. */
export interface Reading {
  verdict: Verdict;
  cause: Cause;
  redisUp: number | undefined;
}

/** Reads the verdict from a page; undefined while it has none, as during a reload. */
export function readingOf(text: string): Reading | undefined {
  const lines = metricLines(text);
  const current = (name: string, label: string) => lines.find((line) => line.name === name && line.value === 1)?.labels[label];
  const [named, stated] = [current('llm_cache_verdict', 'verdict'), current('llm_cache_cause', 'cause')];
  const verdict = VERDICT.find((member) => member === named);
  const cause = CAUSE.find((member) => member === stated);
  if (verdict === undefined || cause === undefined) return undefined;
  // Of a cluster every node has one.
  const up = lines.flatMap(({ name, value }) => (name === 'redis_up' ? value : []));
  return { verdict, cause, redisUp: up.length === 0 ? undefined : Math.min(...up) };
}
