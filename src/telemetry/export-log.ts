import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Log } from '../model/tick.ts';
import { messageOf } from './sdk-log.ts';

/** Takes over the callback of an export, so that its result is told. */
export type ExportLog = (done: (result: ExportResult) => void) => (result: ExportResult) => void;

/**
 * Tells how the exports of one outlet go: a line when they begin to fail and a line when they work again, however
 * long it takes. The SDK hears of success in any case: it would log each failure, and what it counts of
 * exports was counted before.
 */
export function createExportLog(log: Log, outlet: 'traces' | 'metrics'): ExportLog {
  let failures = 0;
  return (done) =>
    ({ code, error }) => {
      if (code === ExportResultCode.SUCCESS) {
        if (failures > 0) log.info({ outlet, failures }, 'The export of telemetry works again');
        failures = 0;
      } else {
        if (failures === 0) log.warn({ outlet, reason: messageOf(error) }, 'The export of telemetry failed');
        failures++;
      }
      done({ code: ExportResultCode.SUCCESS });
    };
}
