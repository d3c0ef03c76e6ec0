import { addressesOf } from '../litellm/addresses.ts';
import { ACL_LOG, type AclEntry } from '../redis/acl-log.ts';
import { plainAddress } from '../redis/client-info.ts';
import { settle } from '../redis/failure.ts';
import type { KeyWatch } from '../redis/key-watch.ts';
import type { Connection, Target } from '../redis/target.ts';
import type { Clock } from '../schedule/clock.ts';
import type { GatewayRefusal } from '../verdict/signals.ts';
import { type FreshRefusals, rememberAclLog } from './target-acl-log.ts';

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
}

/** Commands without which nothing is cached. */
const CACHING = ['get', 'set', 'setex', 'mget'];

/** More kinds of refusals than a gateway causes in good times. */
const REMEMBERED = 64;

/** Looks for the refusals of the gateway on these hosts. */
export function viewRefusals(hosts: readonly string[], target: Target, keys: KeyWatch, clock: Clock): RefusalView {
  const log = rememberAclLog();
  const probes = new Set<string>();
  const usual = new Set<string>();
  let fresh: FreshRefusals[] = [];
  let began = false;
  /** The connection on which ACL LOG is refused: each further attempt would be one more refusal in the very log. */
  let without: Connection | undefined;

  async function read(signal: AbortSignal): Promise<AclEntry[] | undefined> {
    const redis = keys.connection;
    if (redis === undefined || redis === without) return undefined;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(target.config.timeout)]);
    const reply = await settle(target.ask(redis, ACL_LOG.args, limited));
    signal.throwIfAborted();
    if (reply.ok) return ACL_LOG.parse(reply.value);
    if (reply.error.prefix !== undefined) without = redis;
    return undefined;
  }

  /**
   * Refusals from an address of the gateway. An address that the exporter has, too, tells nobody apart: on one
   * machine everything comes from its loopback address.
   */
  async function fromGateway(): Promise<FreshRefusals[]> {
    const telling = fresh.filter(({ reason, what }) => reason === 'auth' || (reason === 'command' && CACHING.includes(what)));
    if (telling.length === 0) return [];
    const own = keys.connection && ownAddress(keys.connection);
    const addresses = (await addressesOf(hosts)).filter((address) => address !== own);
    return telling.filter(({ address }) => address !== undefined && addresses.includes(address));
  }

  return {
    async before(signal) {
      probes.clear();
      fresh = [];
      log.forget();
      const entries = await read(signal);
      began = entries !== undefined;
      if (entries !== undefined) log.read(entries, clock.monotonic());
    },
    sent: (probe) => void probes.add(probe),
    async after(signal) {
      const entries = began ? await read(signal) : undefined;
      fresh = entries === undefined ? [] : log.read(entries, clock.monotonic());
    },
    async ofGateway({ allGood, steady }) {
      const tied = await fromGateway();
      if (allGood) {
        // What is refused while an outage begins or ends would never count again.
        if (steady) for (const refusal of tied) if (usual.size < REMEMBERED) usual.add(kindOf(refusal));
        return [];
      }
      // The exporter asks for the same keys, as its own user.
      const onKey = fresh.filter(
        ({ probe, username }) => probe !== undefined && probes.has(probe) && username !== (target.credential.username ?? 'default'),
      );
      return [
        ...onKey.map(({ count }): GatewayRefusal => ({ cause: 'redis_permission', count, tie: 'key' })),
        ...tied
          .filter((refusal) => !usual.has(kindOf(refusal)))
          .map(({ reason, count, address = '' }): GatewayRefusal => {
            return { cause: reason === 'auth' ? 'redis_auth' : 'redis_permission', count, tie: { address } };
          }),
      ];
    },
  };
}

/** The IP address from which the server sees this daemon; undefined over a unix socket. */
function ownAddress({ socket }: Connection): string | undefined {
  return socket.localAddress === undefined ? undefined : plainAddress(socket.localAddress);
}

function kindOf({ reason, what }: FreshRefusals): string {
  return `${reason} ${what}`;
}
