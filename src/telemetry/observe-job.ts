import type { Series } from '../catalogue/series.ts';
import type { Log, Task, Tick } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import type { Job } from '../schedule/job.ts';
import { type Failure, failureOf, timedOut } from './failure.ts';
import type { ActiveSpan, Tracer } from './tracer.ts';

/** Where a tick is written down. */
export interface Observer {
  tracer(): Tracer;
  readonly series: Series;
  readonly log: Log;
  readonly clock: Clock;
}

/**
 * Runs ticks of a job: the one place that makes root spans, durations, outcomes and tick log lines. The
 * returned function never rejects. A failure is logged as a warning when it is new; while the same class
 * repeats, at debug; the line of the recovery or of the next class says how often. A tick that was stopped
 * from outside (shutdown, removal) is no failure of anything and counts nowhere.
 */
export function observeJob(job: Job, task: Task, { tracer, series, log, clock }: Observer): (signal: AbortSignal) => Promise<void> {
  let last: { type: string; times: number } | undefined;

  function succeeded(details: { job: string; seconds: number; trace_id: string }): void {
    if (last === undefined) log.debug(details, 'The tick succeeded');
    else log.info({ ...details, error_type: last.type, failures: last.times }, 'The tick succeeded again');
    last = undefined;
  }

  function failed(details: { job: string; seconds: number; trace_id: string }, { type, message, stack }: Failure): void {
    const failure = { ...details, error_type: type, error: message, stack };
    if (last?.type === type) {
      last.times++;
      log.debug({ ...failure, failures: last.times }, 'The tick failed again');
    } else {
      log.warn(last === undefined ? failure : { ...failure, error_type_before: last.type, failures_before: last.times }, 'The tick failed');
      last = { type, times: 1 };
    }
  }

  return async (signal) => {
    const span = tracer().start(job.name, { 'cache_exporter.task': task });
    const startedAt = clock.monotonic();
    const error = await attempt(job, tickOf(span, signal));
    const seconds = (clock.monotonic() - startedAt) / 1000;
    const details = { job: job.name, seconds: Number(seconds.toFixed(6)), trace_id: span.traceId };
    const failure = timedOut(signal) ? { type: 'timeout', message: `the tick took longer than ${job.timeout} ms` } : error;
    if (signal.aborted && !timedOut(signal)) {
      span.note({ 'cache_exporter.stopped': true });
      span.end();
      log.debug(details, 'The tick was stopped');
      return;
    }
    span.end(failure);
    const outcome = failure === undefined ? 'success' : timedOut(signal) ? 'timeout' : 'failure';
    series.observe('cache_exporter.job.duration', { task, outcome }, seconds, span.traceId);
    if (failure === undefined) succeeded(details);
    else failed(details, failure);
  };
}

async function attempt(job: Job, tick: Tick): Promise<Failure | undefined> {
  try {
    await job.run(tick);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

function tickOf(span: ActiveSpan, signal: AbortSignal): Tick {
  return {
    signal,
    traceId: span.traceId,
    note: span.note,
    async step(name, run) {
      const child = span.child(name);
      try {
        const result = await run(child.headers, child.note);
        child.end();
        return result;
      } catch (error) {
        child.end(failureOf(error));
        throw error;
      }
    },
  };
}
