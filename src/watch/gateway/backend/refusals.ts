import { addressesOf } from '../../../litellm/addresses.ts';
import { settle } from '../../../redis/connection/failure.ts';
import type { Connection, Target } from '../../../redis/connection/target.ts';
import type { KeyWatch } from '../../../redis/probe-keys/watch.ts';
import { ACL_LOG, ACL_LOG_ALL, type AclEntry } from '../../../redis/replies/acl-log.ts';
import { plainAddress } from '../../../redis/replies/client-info.ts';
import type { Clock } from '../../../schedule/clock.ts';
import type { GatewayRefusal } from '../../../verdict/signals.ts';
import { type FreshRefusals, rememberAclLog } from '../../target/acl-log.ts';

/** Refusals in the ACL LOG of a server that are those of one gateway. */
export interface RefusalView {
  /** Reads the log just before the pairs: what is in it then is old. */
  before(signal: AbortSignal): Promise<void>;
  /** A pair of this probe was sent. */
  sent(probe: string): void;
  /** Reads the log after the pairs. */
  after(signal: AbortSignal): Promise<void>;
  /** What came to the log with the last pairs and is the gateway's. What comes with good pairs, too, is nothing to go by. */
  ofGateway(pairs: { allGood: boolean; steady: boolean }): Promise<GatewayRefusal[]>;
  /**
   * How many commands without which nothing is cached were refused to others with the last pairs, each of a kind that
   * was never refused to the same user with good pairs. Zero while no good pairs are known to compare with.
   */
  unheardOf(): number;
}

/** A refusal that is the gateway's, with what it is known by again. */
type TiedRefusal = GatewayRefusal & { kind: string };

/** Commands without which nothing is cached. */
const CACHING = ['get', 'set', 'setex', 'mget'];
/** Commands without which nobody logs in. */
const LOGIN = ['auth', 'hello'];
/** So many entries does the short form of the log give: when all are new, there may be more. */
const SHORT_LOG = 10;

/** More kinds of refusals than the users of a server cause in good times. */
const REMEMBERED = 64;
const LONGEST_USER = 128;
/** So many good rounds without a user that was not refused before tell that another one is no chance. */
const SETTLED = 3;

