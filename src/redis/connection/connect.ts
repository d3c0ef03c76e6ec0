import { isIPv6, type Socket } from 'node:net';
import type { Credential, ServerConfig } from '../../config/effective.ts';
import { without } from '../../masking/without.ts';
import { CLIENT_NAME, EXPORTER_CREDENTIAL, REDIRECTION, REJECTION, type ReplyRefusal } from '../../model/redis.ts';
import { type Address, nodeText } from '../../source/redis-url.ts';
import { createFailoverCount, type SentinelView } from '../replies/sentinel.ts';
import { describeAddress } from './address.ts';
import { createConnection, sendAll, sendText, toRedisError, withAbort } from './connection.ts';
import { RedisError, ReplyError, type Settled, settle } from './failure.ts';
import { createLogin } from './login.ts';
import { asText } from './reply-reader.ts';
import { findMaster } from './sentinel.ts';
import { answersTls, certificateExpiry, openSocket } from './socket.ts';
import { type Command, type Connection, ownOf, type Target } from './target.ts';
import { createUnanswered, isAnswer, isForGood } from './unanswered.ts';

const USE_TLS_SCHEME =
  'the server hangs up on plain text and answers TLS; write rediss:// in the URL, or add tls: {} where nodes are named';

/**
 * The target of a configuration entry; `siblings` are the other targets of this process, which may lead to the same
 * server. Nothing is connected before the first call.
 */
