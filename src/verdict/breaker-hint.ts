import { hasBehaviour } from '../litellm/releases.ts';
import { closing } from './causes/breaker.ts';
import { reachesRedis } from './causes/cause.ts';
import { isQuiet } from './causes/counters.ts';
import { isUnused } from './route-state.ts';
import type { RouteResult, Signals } from './signals.ts';

/**
 * What to think of a gateway that writes nothing although Redis would let it: an open circuit breaker leaves no
 * trace. A hint for people in the evidence, never a cause. Undefined where the evidence is against it.
 */
export function breakerHint(signals: Signals, results: readonly RouteResult[]): string | undefined {
  const { acceptedCredential, redisFailure, refusedCredential, refusals, server, version } = signals;
  const isAccepted = acceptedCredential !== undefined || reachesRedis(signals);
  const isSilent = results.length > 0 && results.every(isUnused);
  if (!isAccepted || !isSilent || server === undefined || hasBehaviour(version, 'circuit_breaker') === false) return undefined;
  if (redisFailure !== undefined || refusedCredential !== undefined || refusals.length > 0 || !isQuiet(signals)) return undefined;
  const why =
    acceptedCredential === undefined ? 'Redis answers the PING of the gateway' : `Redis accepts the credential ${acceptedCredential}`;
  return `${why}, refused nothing unusual during the probes, and the gateway wrote nothing: its circuit breaker is probably open. ${closing(version, false)}`;
}
