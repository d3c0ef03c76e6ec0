import type { Series } from '../catalogue/series.ts';
import type { Task } from '../model/tick.ts';
import type { Job } from '../schedule/job.ts';
import type { Scheduled, Scheduler } from '../schedule/scheduler.ts';
import { within } from '../schedule/within.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** One watch with its job and its series. */
export interface Member<S> {
  readonly job: Job;
  /** On the schedule since it was started. */
  readonly scheduled: Scheduled | undefined;
  readonly series: Series | undefined;
  run(signal: AbortSignal): Promise<void>;
  /** Puts it on the schedule. */
  start(): void;
  status(): S;
  /** Takes it off the schedule, aborts and awaits its tick, closes its connections and drops its series. */
  remove(): Promise<void>;
}

/** A watch as a member that is not on the schedule yet; without a scheduler it never is. */
export function createMember<S>(
  task: Task,
  watch: { job: Job; status(): S; close?(): Promise<void> },
  { telemetry, scheduler }: { telemetry: Telemetry; scheduler?: Scheduler | undefined },
  series?: Series,
): Member<S> {
  const run = telemetry.observed(watch.job, task);
  let scheduled: Scheduled | undefined;
  return {
    job: watch.job,
    get scheduled() {
      return scheduled;
    },
    series,
    run,
    start: () => {
      scheduled ??= scheduler?.add(watch.job, task, run);
    },
    status: watch.status,
    remove: async () => {
      await scheduled?.stop();
      await watch.close?.();
      series?.close();
    },
  };
}

/** Removes those of these names; what cannot be closed properly is gone all the same: half a change would be worse. */
export async function removeMembers<S>(members: Map<string, Member<S>>, names: readonly string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      await members
        .get(name)
        ?.remove()
        .then(undefined, () => undefined);
      members.delete(name);
    }),
  );
}

/** Runs the job of each of these names once, of all where none is given. */
export async function runMembers<S>(members: Map<string, Member<S>>, names: readonly string[], signal: AbortSignal): Promise<void> {
  const chosen = new Set(names);
  const wanted = [...members].filter(([name]) => names.length === 0 || chosen.has(name));
  await Promise.all(wanted.map(([, { job, run }]) => run(within(signal, job.timeout))));
}
