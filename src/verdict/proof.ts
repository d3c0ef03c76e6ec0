import type { CallType } from '../litellm/cache-ping.ts';
import { hasBehaviour } from '../litellm/releases.ts';
import type { Cause, GatewayFailure, Route, Verdict } from '../model/cache.ts';
import type { RedisFailure } from '../model/redis.ts';
import type { Counted } from './growth.ts';
import type { NotLetIn } from './repetition.ts';
import type { Finding, GatewayRefusal, Signals } from './signals.ts';
import { standingOf } from './standing.ts';

/** One row of the table of causes: what has to be shown for a cause, and for which verdicts it is asked. */
export interface CauseRow {
  cause: Cause;
  verdicts: readonly Verdict[];
  /** The sentence that proves the cause; undefined where it is not proven. */
  proof(signals: Signals, findings: readonly Finding[]): string | undefined;
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

/** A cause that the failure of a request proves. */
export function failing(cause: Cause, failures: readonly GatewayFailure[], sentence: string): CauseRow {
  return { cause, verdicts: ['not_measurable'], proof: (_, findings) => (fails(findings, failures) ? sentence : undefined) };
}

/** A cause that the daemon's own failure to use Redis proves, unless the gateway can use it. */
export function state(cause: Cause, failures: readonly RedisFailure[], sentence: string): CauseRow {
  return {
    cause,
    verdicts: OUTAGE,
    proof: (signals) => {
      const { redisFailure: failure } = signals;
      return failure !== undefined && failures.includes(failure) && !reachesRedis(signals) ? `${sentence} (${failure}).` : undefined;
    },
  };
}

/** A cause that a counter of the server proves when it grew by more than is usual. */
export function counted(cause: Cause, name: Counted): CauseRow {
  return {
    cause,
    verdicts: OUTAGE,
    proof: (signals) => {
      const seen = signals.growth[name];
      if (seen === undefined || seen.by <= seen.usual) return undefined;
      if (cause === 'redis_auth' && reachesRedis(signals)) return undefined;
      const sentence = `${name} on Redis grew by ${seen.by} while the pairs ran, by at most ${seen.usual} ${seen.comparison}.`;
      return name === 'NOAUTH' ? `${sentence}${hintOf(signals)}` : sentence;
    },
  };
}

/** A cause that a counter of the server proves which moves whenever the gateway is made to turn to that server, and only then. */
export function repeated(cause: Cause, name: NotLetIn): CauseRow {
  return {
    cause,
    verdicts: OUTAGE,
    proof: (signals) => {
      const { atPings } = signals;
      if (!atPings?.moved.includes(name) || reachesRedis(signals)) return undefined;
      const sentence = `${name} on Redis grew each of the ${atPings.times} times that /cache/ping was asked, and never in the longer times between.`;
      return name === 'NOAUTH' ? `${sentence}${hintOf(signals)}` : sentence;
    },
  };
}

/** A cause that refusals prove which are known to be the gateway's own. */
export function refused(cause: GatewayRefusal['cause']): CauseRow {
  return {
    cause,
    verdicts: OUTAGE,
    proof: (signals) => {
      const refusal = signals.refusals.find((candidate) => candidate.cause === cause);
      if (refusal === undefined || (cause === 'redis_auth' && reachesRedis(signals))) return undefined;
      const { count, tie } = refusal;
      const what = cause === 'redis_auth' ? 'a wrong user or password' : 'want of a right';
      const whose = tie === 'key' ? 'on the key of a pair' : `from ${tie.address}, the address of the gateway`;
      return `ACL LOG of Redis shows ${count} new ${count === 1 ? 'refusal' : 'refusals'} for ${what} ${whose}.`;
    },
  };
}

/** Where to look first when a gateway comes without a password; empty where its release does not point anywhere. */
function hintOf({ version }: Signals): string {
  if (hasBehaviour(version, 'configured_host_wins') !== false) return '';
  return ` In LiteLLM ${version} a REDIS_URL in the environment hides host, port and password of cache_params.`;
}

/** The sentence for routes that all miss because their call is of a kind that the gateway, or its release, does not cache. */
export function uncachedCalls({ callTypes, version }: Signals, findings: readonly Finding[]): string | undefined {
  const missing = findings.filter((finding) => standingOf(finding) === 'missing').map(({ route }) => route);
  const uncached = missing.filter(
    (route) =>
      callTypes?.includes(CALLS[route]) === false || (route === 'responses' && hasBehaviour(version, 'responses_cached') === false),
  );
  if (missing.length === 0 || uncached.length < missing.length) return undefined;
  return `The gateway does not cache calls of these routes: ${uncached.join(', ')}.`;
}
