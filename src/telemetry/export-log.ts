import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { Log } from '../model/tick.ts';
import { messageOf } from './sdk-log.ts';

/** Wraps the callback of an export, so that its result is logged. */
export type ExportLog = (done: (result: ExportResult) => void) => (result: ExportResult) => void;

/**
 * Logs how the exports of one outlet go: a line when they begin to fail and a line when they work again, however
 * long it takes. It always reports success to the SDK, which would log every failure; its counters have been
 * updated already.
 */
export function createExportLog(log: Log, outlet: 'traces' | 'metrics'): ExportLog {
  let failures = 0;
  return (done) =>
    ({ code, error }) => {
      if (code === ExportResultCode.SUCCESS) {
        if (failures > 0) log.info({ outlet, failures }, 'The export of telemetry works again');
        failures = 0;
      } else {
        if (failures === 0) log.warn({ outlet, error: messageOf(error) }, 'The export of telemetry failed');
        failures++;
      }
      done({ code: ExportResultCode.SUCCESS });
    };
}
