import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayRelease } from '../../dev/gateway.ts';
import { at, parseJson, text } from '../../src/litellm/json.ts';
import { hasBehaviour } from '../../src/litellm/releases.ts';
import { ROUTE, type Route } from '../../src/model/cache.ts';
import { metricLines } from '../support/metrics-text.ts';
import { expectedOn, type Fault } from './fault.ts';
import { type Reading, readingOf } from './reading.ts';
import { type Score, scoreOf, type Word } from './score.ts';
import { INTERVAL, TIMEOUT } from './settings.ts';
import { askOthers, type OtherSignals } from './signals.ts';
import type { Stack } from './stack.ts';

/** One run of one fault. Seconds are counted from the end of the injection and of the lifting. */
export interface Run {
  fault: string;
  release: GatewayRelease;
  noise: boolean;
  score: Score;
  /** What the exporter said when it was asked for its word: as expected, or in the end. */
  said: Word;
  detectedAfter?: number | undefined;
  healedAfter?: number | undefined;
  /** Everything that it said from the injection until it was `working` again, in its order. */
  path: string[];
  /** Where it was not right: what each verdict rested on, in its words. */
  evidence?: readonly string[] | undefined;
  others: OtherSignals;
}

const POLL_MS = 200;
/** How long a fault that is not seen in time is waited for, in intervals. */
const PATIENCE = 2;
const HEALING_MS = 40_000;

/** Runs a fault once on a stack that has what it needs, `noise` beside it or not. Rejects when the stack does not become `working` before it. */
export async function runFault(fault: Fault, stack: Stack, noise: boolean): Promise<Run> {
  const expected = expectedOn(fault, stack.release);
  // The intervals, and a round of pairs that was under way.
  const inTime = (fault.intervals ?? 2) * INTERVAL + TIMEOUT;
  const path: Word[] = [];
  try {
    await fault.prepare?.(stack);
    await becomesWorking(stack, Date.now(), `before "${fault.name}"`);
    const injectedAt = Date.now();
    await fault.inject(stack);
    const found =
      fault.passing === undefined ? await watchFor(isExpected, inTime + PATIENCE * INTERVAL) : await watchFor(() => false, inTime);
    const complete = isExpected(found.reading, found.text);
    const signals = await askOthers(stack, found.reading.redisUp);
    await fault.lift(stack);
    const healing = await watchFor(({ verdict }) => verdict === 'working', HEALING_MS);
    const healed = healing.reading.verdict === 'working';
    await fault.restore?.(stack);
    const { verdict, cause } = found.reading;
    const score = scoreOf({
      verdicts: expected.verdict,
      causes: expected.cause,
      // A release that has a breaker opens it while Redis fails, whatever the reason.
      besides: [...(fault.besides ?? []), ...(hasBehaviour(stack.release, 'circuit_breaker') ? (['breaker_open'] as const) : [])],
      passing: fault.passing,
      ambiguous: fault.ambiguous,
      path,
      found: { verdict, cause },
      complete,
      inTime: found.after <= inTime,
      healed,
    });
    return {
      fault: fault.name,
      release: stack.release,
      noise,
      score,
      said: { verdict, cause },
      ...(complete && fault.passing === undefined ? { detectedAfter: found.after / 1000 } : {}),
      ...(healed && verdict !== 'working' ? { healedAfter: healing.after / 1000 } : {}),
      path: path.map((reading) => `${reading.verdict} ${reading.cause}`),
      ...(score === 'right' ? {} : { evidence: evidenceSince(stack.exporter.log(), injectedAt) }),
      others: signals,
    };
  } catch (error) {
    await fault.lift(stack).catch(() => undefined);
    await stack.letGo().catch(() => undefined);
    await fault.restore?.(stack).catch(() => undefined);
    throw error;
  }

  function isExpected({ verdict, cause }: Reading, text: string): boolean {
    const shows = stack.stripsHeaders || fault.shows?.(text) !== false;
    return expected.verdict.includes(verdict) && expected.cause.includes(cause) && shows;
  }

  /** Reads until something holds or the time is over; gives the last reading. */
  async function watchFor(holds: (reading: Reading, text: string) => boolean, milliseconds: number) {
    const start = performance.now();
    for (;;) {
      const text = await stack.exporter.metrics();
      const reading = readingOf(text);
      const after = performance.now() - start;
      if (reading === undefined && after > milliseconds) throw new Error(`The exporter shows no verdict during "${fault.name}".`);
      if (reading !== undefined) {
        const last = path.at(-1);
        if (last?.verdict !== reading.verdict || last.cause !== reading.cause)
          path.push({ verdict: reading.verdict, cause: reading.cause });
        if (holds(reading, text) || after > milliseconds) return { reading, text, after };
      }
      await sleep(POLL_MS);
    }
  }
}

/** What the log of an exporter says of each change of the verdict since a time in Unix milliseconds. */
function evidenceSince(log: string, since: number): string[] {
  return log.split('\n').flatMap((line) => {
    const entry = parseJson(line);
    const [time, evidence] = [Date.parse(text(at(entry, 'time')) ?? ''), text(at(entry, 'evidence'))];
    return evidence !== undefined && time >= since ? [evidence] : [];
  });
}

/** As many rounds tell what is usual on a server. */
const KNOWN = 5;

/**
 * Waits until a stack is `working` by pairs that were sent after a time in Unix milliseconds, and its watch has
 * seen some rounds, if it was started anew; rejects with what it is instead.
 */
export async function becomesWorking(stack: Stack, since: number, when: string): Promise<void> {
  const deadline = performance.now() + HEALING_MS + KNOWN * INTERVAL;
  for (;;) {
    const text = await stack.exporter.metrics();
    const reading = readingOf(text);
    const lines = metricLines(text);
    const last = lines.filter(({ name }) => name === 'llm_cache_probe_last_run_timestamp_seconds');
    const pairs = lines.filter(({ name }) => name === 'llm_cache_probe_pairs_total');
    const of = (route: Route) => pairs.reduce((sum, { labels, value }) => (labels.route === route ? sum + value : sum), 0);
    const isKnown = ROUTE.some((route) => of(route) >= KNOWN);
    if (reading?.verdict === 'working' && isKnown && last.every(({ value }) => value * 1000 > since)) return;
    if (performance.now() > deadline) throw new Error(`The stack is not working ${when}: ${reading?.verdict} (${reading?.cause}).`);
    await sleep(POLL_MS);
  }
}
