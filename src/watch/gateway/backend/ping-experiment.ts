import type { Clock } from '../../../schedule/clock.ts';
import { type CounterDelta, type CounterSnapshot, deltaBetween } from '../../../verdict/growth.ts';
import { compare, NOT_LET_IN, RECEIVED, type Repetition } from '../../../verdict/repetition.ts';
import { pingRecovered, type SelfReport } from '../self-report.ts';

/** What the experiment works with: how `/cache/ping` is asked once more, and how the server's counters are read. */
export interface PingParts {
  askPing(report: SelfReport): Promise<SelfReport>;
  snapshot(): Promise<CounterSnapshot | undefined>;
  /** An answer of 200 is a reason to ask as well: whether the server counts a PING each time. */
  hears?: boolean;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * The last status of `/cache/ping`, whether it answered 200 again meanwhile, and what the server did; undefined when that
 * could not be compared. `received`: whether the server counted a PING each time; undefined where that was not the question.
 */
export interface PingExperiment {
  readonly report: SelfReport;
  readonly recovered: boolean;
  readonly repetition: Repetition | undefined;
  readonly received?: boolean | undefined;
}

/**
 * Pause lengths after each ping, as multiples of its duration. They differ so that a client with a fixed pace cannot
 * fall into step. Of clients that come at random fewer than 1 in 10,000 are taken for the gateway, whatever their pace.
 */
const PAUSES = [2, 5, 3, 4] as const;
/** A shorter answer is mostly chance. Milliseconds. */
const SHORTEST_MS = 10;
/** A gateway whose answers take longer is not asked again: it would be held up, and all of this would take seconds. Milliseconds. */
const LONGEST_MS = 300;

/**
 * Asks `/cache/ping` again and again between readings of the server's counters, when it has just answered 503: an
 * open circuit breaker keeps a gateway from its Redis, but not this question (LiteLLM 1.106.0 and 1.110.2 send one PING
 * each time). With `hears` it asks after an answer of 200, too; it comes right after pairs, which have just tried the
 * breaker, so that the write behind this question finds it as they did. Until a monotonic time at most; there is no repetition when there was no time for it, when an answer was
 * another one, or when the counters could not be compared.
 */
export async function repeatPing(parts: PingParts, known: SelfReport, until: number): Promise<PingExperiment> {
  const { askPing, snapshot, hears, clock, signal } = parts;
  const status = hears && known.cachePing === 200 ? 200 : 503;
  const counted = status === 200 ? RECEIVED : NOT_LET_IN;
  const [asked, between]: [CounterDelta[], CounterDelta[]] = [[], []];
  let [report, recovered] = [known, false];
  const ended = (repetition?: Repetition): PingExperiment => ({
    report,
    recovered,
    repetition,
    ...(status === 200 && { received: repetition?.times === PAUSES.length && repetition.counters.length > 0 }),
  });
  let last = report.cachePing === status ? await snapshot() : undefined;
  for (const pause of PAUSES) {
    if (last === undefined) return ended();
    const before = last;
    const answer = await askPing(report);
    recovered ||= pingRecovered(report, answer);
    report = answer;
    const answered = await snapshot();
    if (answered === undefined || report.cachePing !== status) return ended();
    const took = Math.max(SHORTEST_MS, answered.at - before.at);
    if (took > LONGEST_MS || clock.monotonic() + pause * took > until) return ended();
    await clock.sleep(pause * took, signal);
    last = await snapshot();
    const deltas = [deltaBetween(before, answered), last && deltaBetween(answered, last)];
    if (deltas[0] === undefined || deltas[1] === undefined) return ended();
    asked.push(deltas[0]);
    between.push(deltas[1]);
    // What did not move with each question proves nothing any more: the others are saved for the rest of the outage.
    if (compare(asked, between, counted).counters.length === 0) break;
  }
  return ended(compare(asked, between, counted));
}
