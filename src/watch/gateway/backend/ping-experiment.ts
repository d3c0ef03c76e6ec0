import type { Tick } from '../../../model/tick.ts';
import type { Clock } from '../../../schedule/clock.ts';
import { type CounterDelta, type CounterSnapshot, deltaBetween } from '../../../verdict/growth.ts';
import { compare, type Repetition } from '../../../verdict/repetition.ts';
import type { Look } from '../self-report.ts';
import type { ServerView } from './view.ts';

/** What it works with. `recovered` is told when the gateway answers 200 again meanwhile. */
export interface RepeatParts {
  look: Pick<Look, 'cachePing' | 'askPing'>;
  server: Pick<ServerView, 'snapshot'>;
  clock: Clock;
  recovered: () => void;
}

/**
 * How many times longer than each `/cache/ping` the silence after it is. Somebody who is refused all the time is
 * refused in the silences, too, and whoever comes at a fixed pace cannot keep time with silences that differ:
 * strangers that come at random are taken for the gateway once in 10,000 times at most, whatever their pace.
 */
const SILENCES = [2, 5, 3, 4] as const;
/** So short an answer is mostly chance. Milliseconds. */
const SHORTEST_MS = 10;
/** A gateway whose answers take longer is not asked again: it would be held up, and all of this would take seconds. Milliseconds. */
const LONGEST_MS = 150;

/**
 * Asks `/cache/ping` again and again between readings of the server's counters, when it has just answered 503: an
 * open circuit breaker keeps a gateway from its Redis, but not this question (LiteLLM 1.106.0 sends one PING each
 * time). Until a monotonic time at most; undefined when there was no time for it, when an answer was another one,
 * or when the counters could not be compared.
 */
export async function repeatPing(
  { look, server, clock, recovered }: RepeatParts,
  tick: Tick,
  until: number,
): Promise<Repetition | undefined> {
  const [asked, between]: [CounterDelta[], CounterDelta[]] = [[], []];
  let last = look.cachePing === 503 ? await server.snapshot(tick.signal) : undefined;
  for (const silence of SILENCES) {
    if (last === undefined) return undefined;
    const before: CounterSnapshot = last;
    if (await look.askPing(tick, until, true)) recovered();
    const answered = await server.snapshot(tick.signal);
    if (answered === undefined || look.cachePing !== 503) return undefined;
    const took = Math.max(SHORTEST_MS, answered.at - before.at);
    if (took > LONGEST_MS || clock.monotonic() + silence * took > until) return undefined;
    await clock.sleep(silence * took, tick.signal);
    last = await server.snapshot(tick.signal);
    const deltas = [deltaBetween(before, answered), last && deltaBetween(answered, last)];
    if (deltas[0] === undefined || deltas[1] === undefined) return undefined;
    asked.push(deltas[0]);
    between.push(deltas[1]);
  }
  return compare(asked, between);
}
