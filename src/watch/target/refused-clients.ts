import { sanitizeClientName } from '../../masking/sanitize.ts';
import { REJECTION, type Rejection } from '../../model/redis.ts';
import type { NoauthCandidate, RefusedClient, TargetStatus } from '../../model/status.ts';
import type { Log } from '../../model/tick.ts';
import type { Target } from '../../redis/connection/target.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { FreshRefusals } from './acl-log.ts';

/** Who a server has refused, of others than this daemon. */
export interface RefusedClients {
  /**
   * Takes in what came since the last scrape: how many refusals there were, and those of which ACL LOG knows
   * the sender. Logs when they begin, when another client is refused and when they have long ceased.
   * Gives the clients as sentences for a span, at most 20.
   */
  enter(counts: Readonly<Record<Rejection, number>>, refusals: readonly FreshRefusals[]): string[];
  /** Takes in who may have come without a password. */
  suspect(candidates: NoauthCandidate[] | undefined): void;
  status(): Pick<TargetStatus, 'refused' | 'noauth'>;
}

/** Clients that one scrape gives sentences for at most, and that are remembered at most. */
const MAX_SENTENCES = 20;
const MAX_CLIENTS = 50;
const REMEMBERED_MS = 3_600_000;

/** A health check without a password is refused again and again; each time is not news. */
const QUIET_MS = 300_000;

/** Remembers nobody yet. */
export function createRefusedClients(target: Target, log: Log, clock: Clock): RefusedClients {
  const redis_target = target.config.name;
  const known = new Set(['default', ...[target.credential, ...target.config.canaries].flatMap(({ username }) => username ?? [])]);
  const kept = new Map<string, RefusedClient>();
  let noauth: TargetStatus['noauth'];
  let refusedAt: number | undefined;

  /** Adds a client to those that are kept; true when it is a new one. */
  function keep(client: RefusedClient): boolean {
    const key = JSON.stringify([client.reason, client.user, client.address, client.library, client.what]);
    const before = kept.get(key);
    kept.delete(key);
    kept.set(key, { ...client, count: client.count + (before?.count ?? 0) });
    const [oldest] = kept.keys();
    if (kept.size > MAX_CLIENTS && oldest !== undefined) kept.delete(oldest);
    return before === undefined;
  }

  function forgetOld(): void {
    const since = clock.now() - REMEMBERED_MS;
    for (const [key, { at }] of kept) if (at < since) kept.delete(key);
    if (noauth !== undefined && noauth.at < since) noauth = undefined;
  }

  function logRefusals(error_types: readonly Rejection[], clients: readonly string[], isNew: boolean): void {
    const at = clock.monotonic();
    if (error_types.length > 0 || clients.length > 0) {
      const details = { redis_target, error_types, clients: clients.length > 0 ? clients : undefined };
      if (refusedAt === undefined) log.warn(details, 'The server refuses other clients');
      else if (isNew) log.warn(details, 'The server refuses another client');
      refusedAt = at;
    } else if (refusedAt !== undefined && at - refusedAt >= QUIET_MS) {
      log.info({ redis_target }, 'The server has refused no other client for five minutes');
      refusedAt = undefined;
    }
  }

  return {
    enter(counts, refusals) {
      forgetOld();
      const at = clock.now();
      const clients = refusals.slice(0, MAX_SENTENCES).map((refusal) => clientOf(refusal, known, at));
      const isNew = clients.map(keep).includes(true);
      const sentences = clients.map(sentenceOf);
      logRefusals(
        REJECTION.filter((rejection) => counts[rejection] > 0),
        sentences,
        isNew,
      );
      if (counts.NOAUTH > 0) noauth = { at };
      return sentences;
    },
    suspect(candidates) {
      if (noauth !== undefined) noauth = { at: noauth.at, candidates };
    },
    status() {
      forgetOld();
      const refused = [...kept.values()].reverse();
      return { ...(refused.length > 0 && { refused }), ...(noauth !== undefined && { noauth }) };
    },
  };
}

function clientOf(
  { reason, username, address, library, what, count }: FreshRefusals,
  known: ReadonlySet<string>,
  at: number,
): RefusedClient {
  const user = known.has(username)
    ? sanitizeClientName(username)
    : `${sanitizeClientName(username.slice(0, 2))}... (${username.length} characters)`;
  return { reason, user, ...(address !== undefined && { address }), ...(library !== undefined && { library }), what, count, at };
}

/** `login (hello) as default from 10.0.0.5 with redis-py, 12 times`, `key by litellm from 10.0.0.5, once` */
function sentenceOf({ reason, user, address, library, what, count }: RefusedClient): string {
  const from = address === undefined ? '' : ` from ${address}`;
  const using = library === undefined ? '' : ` with ${library}`;
  const refused = reason === 'auth' ? `login (${what}) as` : reason === what || reason === 'other' ? `${what} by` : `${reason} ${what} by`;
  return `${refused} ${user}${from}${using}, ${count === 1 ? 'once' : `${count} times`}`;
}
