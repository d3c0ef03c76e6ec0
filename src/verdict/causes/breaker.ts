import { hasBehaviour } from '../../litellm/releases.ts';
import type { Signals, Silence } from '../signals.ts';
import { type CauseRow, OUTAGE, proven } from './cause.ts';

/** LiteLLM asks Redis again so long after the last failure, unless REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT says otherwise. Seconds. */
const RECOVERY_SECONDS = 60;

/** The causes that an open circuit breaker of the gateway shows: by the gateway's metrics, or from outside by its silence. */
export const BREAKER: readonly CauseRow[] = [
  {
    cause: 'breaker_open',
    strength: 'own',
    verdicts: OUTAGE,
    proof: ({ silence, version }) => proven(silence !== undefined && mayBeOpen(silence, version) && silenceSentence(silence, version)),
  },
  {
    cause: 'breaker_open',
    strength: 'symptom',
    verdicts: OUTAGE,
    proof: ({ breakerOpen }) =>
      proven(breakerOpen && 'The gateway shows in its /metrics that its circuit breaker is open: it does not ask Redis.'),
  },
];

/** What becomes of an open breaker of a release, after a refused login or after something else, in a sentence or two. */
export function closing(version: Signals['version'], wasLoginRefused: boolean): string {
  if (hasBehaviour(version, 'breaker_stays_open')) {
    return wasLoginRefused
      ? `LiteLLM ${version} does not close it any more after Redis refused a login: restart the workers of the gateway, which heals it.`
      : `After a Redis that was only away it closes by itself, as a rule within ${RECOVERY_SECONDS} s. LiteLLM ${version} does not close it where Redis refused the gateway a login meanwhile: then restart the workers of the gateway, which heals it.`;
  }
  return `It closes by itself, as a rule within ${RECOVERY_SECONDS} s, or after a restart of the gateway.`;
}

/** A breaker of a release that asks again explains a silence of so long and no longer. */
function mayBeOpen({ seconds }: Silence, version: Signals['version']): boolean {
  if (hasBehaviour(version, 'circuit_breaker') === false) return false;
  return hasBehaviour(version, 'breaker_stays_open') === true || seconds <= RECOVERY_SECONDS;
}

function silenceSentence({ rounds, since, seconds, wasLoginRefused, reach }: Silence, version: Signals['version']): string {
  const way = reach === 'ping' ? 'answered its /cache/ping' : `accepted its credential ${reach.credential}`;
  const from = `${new Date(since).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  // What an exporter is let in with from its own machine says nothing of the way from the gateway.
  const doubt = reach === 'ping' ? '' : ' Where a restart does not help, look at the address of its Redis and the network between the two.';
  return `The gateway has not used Redis in ${rounds} rounds of pairs, although Redis has been fine since ${from} (${Math.round(seconds)} s): it ${way}, refused the gateway nothing, and got no write of it. The circuit breaker of the gateway is open. ${closing(version, wasLoginRefused)}${doubt}`;
}
