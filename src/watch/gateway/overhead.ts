import { combinations } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { FinishedRequest, GatewayRequest } from '../../litellm/gateway.ts';
import type { GatewayFailure, NotAsked, Question } from '../../model/cache.ts';
import type { OverheadStatus } from '../../model/status.ts';
import type { Clock } from '../../schedule/clock.ts';

/** What all questions beside the two requests of a pair cost a gateway, and which of them may be asked. */
export interface Overhead {
  /**
   * Why a question is not asked now; undefined when it may be. One that is not `urgent` leaves half of what has been
   * saved for the questions of an outage.
   */
  withheld(question: Question, urgent?: boolean): NotAsked | undefined;
  /** Books a request. Only one that carries a question counts. */
  took(request: FinishedRequest, sending: Pick<GatewayRequest, 'question' | 'modelSeconds'>): void;
  /**
   * Takes in how its Redis was in a tick that began at a monotonic time. What was slow or gave no answer while that one did not
   * answer either says nothing of the gateway: it is forgotten when the Redis `answers` again, every five minutes at most.
   */
  excuse(since: number, redis: 'away' | 'answers' | 'not known'): void;
  /** Takes in the release that the gateway reports; undefined where it does not tell. */
  learnVersion(version: string | undefined): void;
  status(): OverheadStatus;
}

/**
 * What a gateway has shown that it cannot bear, and the account of its time. It belongs to an entry of the
 * configuration: a reload that keeps the entry, or an outage, does not empty it.
 */
export interface OverheadMemory {
  version: string | undefined;
  /** By release, what was too slow for it or ran into a limit; the text is empty while no release is known. */
  readonly refused: Map<string, Map<Question, Refusal>>;
  /** Questions that were answered quickly once. */
  readonly answered: Set<Question>;
  /** Milliseconds that may still be spent, and when that was reckoned. */
  saved: number | undefined;
  /** The part of `saved` that liveness and readiness, which are always asked, may still use up. */
  forHealth: number;
  at: number;
  spent: number;
  /** When a refusal was forgotten last, for a Redis that was away meanwhile. */
  excusedAt: number;
}

/** Why a question is not asked any more, when that was found, whether it was the first of its kind, and whether Redis was away meanwhile. */
interface Refusal {
  why: 'slow' | 'limit';
  at: number;
  first: boolean;
  excusable?: boolean;
}

/** From here on a question is slow: it is not asked again. Milliseconds. */
export const SLOW_MS = 500;
/**
 * The first question of its kind can be slow because the gateway has just started. So long after it, an outage may ask
 * once more; a second slow answer is final. One that gave no answer is never asked again, unless Redis was away meanwhile. Milliseconds.
 */
const COLD_MS = 300_000;
/** What was not spent is kept for so long; a fresh account has as much. Milliseconds. */
const SAVED_MS = 300_000;
/** A gateway that shows more releases than these changes all the time: what one of them could not bear is asked no more. */
const MAX_RELEASES = 8;
/** Asked whatever they cost: without them a gateway that is away could not be told from one that is slow. */
const ALWAYS: readonly Question[] = ['liveness', 'readiness'];
/** Nothing was asked: no process listens, the name has no address, or the file of the key could not be read. */
const NOT_REACHED: readonly GatewayFailure[] = ['refused', 'dns', 'auth'];

/** A memory of nothing. */
export function createOverheadMemory(): OverheadMemory {
  return {
    version: undefined,
    refused: new Map(),
    answered: new Set(),
    saved: undefined,
    forHealth: 0,
    at: 0,
    spent: 0,
    excusedAt: Number.NEGATIVE_INFINITY,
  };
}

