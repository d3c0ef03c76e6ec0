import { DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';

const REPEAT_AFTER_MS = 60_000;
const MAX_MESSAGE_CHARACTERS = 200;

/**
 * Takes what the OpenTelemetry SDK has to say into the log, beside how its exports go (export-log.ts). It
 * may say the same again and again; a minute has at most one line of each sentence, which counts those left out.
 * Without a logger the SDK fails in silence. Both handlers belong to the process: the last telemetry has them.
 */
export function logSdk(log: Log, clock: Clock): void {
  const logFailure = atMostOnceAMinute(clock, (details) => log.warn(details, 'The OpenTelemetry SDK failed'));
  const logWarning = atMostOnceAMinute(clock, (details) => log.warn(details, 'The OpenTelemetry SDK warns'));
  diag.setLogger(
    {
      error: (...said) => logFailure(said.map(messageOf).join(': ')),
      warn: (...said) => logWarning(said.map(messageOf).join(': ')),
      info: () => undefined,
      debug: () => undefined,
      verbose: () => undefined,
    },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  setGlobalErrorHandler((exception) => logFailure(messageOf(exception)));
}

function atMostOnceAMinute(clock: Clock, write: (details: { reason: string; left_out: number }) => void): (reason: string) => void {
  let last = -Infinity;
  let leftOut = 0;
  return (reason) => {
    if (clock.monotonic() - last < REPEAT_AFTER_MS) {
      leftOut++;
      return;
    }
    write({ reason, left_out: leftOut });
    last = clock.monotonic();
    leftOut = 0;
  };
}

/** Message and code only: the other properties of an error can hold the answer of the receiver. */
export function messageOf(said: unknown): string {
  if (typeof said === 'string') return said.slice(0, MAX_MESSAGE_CHARACTERS);
  if (!(said instanceof Error)) return typeof said;
  const code = 'code' in said ? ` (${said.code})` : '';
  return `${said.message}${code}`.trim().slice(0, MAX_MESSAGE_CHARACTERS);
}