export function createTarget(config: ServerConfig, siblings: () => Iterable<Target> = () => []): Target {
  const own = ownOf([]);
  const refused = { length: 0, depth: 0, type: 0 };
  const unanswered = createUnanswered();
  /** The server, or a proxy in front of it, takes no sections after INFO. */
  const plainInfo = new WeakSet<Connection>();
  const credential: Credential = { name: EXPORTER_CREDENTIAL, username: config.username, password: config.password };
  const database = config.address?.db ?? 0;
  const sockets = new Set<Socket>();
  /** The newest passwords that were sent to the server, which may return them in any text. */
  const sent = new Set<string>();
  let expiry: number | undefined;
  let master: Address | undefined;
  let sentinelUp: boolean | undefined;
  let view: SentinelView | undefined;
  let viewedAt = Number.NEGATIVE_INFINITY;
  const failovers = createFailoverCount();
  let peer: string | undefined;
  let awaited = 0;
  let namingRefused = false;
  const login = createLogin({
    sent,
    counted,
    failed: () => {
      own.logins += 1;
    },
  });

  function countRejection(error: unknown): unknown {
    const caused = error instanceof RedisError && [...REJECTION, ...REDIRECTION].find((prefix) => prefix === error.prefix);
    if (caused) own[caused] += 1;
    return error;
  }

  async function counted<T>(attempt: Promise<T>): Promise<T> {
    awaited += 1;
    try {
      return await attempt;
    } catch (error) {
      throw countRejection(error);
    } finally {
      awaited -= 1;
    }
  }

  /** Where the server is. A master whose Sentinels are all gone is most likely still there. */
  async function findAddress(signal: AbortSignal): Promise<Address> {
    if (config.address !== undefined) return config.address;
    const isDue = performance.now() - viewedAt >= config.interval / 2;
    const found = await settle(findMaster(config, signal, countRefusedReply, isDue));
    sentinelUp = found.ok;
    if (!found.ok) view = undefined;
    if (found.ok && isDue) {
      [viewedAt, view] = [performance.now(), found.value.view];
      failovers.add(found.value.node, view?.configEpoch);
    }
    if (found.ok) master = found.value.master;
    else if (master === undefined || signal.aborted) throw found.error;
    return master;
  }

  function countRefusedReply(reason: ReplyRefusal): void {
    refused[reason] += 1;
  }

  async function dial(signal: AbortSignal): Promise<Connection> {
    const socket = await openSocket(await findAddress(signal), config.tls, signal);
    expiry = certificateExpiry(socket);
    peer = remotePeerOf(socket) ?? config.address?.url;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return createConnection(socket, countRefusedReply);
  }

  /**
   * Names the connection, so that CLIENT LIST and ACL LOG show the exporter. Not repeated after a refusal. Before AUTH
   * it would cause one more refusal.
   */
  async function setClientName(redis: Connection, signal: AbortSignal): Promise<void> {
    if (namingRefused) return;
    const [answer] = await askAll(redis, [['CLIENT', 'SETNAME', CLIENT_NAME]], signal);
    namingRefused = answer?.ok === false && isForGood(answer.error);
  }

  async function ask(redis: Connection, args: readonly string[], signal: AbortSignal): Promise<unknown> {
    const known = unanswered.refusal(args, performance.now());
    if (known !== undefined) throw known;
    const answer = await settle(askOnce(redis, formOf(redis, args), signal));
    const last = needsPlainInfo(redis, args, answer) ? await askPlainInfo(redis, signal) : answer;
    unanswered.note(args, last, performance.now());
    if (!last.ok) throw last.error;
    return last.value;
  }

  async function askOnce(redis: Connection, args: readonly string[], signal: AbortSignal): Promise<unknown> {
    return withoutSent(args, await counted(withAbort(redis, signal, args[0] ?? '', () => sendText(redis, args))));
  }

  function formOf<T extends Command>(redis: Connection, args: T): T | readonly ['INFO'] {
    return plainInfo.has(redis) && args[0] === 'INFO' ? ['INFO'] : args;
  }

  /** Whether INFO with sections was refused, or answered with nothing, so that INFO alone is left to try. */
  function needsPlainInfo(redis: Connection, args: Command, answer: Settled<unknown>): boolean {
    if (plainInfo.has(redis) || args[0] !== 'INFO' || args.length === 1 || args[1] === 'latencystats') return false;
    return answer.ok ? answer.value === '' || answer.value === null : isForGood(answer.error) && answer.error.prefix !== 'NOPERM';
  }

  /** INFO without sections. Where it is answered it is asked so from now on, until the next connection: a proxy may have failed once. */
  async function askPlainInfo(redis: Connection, signal: AbortSignal): Promise<Settled<unknown>> {
    const answer = await settle(askOnce(redis, ['INFO'], signal));
    if (answer.ok && isAnswer(['INFO'], answer.value)) plainInfo.add(redis);
    return answer;
  }

  /** A reply without the passwords, where clients choose what is in it. */
  function withoutSent([name]: Command, reply: unknown): unknown {
    const removeSent = (value: unknown): unknown =>
      Array.isArray(value) ? value.map(removeSent) : typeof value === 'string' ? without(value, sent) : value;
    return name === 'CLIENT' || name === 'ACL' ? removeSent(reply) : reply;
  }

  async function askAll(redis: Connection, commands: readonly Command[], signal: AbortSignal, form = 'text'): Promise<Settled<unknown>[]> {
    const answers = await withAbort(redis, signal, 'PIPELINE', async () => {
      const replies = await sendAll(
        redis,
        commands.map((args) => formOf(redis, args)),
      );
      return replies.map((reply, index): Settled<unknown> => {
        if (!(reply instanceof ReplyError))
          return { ok: true, value: form === 'bytes' ? reply : withoutSent(commands[index] ?? [], asText(reply)) };
        const reason = toRedisError(redis, signal, String(commands[index]?.[0]), reply);
        countRejection(reason);
        return { ok: false, error: reason };
      });
    });
    const again = commands.findIndex((args, index) => needsPlainInfo(redis, args, answers[index] ?? { ok: true, value: undefined }));
    if (again >= 0) answers[again] = await askPlainInfo(redis, signal);
    for (const [index, answer] of answers.entries()) unanswered.note(commands[index] ?? [], answer, performance.now());
    return answers;
  }

  async function diagnoseTlsMismatch(error: unknown, signal: AbortSignal): Promise<unknown> {
    if (!(error instanceof RedisError) || error.failure !== 'closed') return error;
    const address = await findAddress(signal);
    const wantsTls = 'host' in address && !address.tls && (await answersTls(address, signal));
    return wantsTls ? new RedisError('tls', USE_TLS_SCHEME) : error;
  }

  async function open(as: Credential, signal: AbortSignal): Promise<Connection> {
    const redis = await dial(signal);
    try {
      await login(redis, as, signal);
      await setClientName(redis, signal);
      if (database > 0) await ask(redis, ['SELECT', String(database)], signal);
      return redis;
    } catch (error) {
      redis.disconnect();
      throw await diagnoseTlsMismatch(error, signal);
    }
  }

  return {
    config,
    address: describeAddress(config),
    database,
    credential,
    auth: 'unknown',
    own,
    refused,
    unanswered: unanswered.all,
    siblings,
    get awaited() {
      return awaited;
    },
    get peer() {
      return peer;
    },
    get master() {
      return master && 'host' in master ? nodeText(master) : undefined;
    },
    get sentinelUp() {
      return sentinelUp;
    },
    get sentinels() {
      return config.sentinel && { ...view, failovers: failovers.failovers };
    },
    get connections() {
      return [...sockets].filter(({ destroyed }) => !destroyed).length;
    },
    get ownPeers() {
      return [...sockets].map(localPeerOf);
    },
    get certificateExpiry() {
      return expiry;
    },
    dial,
    diagnoseTlsMismatch,
    setClientName,
    authenticate: login,
    ask,
    askAll,
    open,
  };
}

/** A unix socket has no address of its own: all of its clients look the same to the server. */
function localPeerOf({ localAddress, localPort }: Socket): string {
  if (localAddress === undefined) return 'unix socket';
  return `${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`;
}

/** The server's end of a connection; undefined over a unix socket. */
function remotePeerOf({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort}`;
}
