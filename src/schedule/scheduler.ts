import type { Missed, Task } from '../model/tick.ts';
import type { Clock } from './clock.ts';
import type { Job } from './job.ts';

/** Where the scheduler tells what it did: telemetry makes metrics of it. */
export interface SchedulerReport {
  lag(task: Task, seconds: number): void;
  missed(task: Task, reason: Missed): void;
}

/** A job on the grid. */
export interface Scheduled {
  /** Takes the job off the grid, aborts the tick that runs and waits for its end. */
  stop(): Promise<void>;
  /** Runs the job now, beside the grid, unless a tick of it runs already. */
  runSoon(): void;
}

export interface Scheduler {
  /** `run` gets the signal that ends the tick (timeout or stop) and must never reject. */
  add(job: Omit<Job, 'run'>, task: Task, run: (signal: AbortSignal) => Promise<void>): Scheduled;
  /** Whether every job's next tick is ahead, or behind by less than two intervals and ten seconds. */
  healthy(): boolean;
  close(): Promise<void>;
}

const FIRST_WITHIN_MS = 1_000;
/** CPU time per first tick, an estimate. It spreads the start of more than 100 jobs, which would otherwise wait for each other until they time out. */
const FIRST_TAKES_MS = 10;
const HEALTHY_LATE_MS = 10_000;

/**
 * A scheduler on deadline grids.
 *
 * The first tick of a job runs within a second of its start; of more than a hundred jobs, within ten
 * milliseconds for each that was there before it. After that its ticks lie on
 * `start + offset + k x interval`; both offsets come from a hash of the name, so that many targets
 * spread over the interval and keep their places across restarts. The first point of the grid is the one
 * that is at least half an interval after the first tick.
 */
export function createScheduler({ clock, report }: { clock: Clock; report: SchedulerReport }): Scheduler {
  const entries = new Set<Scheduled & { overdue(): boolean }>();

  function add(job: Omit<Job, 'run'>, task: Task, run: (signal: AbortSignal) => Promise<void>): Scheduled {
    const start = clock.monotonic();
    const within = Math.min(job.interval, Math.max(FIRST_WITHIN_MS, FIRST_TAKES_MS * entries.size));
    const first = start + (hash(job.name) % within);
    const grid = start + (hash(`${job.name} grid`) % job.interval);
    const stopped = new AbortController();
    let due = first;
    let running: { promise: Promise<void>; controller: AbortController } | undefined;

    function begin(): void {
      const controller = new AbortController();
      const timer = new AbortController();
      clock.sleep(job.timeout, timer.signal).then(
        () => controller.abort(new DOMException('the tick took longer than its timeout', 'TimeoutError')),
        () => undefined,
      );
      const promise = run(controller.signal).then(() => {
        timer.abort();
        running = undefined;
      });
      running = { promise, controller };
    }

    /** The next point of the grid after `after`, at least half an interval away from the first tick. */
    function nextDue(after: number): number {
      const earliest = Math.max(after, first + job.interval / 2);
      return grid + Math.max(0, Math.floor((earliest - grid) / job.interval) + 1) * job.interval;
    }

    function tick(): void {
      const now = clock.monotonic();
      // A process that was suspended does not catch up: one tick for the present, a count for the rest.
      while (now - due >= job.interval) {
        report.missed(task, 'late');
        due += job.interval;
      }
      if (running !== undefined) {
        report.missed(task, 'overlap');
      } else if (job.skip?.() === undefined) {
        report.lag(task, (now - due) / 1_000);
        begin();
      }
      due = nextDue(Math.max(now, due));
    }

    async function turn(): Promise<void> {
      while (!stopped.signal.aborted) {
        await clock.sleep(Math.max(0, due - clock.monotonic()), stopped.signal);
        if (clock.monotonic() >= due) tick();
      }
    }
    turn().catch((error) => {
      if (!stopped.signal.aborted) throw error;
    });

    const entry = {
      stop: async () => {
        stopped.abort(new DOMException('the job was stopped', 'AbortError'));
        entries.delete(entry);
        running?.controller.abort(stopped.signal.reason);
        await running?.promise;
      },
      runSoon: () => {
        if (running === undefined && !stopped.signal.aborted) begin();
      },
      overdue: () => clock.monotonic() - due > Math.max(2 * job.interval, HEALTHY_LATE_MS),
    };
    entries.add(entry);
    return entry;
  }

  return {
    add,
    healthy: () => [...entries].every((entry) => !entry.overdue()),
    close: async () => {
      await Promise.all([...entries].map((entry) => entry.stop()));
    },
  };
}

/** FNV-1a, 32 bits: stable across restarts and releases, spreads short names well. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
