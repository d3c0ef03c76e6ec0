import { pino } from 'pino';
import type { Config } from '../config/effective.ts';
import { createMask, type Mask } from '../masking/mask.ts';
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
 * Nothing in the product logs a secret; these fields, also one level down, are hidden in case that happens.
 * `command` is what a Redis client hangs on its errors, and its arguments hold the password.
 */
const SECRETS = ['password', 'secret', 'api_key', 'token', 'authorization', 'command'];

/** A log that hands whole lines to `out`: JSON objects, or text for people. Secrets are hidden in every text of a line, also those that an address or their form gives away. */
export function createLogger(
  config: LogConfig,
  out: (text: string) => void,
  clock: Clock,
  mask: Mask = createMask([], { controls: 'kept' }),
): Logger {
  let logger = open(config, out, clock, mask);
  return {
    log: {
      debug: (details, sentence) => logger.debug(details, sentence),
      info: (details, sentence) => logger.info(details, sentence),
      warn: (details, sentence) => logger.warn(details, sentence),
      error: (details, sentence) => logger.error(details, sentence),
    },
    reconfigure(next) {
      logger = open(next, out, clock, mask);
    },
  };
}

function open({ level, format }: LogConfig, out: (text: string) => void, clock: Clock, mask: Mask): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '<secret>' },
    },
    {
      write: (line: string) => {
        const masked = JSON.stringify(mask.tree(JSON.parse(line)));
        out(format === 'json' ? `${masked}\n` : textLine(masked));
      },
    },
  );
}
