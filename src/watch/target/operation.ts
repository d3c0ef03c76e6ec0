import type { LabelsOf } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { Tick } from '../../model/tick.ts';
import { settle } from '../../redis/connection/failure.ts';
import type { Clock } from '../../schedule/clock.ts';

type Operation = LabelsOf<'db.client.operation.duration'>['db.operation.name'];

/** Runs one Redis operation of a tick as a step of that name and observes how long it took. */
export async function operate<T>(tick: Tick, series: Series, clock: Clock, name: Operation, run: () => Promise<T>): Promise<T> {
  const start = clock.monotonic();
  const outcome = await settle(tick.step(name, run));
  const labels = { 'db.system.name': 'redis', 'db.operation.name': name, 'error.type': outcome.ok ? '' : outcome.error.failure } as const;
  series.observe('db.client.operation.duration', labels, (clock.monotonic() - start) / 1_000, tick.traceId);
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}
