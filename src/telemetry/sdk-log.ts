import { DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';

const REPEAT_AFTER_MS = 60_000;
const MAX_MESSAGE_CHARACTERS = 200;

/**
 * Logs the failures and warnings of the OpenTelemetry SDK; export-log.ts logs its exports. The SDK may repeat a
 * message; the log has at most one line of each sentence per minute, which counts the omitted ones.
 * Without a logger the SDK fails in silence. Both handlers belong to the process: the last telemetry has them.
 */
export function logSdk(log: Log, clock: Clock): void {
  const logFailure = atMostOnceAMinute(clock, (details) => log.warn(details, 'The OpenTelemetry SDK failed'));
  const logWarning = atMostOnceAMinute(clock, (details) => log.warn(details, 'The OpenTelemetry SDK gave a warning'));
  diag.setLogger(
    {
      error: (...parts) => logFailure(parts.map(messageOf).join(': ')),
      warn: (...parts) => logWarning(parts.map(messageOf).join(': ')),
      info: () => undefined,
      debug: () => undefined,
      verbose: () => undefined,
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  setGlobalErrorHandler((exception) => logFailure(messageOf(exception)));
}

function atMostOnceAMinute(clock: Clock, write: (details: { error: string; left_out: number }) => void): (error: string) => void {
  let last = -Infinity;
  let leftOut = 0;
  return (error) => {
    if (clock.monotonic() - last < REPEAT_AFTER_MS) {
      leftOut++;
      return;
    }
    write({ error, left_out: leftOut });
    last = clock.monotonic();
    leftOut = 0;
  };
}

/** Message and code only: the other properties of an error can hold the answer of the receiver. */
export function messageOf(part: unknown): string {
  if (typeof part === 'string') return part.slice(0, MAX_MESSAGE_CHARACTERS);
  if (!(part instanceof Error)) return typeof part;
  const code = 'code' in part ? ` (${part.code})` : '';
  return `${part.message}${code}`.trim().slice(0, MAX_MESSAGE_CHARACTERS);
}
