import { hasBehaviour } from '../litellm/releases.ts';
import { isQuiet } from './counters.ts';
import { reachesRedis } from './proof.ts';
import type { Finding, Signals } from './signals.ts';
import { standingOf } from './standing.ts';

/**
 * What to think of a gateway that writes nothing although Redis would let it: an open circuit breaker leaves no
 * trace. A hint for people in the evidence, never a cause. Undefined where something speaks against it.
 */
export function breakerHint(signals: Signals, findings: readonly Finding[]): string | undefined {
  const { acceptedCredential, redisFailure, refusedCredential, refusals, server, version } = signals;
  const isAccepted = acceptedCredential !== undefined || reachesRedis(signals);
  const isSilent = findings.length > 0 && findings.every(isUnused);
  if (!isAccepted || !isSilent || server === undefined || hasBehaviour(version, 'circuit_breaker') === false) return undefined;
  if (redisFailure !== undefined || refusedCredential !== undefined || refusals.length > 0 || !isQuiet(signals)) return undefined;
  const why =
    acceptedCredential === undefined ? 'Redis answers the PING of the gateway' : `Redis accepts the credential ${acceptedCredential}`;
  return `${why}, refused nothing unusual during the probes, and the gateway wrote nothing: its circuit breaker is probably open; it closes by itself or after a restart of the gateway.`;
}

/** Whether a route did not use the watched Redis, as far as can be told. */
function isUnused(finding: Finding): boolean {
  const standing = standingOf(finding);
  return (
    standing !== 'proven' &&
    standing !== 'error' &&
    standing !== 'wrong' &&
    finding.key !== 'present' &&
    finding.key !== 'other_database' &&
    !finding.vanished
  );
}
