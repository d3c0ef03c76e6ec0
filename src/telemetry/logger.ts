import { pino } from 'pino';
import type { Config } from '../config/effective.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import { textLine } from './text-line.ts';

type LogConfig = Config['log'];

/** The daemon's log and the way to change its level and format while it is in use. */
export interface Logger {
  readonly log: Log;
  reconfigure(config: LogConfig): void;
}

/**
 * Nothing in the product logs a secret; these fields, also one level down, are hidden should somebody try.
 * `command` is what a Redis client hangs on its errors, and its arguments hold the password.
 */
const SECRETS = ['password', 'secret', 'api_key', 'token', 'authorization', 'command'];

/** A log that hands whole lines to `out`: JSON objects, or text for people. */
export function createLogger(config: LogConfig, out: (text: string) => void, clock: Clock): Logger {
  let logger = open(config, out, clock);
  return {
    log: {
      debug: (details, sentence) => logger.debug(details, sentence),
      info: (details, sentence) => logger.info(details, sentence),
      warn: (details, sentence) => logger.warn(details, sentence),
      error: (details, sentence) => logger.error(details, sentence),
    },
    reconfigure(next) {
      logger = open(next, out, clock);
    },
  };
}

function open({ level, format }: LogConfig, out: (text: string) => void, clock: Clock): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '<secret>' },
    },
    { write: format === 'json' ? out : (line: string) => out(textLine(line)) },
  );
}
