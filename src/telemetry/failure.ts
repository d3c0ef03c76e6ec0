import type { SpanError } from './tracer.ts';

/** How a tick or a step failed. `stack` is there for an unexpected error, which is a mistake in the code. */
export interface Failure extends SpanError {
  readonly stack?: string;
}

const MAX_MESSAGE_CHARACTERS = 300;

/**
 * What may be told of an error: its class and its message. The errors of the boundaries (Redis, gateways)
 * carry their class in `failure`; of anything else the name of the error is used instead.
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { type: 'unknown', message: `thrown: ${typeof error}` };
  const message = error.message.slice(0, MAX_MESSAGE_CHARACTERS);
  if ('failure' in error && typeof error.failure === 'string') return { type: error.failure, message };
  return { type: error.name, message, ...(error.stack !== undefined && { stack: error.stack }) };
}

/** Whether a signal was aborted because time ran out, and not because the work was stopped. */
export function timedOut(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
}
