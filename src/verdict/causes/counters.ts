import { hasBehaviour } from '../../litellm/releases.ts';
import type { Cause } from '../../model/cache.ts';
import { about, countedSentence, REFUSALS, type Refusal } from '../counted-words.ts';
import { leastRatioOf, ratioOf, SMALLEST_INCREASE } from '../growth.ts';
import type { NotLetIn } from '../repetition.ts';
import type { Signals } from '../signals.ts';
import { type CauseRow, lostKey, OUTAGE, reachesRedis } from './cause.ts';

/** What each counter of Redis proves when it stands out against its own history. */
const PROVES = {
  NOAUTH: 'redis_auth',
  WRONGPASS: 'redis_auth',
  logins: 'redis_auth',
  NOPERM: 'redis_permission',
  OOM: 'redis_out_of_memory',
  READONLY: 'redis_read_only',
  MASTERDOWN: 'redis_read_only',
  LOADING: 'redis_loading',
  MISCONF: 'redis_persistence_error',
  CLUSTERDOWN: 'redis_cluster',
  MOVED: 'redis_cluster',
  BUSY: 'redis_timeout',
  rejected_connections: 'redis_max_clients',
} as const satisfies Partial<Record<Refusal, Cause>>;

/** The causes that a counter proves, each by its own. */
export const COUNTED_CAUSES: readonly CauseRow[] = REFUSALS.flatMap((name) => (isProof(name) ? [counted(PROVES[name], name)] : []));

/** The causes that a counter proves which moves whenever the gateway is made to turn to that server, and only then. */
export const REPEATED_CAUSES: readonly CauseRow[] = [
  repeated('redis_auth', 'NOAUTH'),
  repeated('redis_auth', 'WRONGPASS'),
  repeated('redis_auth', 'logins'),
  repeated('redis_max_clients', 'rejected_connections'),
];

/** Redis in protected mode turns other machines away, as it does when it has too many clients; no counter tells the two apart. */
export const PROTECTED_MODE: CauseRow = {
  cause: 'redis_auth',
  strength: 'counter',
  verdicts: OUTAGE,
  proof: (signals) => {
    const { increases, server } = signals;
    const ratio = increases.rejected_connections && ratioOf(increases.rejected_connections);
    if (increases.rejected_connections === undefined || ratio === undefined || !hasRoom(signals)) return undefined;
    const sentence = `${countedSentence('rejected_connections', increases.rejected_connections)} It has ${server?.clients} of ${server?.maxClients} clients, so it is probably in protected mode: without a password it refuses other machines.`;
    return { sentence, ratio, least: leastRatioOf(increases.rejected_connections) };
  },
};

/** What stands out in the counters of Redis and proves no cause, as sentences. */
export function unexplained({ increases }: Signals): string[] {
  return REFUSALS.flatMap((name) => {
    const seen = increases[name];
    return isProof(name) || seen === undefined || ratioOf(seen) === undefined ? [] : [countedSentence(name, seen)];
  });
}

/** Whether nothing that Redis refuses stands out. */
export function isQuiet({ increases }: Pick<Signals, 'increases'>): boolean {
  return REFUSALS.every((name) => !standsOut(increases, name));
}

/** Whether refused logins stand out, or whether anything else does that Redis refuses. */
export function refusedMore({ increases }: Pick<Signals, 'increases'>): { logins: boolean; others: boolean } {
  const more = REFUSALS.filter((name) => standsOut(increases, name));
  const isLogin = (name: Refusal) => isProof(name) && PROVES[name] === 'redis_auth';
  return { logins: more.some(isLogin), others: more.some((name) => !isLogin(name)) };
}

function standsOut(increases: Signals['increases'], name: Refusal): boolean {
  const seen = increases[name];
  return seen !== undefined && ratioOf(seen) !== undefined;
}

function isProof(name: Refusal): name is keyof typeof PROVES {
  return name in PROVES;
}

function counted(cause: Cause, name: keyof typeof PROVES): CauseRow {
  return {
    cause,
    strength: 'counter',
    verdicts: OUTAGE,
    proof: (signals) => {
      const seen = signals.increases[name];
      const ratio = seen && ratioOf(seen);
      if (seen === undefined || ratio === undefined || isPassedOver(name, signals)) return undefined;
      if (cause === 'redis_auth' && reachesRedis(signals)) return undefined;
      if (cause === 'redis_max_clients' && hasRoom(signals)) return undefined;
      return { sentence: `${countedSentence(name, seen)}${name === 'NOAUTH' ? hintOf(signals) : ''}`, ratio, least: leastRatioOf(seen) };
    },
  };
}

/** Whether what others did in a pause may be all of a counter, while another one, of another cause, moved for the first time. */
function isPassedOver(name: keyof typeof PROVES, { increases }: Signals): boolean {
  const { by = 0, inPause = 0 } = increases[name] ?? {};
  if (by > inPause) return false;
  return REFUSALS.some((other) => {
    const { by: grown = 0, usual = 0, inPause: before = 0 } = increases[other] ?? {};
    return isProof(other) && PROVES[other] !== PROVES[name] && before === 0 && grown >= SMALLEST_INCREASE && (usual === 0 || grown > usual);
  });
}

function repeated(cause: Cause, name: NotLetIn): CauseRow {
  return {
    cause,
    strength: 'own',
    verdicts: OUTAGE,
    proof: (signals, results) => {
      const { atPings } = signals;
      if (!atPings?.counters.includes(name) || reachesRedis(signals) || lostKey(results)) return undefined;
      if (cause === 'redis_max_clients' && hasRoom(signals)) return undefined;
      const sentence = `${about(name)} each of the ${atPings.times} times that /cache/ping was asked, and never in the longer times between.`;
      return { sentence: `${sentence}${name === 'NOAUTH' ? hintOf(signals) : ''}` };
    },
  };
}

/** Whether the server is so far below its limit of clients that it turns none away for their number. */
function hasRoom({ server }: Signals): boolean {
  const { clients, maxClients } = server ?? {};
  return clients !== undefined && maxClients !== undefined && clients < maxClients / 2;
}

/** Where to look first when a gateway comes without a password; empty where its release does not point anywhere. */
function hintOf({ version }: Signals): string {
  if (hasBehaviour(version, 'configured_host_wins') !== false) return '';
  return ` In LiteLLM ${version} a REDIS_URL in the environment hides host, port and password of cache_params.`;
}