/** Keeps the account of a gateway, `share` (0 to 1) of whose time may be spent. */
export function createOverhead(share: number, memory: OverheadMemory, series: Series, clock: Clock): Overhead {
  const most = share * SAVED_MS;
  for (const row of combinations('cache_exporter.probe_overhead', {})) series.add('cache_exporter.probe_overhead', row, 0);

  function reckon(): number {
    const now = clock.monotonic();
    const income = memory.saved === undefined ? most : share * Math.max(0, now - memory.at);
    memory.at = now;
    memory.saved = Math.min(most, (memory.saved ?? 0) + income);
    memory.forHealth = Math.min(most / 2, memory.forHealth + income / 2);
    return memory.saved;
  }

  function refusal(question: Question): Refusal | undefined {
    const here = memory.refused.get(memory.version ?? '');
    if (here !== undefined || memory.refused.size < MAX_RELEASES) return here?.get(question);
    return [...memory.refused.values()].map((kinds) => kinds.get(question)).find((kind) => kind !== undefined);
  }

  /** Notes what was found of a question; the first one counts, unless it was that of a gateway that had just started. */
  function refuse(question: Question, why: Refusal['why']): void {
    const version = memory.version ?? '';
    if (!memory.refused.has(version) && memory.refused.size >= MAX_RELEASES) return;
    const kinds = memory.refused.get(version) ?? new Map<Question, Refusal>();
    const known = kinds.get(question);
    if (known !== undefined && !isCold(known)) return;
    memory.refused.set(
      version,
      kinds.set(question, { why, at: clock.monotonic(), first: known === undefined && !memory.answered.has(question) }),
    );
  }

  function isCold({ why, first, at }: Refusal): boolean {
    return why === 'slow' && first && clock.monotonic() - at >= COLD_MS;
  }

  return {
    withheld(question, urgent = false) {
      if (ALWAYS.includes(question)) return undefined;
      const known = refusal(question);
      if (known !== undefined && !(urgent && isCold(known))) return known.why;
      return reckon() > (urgent ? 0 : most / 2) ? undefined : 'budget';
    },
    took(request, { question, modelSeconds = 0 }) {
      if (question === undefined) return;
      const busy = Math.max(0, request.seconds - (request.resolveSeconds ?? 0));
      series.add('cache_exporter.probe_overhead', { question }, busy);
      const saved = reckon();
      const always = ALWAYS.includes(question);
      const cost = always ? Math.max(0, Math.min(busy * 1000, memory.forHealth, saved)) : busy * 1000;
      if (always) memory.forHealth -= cost;
      memory.saved = saved - cost;
      memory.spent += busy;
      // What a model takes whose time is not known says nothing of the gateway, be it for ever.
      if (always || modelSeconds === Number.POSITIVE_INFINITY) return;
      const slow = (busy - modelSeconds) * 1000 > SLOW_MS;
      if (ranIntoLimit(request, slow)) refuse(question, 'limit');
      else if (slow) refuse(question, 'slow');
      else if (request.status !== undefined) {
        memory.answered.add(question);
        const here = memory.refused.get(memory.version ?? '');
        const known = here?.get(question);
        if (known !== undefined && isCold(known)) here?.delete(question);
      }
    },
    excuse(since, redis) {
      const now = clock.monotonic();
      let excused = memory.excusedAt;
      for (const kinds of memory.refused.values()) {
        for (const [question, known] of kinds) {
          if (redis === 'away' && known.at >= since) known.excusable = true;
          if (redis !== 'answers' || !known.excusable || now - memory.excusedAt < COLD_MS) continue;
          kinds.delete(question);
          excused = now;
        }
      }
      memory.excusedAt = excused;
    },
    learnVersion(version) {
      if (version === undefined || version === memory.version) return;
      // A release that is told for the first time is the one that was there before.
      const before = memory.refused.get('');
      if (memory.version === undefined && before !== undefined) {
        memory.refused.delete('');
        memory.refused.set(version, before);
      }
      memory.version = version;
    },
    status: () => {
      const kinds = memory.refused.get(memory.version ?? '') ?? new Map<Question, Refusal>();
      return { share, spentSeconds: memory.spent, notAskedAgain: [...kinds].map(([question, { why }]) => ({ question, why })) };
    },
  };
}

/** Whether no answer came because a limit was reached: of time, of length, or the end of the connection. */
function ranIntoLimit({ status, failure, aborted }: FinishedRequest, slow: boolean): boolean {
  if (aborted !== undefined) return aborted === 'time' || slow;
  if (failure === 'too_large') return true;
  return status === undefined && failure !== undefined && !NOT_REACHED.includes(failure);
}
