import { setTimeout } from 'node:timers/promises';
import type { ServerConfig } from '../../config/effective.ts';
import { CLIENT_NAME, type ReplyRefusal } from '../../model/redis.ts';
import { within } from '../../schedule/within.ts';
import { type Address, namedHost, namedPort, parseNode } from '../../source/redis-url.ts';
import { parseView, type SentinelView } from '../replies/sentinel.ts';
import { authenticateNow } from './auth.ts';
import { type Connection, createConnection, sendAll, sendText, withAbort } from './connection.ts';
import { RedisError, ReplyError, type Settled, settle } from './failure.ts';
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
/** All Sentinels together may take this much of it, and the master the rest. */
const SHARE_OF_SENTINELS = 0.6;
/** So long one has to answer before the next is asked as well, and so long all but the last together. */
const SHARE_OF_HEAD = 0.1;
const SHARE_OF_HEADS = 0.3;

/**
 * Asks the Sentinels of a target where its master is, each once, until one answers: the next one while the one before is silent, so that
 * one that does not answer takes no time from the others. The `tls` section of the target
 * counts for the Sentinels as well as for the server. `onRefusal` is called for a reply that is not read; `wantsView` asks
 * how the Sentinels are, too, which may fail. Fails with RedisError. (Redis documentation, Sentinel client specification.)
 */
export async function findMaster(
  config: ServerConfig,
  signal: AbortSignal,
  onRefusal: (reason: ReplyRefusal) => void,
  wantsView = false,
): Promise<SentinelAnswer> {
  const nodes = config.sentinel?.nodes ?? [];
  const head = config.timeout * Math.min(SHARE_OF_HEAD, SHARE_OF_HEADS / nodes.length);
  const answered = new AbortController();
  const limited = AbortSignal.any([within(signal, config.timeout * SHARE_OF_SENTINELS), answered.signal]);
  const asked: Promise<Settled<SentinelAnswer>>[] = [];
  try {
    for (const node of nodes) {
      asked.push(settle(askSentinel(config, node, limited, onRefusal, wantsView)));
      // The next one follows at once where this one fails.
      const answer = await Promise.race([firstOf(asked), asked.at(-1), after(head, limited)]);
      if (answer?.ok) return answer.value;
    }
    const answer = await firstOf(asked);
    if (answer.ok) return answer.value;
    throw answer.error;
  } finally {
    answered.abort();
  }
}

/** The first answer, as soon as there is one; the failure of the last Sentinel where all have failed. */
async function firstOf(asked: readonly Promise<Settled<SentinelAnswer>>[]): Promise<Settled<SentinelAnswer>> {
  const answers = asked.map(async (attempt) => {
    const settled = await attempt;
    if (!settled.ok) throw settled.error;
    return settled;
  });
  const last = asked.at(-1);
  return Promise.any(answers).catch(() => last ?? { ok: false, error: new RedisError('unknown', 'no Sentinel is configured') });
}

async function after(milliseconds: number, signal: AbortSignal): Promise<undefined> {
  await setTimeout(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
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
