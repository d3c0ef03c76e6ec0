import type { Counted, CounterDelta } from './growth.ts';

/** Counters of refused logins and connections. */
export const NOT_LET_IN = ['NOAUTH', 'WRONGPASS', 'logins', 'rejected_connections'] as const satisfies readonly Counted[];
export type NotLetIn = (typeof NOT_LET_IN)[number];
/** The command that LiteLLM sends for each question. */
export const RECEIVED = ['pings'] as const satisfies readonly Counted[];
type Repeated = NotLetIn | (typeof RECEIVED)[number];

/** What the server did while the gateway was made to connect to it several times. */
export interface Repetition {
  times: number;
  /** The counters that others moved each time, and never in the longer times between. */
  counters: readonly Repeated[];
}

/** Compares the times in which the gateway was asked with those between, in which it was not, by some counters. */
export function compare(
  asked: readonly CounterDelta[],
  between: readonly CounterDelta[],
  names: readonly Repeated[] = NOT_LET_IN,
): Repetition {
  const counters = names.filter((name) => asked.every(({ by }) => (by[name] ?? 0) > 0) && between.every(({ by }) => (by[name] ?? 0) === 0));
  return { times: asked.length, counters: asked.length === 0 ? [] : counters };
}
