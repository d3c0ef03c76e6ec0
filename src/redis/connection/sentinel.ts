import type { ServerConfig } from '../../config/effective.ts';
import { CLIENT_NAME, type ReplyRefusal } from '../../model/redis.ts';
import { within } from '../../schedule/within.ts';
import { type Address, namedHost, namedPort, parseNode } from '../../source/redis-url.ts';
import { parseView, type SentinelView } from '../replies/sentinel.ts';
import { authenticateNow } from './auth.ts';
import { type Connection, createConnection, sendAll, sendText, withAbort } from './connection.ts';
import { RedisError, ReplyError, settle } from './failure.ts';
import { asText } from './reply-reader.ts';
import { openSocket } from './socket.ts';

/** What a Sentinel says: where the master is, and where that was asked how the Sentinels are. `node` is the Sentinel. */
export interface SentinelAnswer {
  node: string;
  master: Address;
  view: SentinelView | undefined;
}

/** How the Sentinels are may take this much of the time of a scrape: the master is asked after it. */
const SHARE_OF_VIEW = 0.25;

/**
 * Asks the Sentinels of a target in turn where its master is, each once. The `tls` section of the target
 * counts for the Sentinels as well as for the server. `onRefusal` is called for a reply that is not read; `wantsView` asks
 * how the Sentinels are, too, which may fail. Fails with RedisError. (Redis documentation, Sentinel client specification.)
 */
export async function findMaster(
  config: ServerConfig,
  signal: AbortSignal,
  onRefusal: (reason: ReplyRefusal) => void,
  wantsView = false,
): Promise<SentinelAnswer> {
  let failure = new RedisError('unknown', 'no Sentinel is configured');
  for (const node of config.sentinel?.nodes ?? []) {
    const answer = await settle(askSentinel(config, node, signal, onRefusal, wantsView));
    if (answer.ok) return answer.value;
    failure = answer.error;
  }
  throw failure;
}

async function askSentinel(
  { sentinel, tls, timeout }: ServerConfig,
  node: string,
  signal: AbortSignal,
  onRefusal: (reason: ReplyRefusal) => void,
  wantsView: boolean,
): Promise<SentinelAnswer> {
  const server = parseNode(node);
  if (server === undefined) throw new RedisError('unknown', `the Sentinel ${node} is no host:port`);
  const redis = createConnection(await openSocket({ ...server, tls: tls !== undefined, db: 0 }, tls, signal), onRefusal);
  try {
    await authenticateNow(redis, { name: 'sentinel', username: sentinel?.username, password: sentinel?.password }, signal);
    // A user without the right is refused, which is no failure.
    await settle(withAbort(redis, signal, 'CLIENT SETNAME', () => sendText(redis, ['CLIENT', 'SETNAME', CLIENT_NAME])));
    const asked = () => sendText(redis, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', sentinel?.master ?? '']);
    const reply = await withAbort(redis, signal, 'SENTINEL GET-MASTER-ADDR-BY-NAME', asked);
    if (!Array.isArray(reply))
      throw new RedisError('unknown', `the Sentinel at ${node} does not know the master; compare the configured name`);
    const master = parseMaster(reply);
    if (master === undefined)
      throw new RedisError('protocol', `the Sentinel at ${node} names a master without a usable address; compare SENTINEL MASTERS there`);
    const asksView = (limited: AbortSignal) => withAbort(redis, limited, 'SENTINEL MASTER', () => readView(redis, sentinel?.master ?? ''));
    const view = wantsView ? await settle(asksView(within(signal, timeout * SHARE_OF_VIEW))) : undefined;
    return { node, master: { ...master, tls: tls !== undefined, db: 0 }, view: view?.ok ? view.value : undefined };
  } catch (error) {
    // What a Sentinel answers is no answer of the server: without its prefix it does not count as one.
    if (error instanceof RedisError && error.prefix !== undefined)
      throw new RedisError(error.failure, `the Sentinel at ${node}: ${error.message}`);
    throw error;
  } finally {
    redis.disconnect();
  }
}

async function readView(redis: Connection, name: string): Promise<SentinelView> {
  const [master, quorum] = await sendAll(redis, [
    ['SENTINEL', 'MASTER', name],
    ['SENTINEL', 'CKQUORUM', name],
  ]);
  return parseView(asText(master), quorum instanceof ReplyError ? quorum.message : asText(quorum));
}

/** The host and the port that a Sentinel names, both texts; undefined where they are no address that can be connected to. */
export function parseMaster(reply: readonly unknown[]): { host: string; port: number } | undefined {
  const [name, digits] = reply;
  const host = namedHost(name);
  const port = typeof digits === 'string' ? namedPort(digits) : undefined;
  return reply.length === 2 && host !== undefined && port !== undefined ? { host, port } : undefined;
}
