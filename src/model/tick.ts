/** A value of a span attribute or of a log field. */
type Detail = string | number | boolean;

/** Facts beside a sentence: log fields and span attributes. Never a secret, a prompt or a cached value. */
export type Details = Readonly<Record<string, Detail | readonly string[] | undefined>>;

/**
 * One run of a job.
 *
 * `signal` ends it (timeout, shutdown, removal), `traceId` is 32 hexadecimal digits, and `step` runs a
 * part of it in a child span and hands it the headers that carry the trace on (`traceparent`).
 * `note` adds attributes to the span that is current when called on the tick: the root span.
 */
export interface Tick {
  readonly signal: AbortSignal;
  readonly traceId: string;
  step<T>(name: string, run: (headers: Record<string, string>, note: (details: Details) => void) => Promise<T>): Promise<T>;
  note(details: Details): void;
}

/** The product's own log: static English sentences with fields beside. Telemetry implements it. */
export interface Log {
  debug(details: Details, sentence: string): void;
  info(details: Details, sentence: string): void;
  warn(details: Details, sentence: string): void;
  error(details: Details, sentence: string): void;
}

/** What runs on the scheduler's grid. */
export const TASK = ['target', 'census', 'reuse', 'gateway', 'lease'] as const;
export type Task = (typeof TASK)[number];

/** Why a tick of the grid did not run: the one before was still running, or the process was held up past it. */
export const MISSED = ['overlap', 'late'] as const;
export type Missed = (typeof MISSED)[number];
