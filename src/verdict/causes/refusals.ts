import type { RedisFailure } from '../../model/redis.ts';
import type { GatewayRefusal, RefusedCredential } from '../signals.ts';
import { type CauseRow, lostKey, OUTAGE, proven, reachesRedis } from './cause.ts';

/** A cause that refusals prove which are known to be the gateway's own. */
function refused(cause: GatewayRefusal['cause']): CauseRow {
  return {
    cause,
    strength: 'own',
    verdicts: OUTAGE,
    proof: (signals, results) => {
      const refusal = signals.refusals.find((candidate) => candidate.cause === cause);
      if (refusal === undefined || (refusal.tie !== 'key' && lostKey(results)) || (cause === 'redis_auth' && reachesRedis(signals)))
        return undefined;
      const { count, tie } = refusal;
      const what = cause === 'redis_auth' ? 'a wrong user or password' : 'a missing permission';
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
const REFUSED_CREDENTIAL: CauseRow = {
  cause: 'redis_auth',
  strength: 'own',
  verdicts: OUTAGE,
  proof: (signals, results) => {
    const { refusedCredential: refusal } = signals;
    return proven(refusal !== undefined && !reachesRedis(signals) && !lostKey(results) && credentialSentence(refusal));
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

/** The causes that Redis shows by refusing what is known to be the gateway's: its credential, its address or its key. */
export const REFUSALS_OF_GATEWAY: readonly CauseRow[] = [REFUSED_CREDENTIAL, refused('redis_auth'), refused('redis_permission')];
