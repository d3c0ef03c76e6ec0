import { randomBytes } from 'node:crypto';
import type { Details } from '../model/tick.ts';

/** Why a span failed: the kind (`error.type`) and one sentence. Both are all that a span learns of an error. */
export interface SpanError {
  readonly type: string;
  readonly message: string;
}

/** A piece of work that runs. `headers` carry its trace to whom it asks (W3C Trace Context). */
export interface ActiveSpan {
  readonly traceId: string;
  readonly headers: Record<string, string>;
  note(details: Details): void;
  child(name: string): ActiveSpan;
  end(error?: SpanError): void;
}

/** Starts traces. `close` sends what is left, within a bounded time, and never rejects. */
export interface Tracer {
  start(name: string, details: Details): ActiveSpan;
  close(): Promise<void>;
}

/**
 * Makes trace and span ids without recording anything, for a daemon that sends no traces: log lines and
 * exemplars still name the trace, and a gateway that traces gets its id. The flag says unsampled, because
 * nothing is recorded here (W3C Trace Context, 3.2.2.5.1).
 */
export function createIdTracer(): Tracer {
  return { start: () => idSpan(randomBytes(16).toString('hex')), close: async () => undefined };
}

function idSpan(traceId: string): ActiveSpan {
  return {
    traceId,
    headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-00` },
    note: () => undefined,
    child: () => idSpan(traceId),
    end: () => undefined,
  };
}
