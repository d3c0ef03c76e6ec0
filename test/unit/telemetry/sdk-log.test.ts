import { diag } from '@opentelemetry/api';
import { globalErrorHandler } from '@opentelemetry/core';
import { expect, it } from 'vitest';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { logSdk } from '../../../src/telemetry/sdk-log.ts';
import { handClock } from '../../support/clock.ts';

it('says once a minute that the SDK fails, how often, and nothing that a receiver answered', async () => {
  const clock = handClock();
  const lines: string[] = [];
  logSdk(createLogger({ level: 'debug', format: 'json' }, (line) => lines.push(line), clock).log, clock);
  const refused = Object.assign(new Error('Unauthorized'), { code: 401, data: 'token hunter2 is unknown' });
  globalErrorHandler(refused);
  for (let second = 0; second < 59; second++) {
    await clock.advance(1_000);
    globalErrorHandler(refused);
    diag.info('Export retry time exceeds remaining timeout');
  }
  diag.warn('Dropped 12 spans because maxQueueSize reached');
  await clock.advance(1_000);
  globalErrorHandler(refused);
  const told = lines
    .map((line): Record<string, unknown> => JSON.parse(line))
    .map(({ level, msg, error, left_out }) => [level, msg, error, left_out]);
  expect(told).toEqual([
    ['warn', 'The OpenTelemetry SDK failed', 'Unauthorized (401)', 0],
    ['warn', 'The OpenTelemetry SDK gave a warning', 'Dropped 12 spans because maxQueueSize reached', 0],
    ['warn', 'The OpenTelemetry SDK failed', 'Unauthorized (401)', 59],
  ]);
  diag.disable();
});
