import type { CallType } from '../litellm/cache-ping.ts';
import { hasBehaviour } from '../litellm/releases.ts';
import type { Cause, GatewayFailure, Route, Verdict } from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';
import { GATEWAY_FAILURE_PROSE, ROUTE_PROSE, redisFailureProse } from './pair-words.ts';
import type { Finding, GatewayRefusal, RefusedCredential, Signals } from './signals.ts';
import { standingOf } from './standing.ts';
import type { Strength } from './strength.ts';

/** What speaks for a cause: a sentence, and of a counter how much stronger it moved than it usually does. */
export interface Proof {
  sentence: string;
  ratio?: number;
  least?: number;
}

/** One row of the table of causes: what has to be shown for a cause, how much that weighs, and for which verdicts it is asked. */
export interface CauseRow {
  cause: Cause;
  strength: Strength;
  verdicts: readonly Verdict[];
  /** Undefined where it is not proven. */
  proof(signals: Signals, findings: readonly Finding[]): Proof | undefined;
}

/** Verdicts for which Redis may be what is wrong. */
export const OUTAGE = ['memory_only', 'not_caching', 'partial'] as const satisfies readonly Verdict[];

/** Whether Redis may be what is wrong. */
export function isOutage(verdict: Verdict): boolean {
  return OUTAGE.some((outage) => outage === verdict);
}

/** LiteLLM's names of the calls behind the routes. */
const CALLS: Readonly<Record<Route, CallType>> = {
  completions: 'atext_completion',
  chat: 'acompletion',
  chat_stream: 'acompletion',
  embeddings: 'aembedding',
  responses: 'aresponses',
};

/** A proof where there is a sentence. */
export function proven(sentence: string | undefined | false): Proof | undefined {
  return sentence ? { sentence } : undefined;
}

/** Whether a key of the pairs was written and lost: whoever wrote it was let in. */
export function lostKey(findings: readonly Finding[]): boolean {
  return findings.some(({ vanished }) => vanished);
}

/** Whether a request of one of the pairs failed in one of these ways. */
export function fails(findings: readonly Finding[], failures: readonly GatewayFailure[]): boolean {
  return findings.some(({ failure }) => failure !== undefined && failures.includes(failure));
}

/**
 * Whether the gateway itself has just talked to its Redis: for this type `/cache/ping` sends PING, which a
 * server that is away, loading or asks for another password does not answer.
 */
export function reachesRedis({ cachePing, cacheType }: Signals): boolean {
  return cachePing === 200 && cacheType === 'redis';
}

/** A cause that the failure of a request shows: the gateway tells it, or it is no more than a symptom. */
export function failing(cause: Cause, strength: Strength, failures: readonly GatewayFailure[], sentence: string): CauseRow {
  return {
    cause,
    strength,
    verdicts: ['not_measurable'],
    proof: (_, findings) => {
      const failure = findings.map((finding) => finding.failure).find((seen) => seen !== undefined && failures.includes(seen));
      return proven(failure !== undefined && (failures.length === 1 ? sentence : `${sentence}: ${GATEWAY_FAILURE_PROSE[failure]}.`));
    },
  };
}

/** A cause that the daemon's own failure to use Redis proves, unless the gateway can use it. */
export function away(cause: Cause, failures: readonly RedisFailure[], sentence: string): CauseRow {
  return {
    cause,
    strength: 'state',
    verdicts: OUTAGE,
    proof: (signals) => {
      const { redisFailure: failure } = signals;
      if (failure === undefined || !failures.includes(failure) || reachesRedis(signals)) return undefined;
      return { sentence: `${sentence}${redisFailureProse(failure)}.` };
    },
  };
}

/** A cause that refusals prove which are known to be the gateway's own. */
export function refused(cause: GatewayRefusal['cause']): CauseRow {
  return {
    cause,
    strength: 'own',
    verdicts: OUTAGE,
    proof: (signals, findings) => {
      const refusal = signals.refusals.find((candidate) => candidate.cause === cause);
      if (refusal === undefined || (refusal.tie !== 'key' && lostKey(findings)) || (cause === 'redis_auth' && reachesRedis(signals)))
        return undefined;
      const { count, tie } = refusal;
      const what = cause === 'redis_auth' ? 'a wrong user or password' : 'want of a permission';
      return {
        sentence: `ACL LOG of Redis shows ${count} new ${count === 1 ? 'refusal' : 'refusals'} for ${what} ${tiedBy(tie)}.`,
      };
    },
  };
}

function tiedBy(tie: GatewayRefusal['tie']): string {
  if (tie === 'key') return 'on the key of a pair';
  return 'address' in tie ? `from ${tie.address}, the address of the gateway` : `of the user of the credential ${tie.credential}`;
}

/** Redis refuses the gateway's credential on a fresh connection. */
export const REFUSED_CREDENTIAL: CauseRow = {
  cause: 'redis_auth',
  strength: 'own',
  verdicts: OUTAGE,
  proof: (signals, findings) => {
    const { refusedCredential: refusal } = signals;
    return proven(refusal !== undefined && !reachesRedis(signals) && !lostKey(findings) && credentialSentence(refusal));
  },
};

function credentialSentence({ credential, error }: RefusedCredential): string {
  if (error === 'no password configured') {
    return `Redis has no password, so it refuses the login with the credential ${credential}; LiteLLM gives up the connection then.`;
  }
  const prefix = PREFIX.get(error);
  return `Redis refuses the credential ${credential} on a fresh connection${prefix === undefined ? '' : ` (${prefix})`}.`;
}

const PREFIX: ReadonlyMap<RedisFailure, string> = new Map([
  ['wrongpass', 'WRONGPASS'],
  ['noauth', 'NOAUTH'],
  ['noperm', 'NOPERM'],
]);

/** The sentence for routes that all miss because their call is of a kind that the gateway, or its release, does not cache. */
function uncachedCalls({ callTypes, version }: Signals, findings: readonly Finding[]): string | undefined {
  const missing = findings.filter((finding) => standingOf(finding) === 'missing').map(({ route }) => route);
  const uncached = missing.filter(
    (route) =>
      callTypes?.includes(CALLS[route]) === false || (route === 'responses' && hasBehaviour(version, 'responses_cached') === false),
  );
  if (missing.length === 0 || uncached.length < missing.length) return undefined;
  return `The gateway does not cache calls of these routes: ${uncached.map((route) => ROUTE_PROSE[route]).join(', ')}.`;
}

/** Calls that are not cached explain all that is wrong only while what is cached is in Redis. */
export const UNCACHED_CALLS: readonly CauseRow[] = (['state', 'symptom'] as const).map((strength) => ({
  cause: 'call_type_not_cached',
  strength,
  verdicts: OUTAGE,
  proof: (signals, findings) => {
    const isAll = !findings.some((finding) => standingOf(finding) === 'elsewhere');
    return proven((strength === 'state') === isAll && uncachedCalls(signals, findings));
  },
}));
