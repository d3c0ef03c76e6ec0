import { addressesOf } from '../../../litellm/addresses.ts';
import type { Cluster } from '../../../redis/connection/cluster.ts';
import { settle } from '../../../redis/connection/failure.ts';
import type { Connection, Target } from '../../../redis/connection/target.ts';
import type { KeyWatch } from '../../../redis/probe-keys/watch.ts';
import { ACL_LOG, ACL_LOG_ALL, type AclEntry } from '../../../redis/replies/acl-log.ts';
import { plainAddress } from '../../../redis/replies/client-info.ts';
import type { Clock } from '../../../schedule/clock.ts';
import { within } from '../../../schedule/within.ts';
import type { GatewayRefusal } from '../../../verdict/signals.ts';
import { createAclLogMemory, type FreshRefusals } from '../../target/acl-log.ts';
import type { DeniedCommand, RefusalEvidence, TiedRefusal } from './refusals.ts';

/** The ACL LOG of each server just before the pairs: what is in it then is old. Undefined where it could not be read. */
export interface LogBefore {
  readonly logs: ReadonlyMap<Target, readonly AclEntry[] | undefined>;
  readonly at: number;
}

/** Reads the ACL LOG of a server, or of every master of a cluster, around the pairs of one gateway. */
export interface AclLogReader {
  before(signal: AbortSignal): Promise<LogBefore>;
  /** What came to the log since, with these probes. */
  after(before: LogBefore, probes: ReadonlySet<string>, signal: AbortSignal): Promise<RefusalEvidence>;
}

/** Commands without which nothing is cached. */
const CACHING = ['get', 'set', 'setex', 'mget'];
/** Commands without which nobody logs in. */
const LOGIN = ['auth', 'hello'];
/** So many entries does the short form of the log give: when all are new, there may be more. */
const SHORT_LOG = 10;
const LONGEST_USER = 128;

/** Reads for the gateway on these hosts. */
export function createAclLogReader(hosts: readonly string[], target: Target | Cluster, keys: KeyWatch, clock: Clock): AclLogReader {
  const exporter = target.credential.username ?? 'default';
  /** Users of the credentials that are not the exporter's. A command that is refused to one of them is refused to every client with that login. */
  const users = new Map(
    target.config.canaries.flatMap(({ name, username }) =>
      username === undefined || username === 'default' || username === target.credential.username ? [] : [[username, name]],
    ),
  );
  /** Connections on which ACL LOG is refused: each further attempt would be one more refusal in the very log. */
  const refusedOn = new WeakSet<Connection>();
  let longLog = false;

  async function readAll(signal: AbortSignal): Promise<Map<Target, AclEntry[] | undefined>> {
    const each = [...keys.connections].map(async ([server, redis]) => [server, await read(server, redis, signal)] as const);
    return new Map(await Promise.all(each));
  }

  async function read(server: Target, redis: Connection, signal: AbortSignal): Promise<AclEntry[] | undefined> {
    if (refusedOn.has(redis)) return undefined;
    const limited = within(signal, target.config.timeout);
    const query = longLog ? ACL_LOG_ALL : ACL_LOG;
    const reply = await settle(server.ask(redis, query.args, limited));
    signal.throwIfAborted();
    if (reply.ok) return query.parse(reply.value);
    if (reply.error.prefix !== undefined) refusedOn.add(redis);
    return undefined;
  }

  /**
   * Refusals from an address of the gateway, or of the user of its credential. An address that the exporter has, too,
   * tells nobody apart: on one machine everything comes from its loopback address. What is typed as the user of a
   * login is not a user yet.
   */
  async function tiedToGateway(fresh: readonly FreshRefusals[]): Promise<TiedRefusal[]> {
    const telling = fresh.filter((refusal) => causeOf(refusal) !== undefined);
    if (telling.length === 0) return [];
    const own = [...keys.connections.values()].map(ownAddress);
    const addresses = (await addressesOf(hosts)).filter((address) => !own.includes(address));
    return telling.flatMap((refusal): TiedRefusal[] => {
      const { address, username, reason, count } = refusal;
      const cause = causeOf(refusal);
      const credential = reason === 'auth' ? undefined : users.get(username);
      if (cause === undefined) return [];
      if (address !== undefined && addresses.includes(address)) return [{ cause, count, tie: { address }, kind: kindOf(refusal) }];
      return credential === undefined ? [] : [{ cause, count, tie: { credential }, kind: kindOf(refusal) }];
    });
  }

  /** Those of some refusals that are of commands of a cache, to others than the exporter. */
  function deniedAmong(some: readonly (FreshRefusals & Partial<Pick<AclEntry, 'ageSeconds'>>)[]): DeniedCommand[] {
    return some
      .filter((refusal) => causeOf(refusal) === 'redis_permission' && refusal.username !== exporter)
      .map((refusal) => ({ what: whatOf(refusal), kind: kindOf(refusal), count: refusal.count, ageSeconds: refusal.ageSeconds ?? 0 }));
  }

  return {
    async before(signal) {
      const logs = await readAll(signal);
      return { logs, at: clock.monotonic() };
    },
    async after(before, probes, signal) {
      const old = [...before.logs.values()];
      const now = old.some((entries) => entries !== undefined) ? await readAll(signal) : new Map<Target, AclEntry[] | undefined>();
      const afterAt = clock.monotonic();
      const fresh = [...now].flatMap(([server, entries]) => {
        const known = before.logs.get(server);
        return entries === undefined || known === undefined ? [] : newSince(known, before.at, entries, afterAt);
      });
      // A client that is refused all day fills the short form.
      longLog = fresh.length >= SHORT_LOG;
      // The exporter asks for the same keys, as its own user.
      const onKey = fresh.filter(({ probe, username }) => probe !== undefined && probes.has(probe) && username !== exporter);
      return {
        isComplete: readAround(before.logs, now),
        beforeAt: before.at,
        afterAt,
        deniedBefore: deniedAmong(old.flatMap((entries) => entries ?? [])),
        denied: deniedAmong(fresh),
        onKey: onKey.map(({ count }): GatewayRefusal => ({ cause: 'redis_permission', count, tie: 'key' })),
        tied: await tiedToGateway(fresh),
      };
    },
  };
}

