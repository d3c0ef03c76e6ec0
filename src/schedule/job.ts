import type { Tick } from '../model/tick.ts';

/**
 * A thing to do on a grid of times. `interval` and `timeout` are milliseconds. `skip`, where given,
 * is asked before each run; a reason (a closed set of the job's own) leaves this tick out and the grid
 * where it is. `run` throws when the tick failed; it never logs, times or retries: its runner does.
 */
export interface Job {
  readonly name: string;
  readonly interval: number;
  readonly timeout: number;
  skip?(): string | undefined;
  run(tick: Tick): Promise<void>;
}