/** Looks for the refusals of the gateway on these hosts. */
export function viewRefusals(hosts: readonly string[], target: Target, keys: KeyWatch, clock: Clock): RefusalView {
  const log = rememberAclLog();
  const probes = new Set<string>();
  const usual = new Set<string>();
  /** Kinds of refused commands that came with good pairs, each with its user; undefined before the first of them. */
  let heardOf: Set<string> | undefined;
  /** How many good rounds running brought no new kind. */
  let unchanged = 0;
  /** What was refused between the last pairs, which were good, and those that are due. */
  let inPause: readonly AclEntry[] = [];
  let readAt: number | undefined;
  let wasGood = false;
  let fresh: FreshRefusals[] = [];
  let began = false;
  let longLog = false;
  /** The users of the credentials that are not the exporter's: a command that is refused to one of them is refused to whoever has logged in with it. */
  const users = new Map(
    target.config.canaries.flatMap(({ name, username }) =>
      username === undefined || username === 'default' || username === target.credential.username ? [] : [[username, name]],
    ),
  );
  /** The connection on which ACL LOG is refused: each further attempt would be one more refusal in the very log. */
  let without: Connection | undefined;

  async function read(signal: AbortSignal): Promise<AclEntry[] | undefined> {
    const redis = keys.connection;
    if (redis === undefined || redis === without) return undefined;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(target.config.timeout)]);
    const query = longLog ? ACL_LOG_ALL : ACL_LOG;
    const reply = await settle(target.ask(redis, query.args, limited));
    signal.throwIfAborted();
    if (reply.ok) return query.parse(reply.value);
    if (reply.error.prefix !== undefined) without = redis;
    return undefined;
  }

  /**
   * Refusals from an address of the gateway, or of the user of its credential. An address that the exporter has, too,
   * tells nobody apart: on one machine everything comes from its loopback address. What is typed as the user of a
   * login is not a user yet.
   */
  async function fromGateway(): Promise<TiedRefusal[]> {
    const telling = fresh.filter((refusal) => causeOf(refusal) !== undefined);
    if (telling.length === 0) return [];
    const own = keys.connection && ownAddress(keys.connection);
    const addresses = (await addressesOf(hosts)).filter((address) => address !== own);
    return telling.flatMap((refusal): TiedRefusal[] => {
      const { address, username, reason, count } = refusal;
      const cause = causeOf(refusal);
      const credential = reason === 'auth' ? undefined : users.get(username);
      if (cause === undefined || usual.has(kindOf(refusal))) return [];
      if (address !== undefined && addresses.includes(address)) return [{ cause, count, tie: { address }, kind: kindOf(refusal) }];
      return credential === undefined ? [] : [{ cause, count, tie: { credential }, kind: kindOf(refusal) }];
    });
  }

  /** Those of some refusals that are of commands of a cache, to others than the exporter. */
  function deniedOf<T extends FreshRefusals>(some: readonly T[]): T[] {
    const own = target.credential.username ?? 'default';
    return some.filter((refusal) => causeOf(refusal) === 'redis_permission' && refusal.username !== own);
  }

  return {
    async before(signal) {
      probes.clear();
      fresh = [];
      log.forget();
      const entries = await read(signal);
      began = entries !== undefined;
      const since = wasGood && readAt !== undefined ? (clock.monotonic() - readAt) / 1000 : 0;
      inPause = (entries ?? []).filter(({ ageSeconds }) => ageSeconds < since);
      if (entries !== undefined) log.read(entries, clock.monotonic());
    },
    sent: (probe) => void probes.add(probe),
    async after(signal) {
      const entries = began ? await read(signal) : undefined;
      fresh = entries === undefined ? [] : log.read(entries, clock.monotonic());
      // Whoever is refused all day fills the short form.
      longLog = fresh.length >= SHORT_LOG;
      readAt = clock.monotonic();
    },
    async ofGateway({ allGood, steady }) {
      const tied = await fromGateway();
      wasGood = allGood && steady;
      if (allGood) {
        // What is refused while an outage begins or ends would never count again.
        if (steady && began) {
          heardOf ??= new Set();
          const before = heardOf.size;
          for (const refusal of deniedOf([...fresh, ...inPause])) {
            heardOf.add(whatOf(refusal));
            if (heardOf.size < REMEMBERED) heardOf.add(kindOf(refusal));
          }
          unchanged = heardOf.size > before ? 0 : unchanged + 1;
        }
        if (steady) for (const { kind } of tied) if (usual.size < REMEMBERED) usual.add(kind);
        return [];
      }
      // The exporter asks for the same keys, as its own user.
      const onKey = fresh.filter(
        ({ probe, username }) => probe !== undefined && probes.has(probe) && username !== (target.credential.username ?? 'default'),
      );
      return [
        ...onKey.map(({ count }): GatewayRefusal => ({ cause: 'redis_permission', count, tie: 'key' })),
        ...tied.map(({ cause, count, tie }): GatewayRefusal => ({ cause, count, tie })),
      ];
    },
    unheardOf: () => {
      const kinds = heardOf;
      if (kinds === undefined) return 0;
      // Where other users are refused all the time, only a command is new that was refused to nobody.
      const nameOf = kinds.size < REMEMBERED && unchanged >= SETTLED ? kindOf : whatOf;
      return deniedOf(fresh).reduce((sum, refusal) => (kinds.has(nameOf(refusal)) ? sum : sum + refusal.count), 0);
    },
  };
}

/** The IP address from which the server sees this daemon; undefined over a unix socket. */
function ownAddress({ socket }: Connection): string | undefined {
  return socket.localAddress === undefined ? undefined : plainAddress(socket.localAddress);
}

/** What a refusal would be the cause of if it were the gateway's; undefined where a cache works all the same. */
function causeOf({ reason, what }: FreshRefusals): GatewayRefusal['cause'] | undefined {
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