/** Whether the log of each server was read before the pairs and after them, and of no other: what came meanwhile is known then. */
export function readAround<Server>(
  before: ReadonlyMap<Server, readonly AclEntry[] | undefined>,
  after: ReadonlyMap<Server, readonly AclEntry[] | undefined>,
): boolean {
  const isRead = ([server, entries]: [Server, readonly AclEntry[] | undefined]) => entries !== undefined && after.get(server) !== undefined;
  return before.size > 0 && before.size === after.size && [...before].every(isRead);
}

/** What a log has more of than before the pairs. */
function newSince(before: readonly AclEntry[], at: number, now: readonly AclEntry[], readAt: number): FreshRefusals[] {
  const log = createAclLogMemory();
  log.read(before, at);
  return log.read(now, readAt);
}

/** The IP address from which the server sees this daemon; undefined over a unix socket. */
function ownAddress({ socket }: Connection): string | undefined {
  return socket.localAddress === undefined ? undefined : plainAddress(socket.localAddress);
}

/** What a refusal would be the cause of if it were the gateway's; undefined where a cache works all the same. */
function causeOf({ reason, what }: Pick<FreshRefusals, 'reason' | 'what'>): GatewayRefusal['cause'] | undefined {
  if (reason === 'auth') return 'redis_auth';
  if (reason === 'key' || reason === 'channel') return undefined;
  // Valkey 9 refuses databases, too, and writes the command beside that reason.
  return LOGIN.includes(what) ? 'redis_auth' : CACHING.includes(what) ? 'redis_permission' : undefined;
}

function whatOf({ reason, what }: Pick<FreshRefusals, 'reason' | 'what'>): string {
  return `${reason} ${what}`;
}

/** What was refused, and to whom; what is typed as the user of a login is nobody yet. */
function kindOf(refusal: Pick<FreshRefusals, 'reason' | 'what' | 'username'>): string {
  const { reason, username } = refusal;
  return reason === 'auth' ? whatOf(refusal) : `${whatOf(refusal)} ${username.slice(0, LONGEST_USER)}`;
}
