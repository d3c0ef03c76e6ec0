import { BlockList, isIP, isIPv6 } from 'node:net';
import type { ServerConfig } from '../../config/effective.ts';
import { CLIENT_NAME, type ReplyRefusal } from '../../model/redis.ts';
import { type Address, parseNode } from '../../source/redis-url.ts';
import { withoutBrackets } from '../../source/url.ts';
import { authenticate } from './auth.ts';
import { createConnection, sendText, withAbort } from './connection.ts';
import { RedisError, settle } from './failure.ts';
import { openSocket } from './socket.ts';

/**
 * Asks the Sentinels of a target in turn where its master is, each once. The `tls` section of the target
 * counts for the Sentinels as well as for the server. `onRefusal` is called for a reply that is not read.
 * Fails with RedisError. (Redis documentation, Sentinel client specification.)
 */
export async function findMaster(config: ServerConfig, signal: AbortSignal, onRefusal: (reason: ReplyRefusal) => void): Promise<Address> {
  let failure = new RedisError('unknown', 'no Sentinel is configured');
  for (const node of config.sentinel?.nodes ?? []) {
    const answer = await settle(askSentinel(config, node, signal, onRefusal));
    if (answer.ok) return answer.value;
    failure = answer.error;
  }
  throw failure;
}

async function askSentinel(
  { sentinel, tls }: ServerConfig,
  node: string,
  signal: AbortSignal,
  onRefusal: (reason: ReplyRefusal) => void,
): Promise<Address> {
  const server = parseNode(node);
  if (server === undefined) throw new RedisError('unknown', `the Sentinel ${node} is no host:port`);
  const redis = createConnection(await openSocket({ ...server, tls: tls !== undefined, db: 0 }, tls, signal), onRefusal);
  try {
    await authenticate(redis, { name: 'sentinel', username: sentinel?.username, password: sentinel?.password }, signal);
    // A user without the right is refused, which is no failure.
    await settle(withAbort(redis, signal, 'CLIENT SETNAME', () => sendText(redis, ['CLIENT', 'SETNAME', CLIENT_NAME])));
    const asked = () => sendText(redis, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel?.master ?? '']);
    const reply = await withAbort(redis, signal, 'SENTINEL GET-MASTER-ADDR-BY-NAME', asked);
    if (!Array.isArray(reply))
      throw new RedisError('unknown', `the Sentinel at ${node} does not know the master; compare the configured name`);
    const master = parseMaster(reply);
    if (master === undefined)
      throw new RedisError('protocol', `the Sentinel at ${node} names a master without a usable address; compare SENTINEL MASTERS there`);
    return { ...master, tls: tls !== undefined, db: 0 };
  } catch (error) {
    // What a Sentinel answers is no answer of the server: without its prefix it does not count as one.
    if (error instanceof RedisError && error.prefix !== undefined)
      throw new RedisError(error.failure, `the Sentinel at ${node}: ${error.message}`);
    throw error;
  } finally {
    redis.disconnect();
  }
}

/** Names as DNS and hosts files have them, and underscores, which Docker and Kubernetes allow. */
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?$/;

/** A name whose last part is a number is an address in a form that resolvers of names read each in their own way. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i;

/** The unspecified addresses: a client that connects to one reaches its own machine. */
const UNSPECIFIED = new BlockList();
UNSPECIFIED.addAddress('0.0.0.0');
UNSPECIFIED.addAddress('::', 'ipv6');

function isUsable(address: string): boolean {
  return !UNSPECIFIED.check(address.split('%', 1)[0] ?? '', isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** The host and the port that a Sentinel names, both texts; undefined where they are no address that can be connected to. */
export function parseMaster(reply: readonly unknown[]): { host: string; port: number } | undefined {
  const [name, digits] = reply;
  if (reply.length !== 2 || typeof name !== 'string' || typeof digits !== 'string') return undefined;
  const host = withoutBrackets(name);
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  const isHost = isIP(host) > 0 ? isUsable(host) : HOST.test(host) && !ENDS_IN_NUMBER.test(host);
  return isHost && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
