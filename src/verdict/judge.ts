import type { Cause, Verdict } from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';
import { breakerHint } from './breaker-hint.ts';
import { alteredSentence, answersDiffer } from './causes/answers.ts';
import { isOutage } from './causes/cause.ts';
import { unexplained } from './causes/counters.ts';
import { CAUSE_TABLE } from './causes/index.ts';
import { crossesTenants, sharedSentence } from './causes/tenants.ts';
import { contentSentences, pairsSentence } from './pair-words.ts';
import { isUnverifiedHit, routesOf } from './route-state.ts';
import type { RouteResult, Signals } from './signals.ts';
import { type Candidate, strongest } from './strength.ts';
import { VERDICT_TABLE } from './verdicts.ts';

/** The state of a gateway's cache, why, and one sentence with what that rests on. */
export interface Judgement {
  verdict: Verdict;
  cause: Cause;
  evidence: string;
  /** What the verdict `working` does not rest on, in a few words for a headline; undefined where it rests on all that it could. */
  doubt?: string | undefined;
}

/** Failures of a server that gives no answer at all. */
const SILENT: readonly RedisFailure[] = ['dns', 'refused', 'timeout', 'closed'];

/** Verdicts that wrong answers of a hit turn into `wrong_answers`; any other is kept, so that an outage is never hidden. */
const SERVED: readonly Verdict[] = ['working', 'partial'];

/** In the headline of a verdict that no look into the watched Redis is behind. */
const NOT_VERIFIED = 'not verified in the watched Redis';
const CALLS_NOT_KNOWN = 'Which calls this gateway caches (supported_call_types) is not known: /cache/ping was not asked, or did not tell.';
/** In the headline of a verdict of hits while Redis gives no answer: they come from memory, or from before. */
export const NO_ANSWER = 'the watched Redis does not answer';

/**
 * Judges a gateway from the latest pair of each of its routes and from what else is known. A cause is only
 * named on proof, and only the strongest one; `none` means a state that is as it should be.
 */
export function judge(results: readonly RouteResult[], signals: Signals): Judgement {
  const routes = routesOf(results, signals.writesUnwatched);
  const served = VERDICT_TABLE.find((row) => row.holds(routes, signals))?.verdict ?? 'unknown';
  const verdict = SERVED.includes(served) && (answersDiffer(results, signals) || crossesTenants(signals)) ? 'wrong_answers' : served;
  // It is the cause of wrong answers; beside any other verdict it is told as well.
  const altered = verdict === 'wrong_answers' ? undefined : alteredSentence(results, {});
  const seen = [
    ...(results.length === 0 ? [] : [pairsSentence(results)]),
    ...pingSentence(signals),
    ...(altered === undefined ? [] : [altered]),
    ...contentSentences(results),
  ];
  const doubt = doubtOf(verdict, results, signals);
  if (verdict === 'working') {
    const evidence = [...(doubt === undefined ? [] : [doubt.sentence]), ...seen].join(' ');
    return { verdict, cause: 'none', evidence, ...(doubt && { doubt: doubt.title }) };
  }
  if (verdict === 'unknown')
    return { verdict, cause: 'undetermined', evidence: 'Not every route has had a pair in the last three intervals.' };
  const [first, ...equal] = strongest(candidates(verdict, results, signals));
  if (first === undefined)
    return { verdict, cause: 'undetermined', evidence: [...undetermined(verdict, results, signals), ...seen].join(' ') };
  if (equal.length > 0) {
    const sentences = [first, ...equal].map(({ sentence }) => sentence);
    return { verdict, cause: 'undetermined', evidence: ['Several causes are equally likely.', ...sentences, ...seen].join(' ') };
  }
  const isShared = verdict === 'wrong_answers' && first.cause !== 'shared_between_tenants' && crossesTenants(signals);
  const evidence = [first.sentence, ...(isShared ? [sharedSentence(signals)] : []), ...(results.length === 0 ? [] : seen)].join(' ');
  return { verdict, cause: asExpected(verdict, signals) ? 'none' : first.cause, evidence };
}

/** All the evidence for causes of a verdict. */
export function candidates(verdict: Verdict, results: readonly RouteResult[], signals: Signals): Candidate[] {
  return CAUSE_TABLE.flatMap(({ cause, strength, verdicts, proof }) => {
    const shown = verdicts.includes(verdict) ? proof(signals, results) : undefined;
    return shown === undefined ? [] : [{ cause, strength, ...shown }];
  });
}

/** Whether a verdict other than `working` is what the configuration says that it should be. */
export function asExpected(verdict: Verdict, { expected }: Pick<Signals, 'expected'>): boolean {
  return (verdict === 'local' && expected === 'local') || (verdict === 'disabled' && expected === 'none');
}

function undetermined(verdict: Verdict, results: readonly RouteResult[], signals: Signals): string[] {
  if (verdict === 'not_in_redis' && signals.writesUnwatched) {
    return [
      'In ten rounds running the pairs hit, and nothing at all was written to the watched Redis meanwhile: the gateway uses another one.',
    ];
  }
  if (!isOutage(verdict)) return [];
  const hint = breakerHint(signals, results);
  const isUnknown = verdict === 'partial' && signals.callTypes === undefined;
  return [...unexplained(signals), ...(isUnknown ? [CALLS_NOT_KNOWN] : []), ...(hint === undefined ? [] : [hint])];
}

/** Whether a verdict of hits rests on no look into a Redis that could be looked into. */
function doubtOf(
  verdict: Verdict,
  results: readonly RouteResult[],
  { server, redisFailure }: Signals,
): { title: string; sentence: string } | undefined {
  if (verdict !== 'working') return undefined;
  if (redisFailure !== undefined) {
    const title = SILENT.includes(redisFailure) ? NO_ANSWER : 'the exporter cannot read the watched Redis';
    return { title, sentence: `The hits say nothing of Redis now: ${title}.` };
  }
  // A plain pair may have a key without a name; another route of the same round tells.
  if (server === undefined || !results.some(isUnverifiedHit) || results.some(({ key }) => key === 'present')) return undefined;
  return {
    title: NOT_VERIFIED,
    sentence: `The hits are ${NOT_VERIFIED}: their keys could not be looked up there. Set gateways[].namespace to the namespace of cache_params, and check that redis names the Redis of this gateway.`,
  };
}

function pingSentence({ cachePing }: Signals): string[] {
  return cachePing === undefined ? [] : [`/cache/ping answered ${cachePing}.`];
}
