import { isIPv6, type Socket } from 'node:net';
import type { Redis } from 'ioredis';
import type { Credential, TargetConfig } from '../config/effective.ts';
import { EXPORTER_CREDENTIAL, REJECTION } from '../model/redis.ts';
import { describeAddress, parseAddress } from './address.ts';
import { authenticate } from './auth.ts';
import { during, explain, speakOver } from './connection.ts';
import { RedisError, type Settled } from './failure.ts';
import { findMaster } from './sentinel.ts';
import { answersTls, certificateExpiry, openSocket } from './socket.ts';
import type { AuthAnswer, Command, OpenPhases, Target } from './target.ts';

const WANTS_TLS = 'the server hangs up on plain text and answers TLS; write rediss:// in the URL';

/** The target of a configuration entry. Nothing is connected before the first call. */
export function createTarget(config: TargetConfig): Target {
  const own = { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0, logins: 0, hits: 0, misses: 0 };
  const credential: Credential = { name: EXPORTER_CREDENTIAL, username: config.username, password: config.password };
  const database = config.url === undefined ? 0 : parseAddress(config.url).db;
  const sockets = new Set<Socket>();
  let expiry: number | undefined;

  function counted(error: unknown): unknown {
    const rejection = error instanceof RedisError && REJECTION.find((prefix) => prefix === error.prefix);
    if (rejection) own[rejection] += 1;
    return error;
  }

  async function counting<T>(attempt: Promise<T>): Promise<T> {
    try {
      return await attempt;
    } catch (error) {
      throw counted(error);
    }
  }

  /** AUTH, counted as the server counts it: one that it has no password for has failed. */
  async function login(redis: Redis, as: Credential, signal: AbortSignal): Promise<AuthAnswer> {
    try {
      const answer = await counting(authenticate(redis, as, signal));
      if (answer === 'no password configured') own.logins += 1;
      return answer;
    } catch (error) {
      if (error instanceof RedisError && error.prefix !== undefined) own.logins += 1;
      throw error;
    }
  }

  async function dial(signal: AbortSignal): Promise<Redis> {
    const address = config.url === undefined ? await findMaster(config, signal) : parseAddress(config.url);
    const socket = await openSocket(address, config.tls, signal);
    expiry = certificateExpiry(socket);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    return speakOver(socket);
  }

  function ask(redis: Redis, args: readonly string[], signal: AbortSignal): Promise<unknown> {
    const [command = '', ...rest] = args;
    return counting(during(redis, signal, command, () => redis.call(command, ...rest)));
  }

  function askAll(redis: Redis, commands: readonly Command[], signal: AbortSignal, form = 'text'): Promise<Settled<unknown>[]> {
    return during(redis, signal, 'PIPELINE', async () => {
      const pipeline = redis.pipeline();
      for (const [command = '', ...rest] of commands) {
        if (form === 'bytes') pipeline.callBuffer(String(command), ...rest);
        else pipeline.call(String(command), ...rest);
      }
      const replies = (await pipeline.exec()) ?? [];
      return replies.map(([error, value], index): Settled<unknown> => {
        if (!error) return { ok: true, value };
        const reason = explain(redis, signal, String(commands[index]?.[0]), error);
        if (reason.prefix === undefined) throw reason;
        counted(reason);
        return { ok: false, error: reason };
      });
    });
  }

  async function clearer(error: unknown, signal: AbortSignal): Promise<unknown> {
    if (!(error instanceof RedisError) || error.failure !== 'closed') return error;
    const address = config.url === undefined ? await findMaster(config, signal) : parseAddress(config.url);
    const wantsTls = 'host' in address && !address.tls && (await answersTls(address, signal));
    return wantsTls ? new RedisError('tls', WANTS_TLS) : error;
  }

  async function open(as: Credential, signal: AbortSignal, phases?: OpenPhases): Promise<Redis> {
    const start = performance.now();
    const redis = await dial(signal);
    const connected = performance.now();
    try {
      const answer = await login(redis, as, signal);
      if (phases !== undefined) Object.assign(phases, timings(start, connected, answer));
      if (database > 0) await ask(redis, ['SELECT', String(database)], signal);
      return redis;
    } catch (error) {
      redis.disconnect();
      throw await clearer(error, signal);
    }
  }

  return {
    config,
    address: describeAddress(config),
    database,
    credential,
    auth: 'unknown',
    own,
    get connections() {
      return [...sockets].filter(({ destroyed }) => !destroyed).length;
    },
    get ownPeers() {
      return [...sockets].map(peerOf);
    },
    get certificateExpiry() {
      return expiry;
    },
    dial,
    clearer,
    authenticate: login,
    ask,
    askAll,
    open,
  };
}

/** A unix socket has no address of its own: all of its clients look the same to the server. */
function peerOf({ localAddress, localPort }: Socket): string {
  if (localAddress === undefined) return 'unix socket';
  return `${isIPv6(localAddress) ? `[${localAddress}]` : localAddress}:${localPort}`;
}

function timings(start: number, connected: number, answer: AuthAnswer): OpenPhases {
  const connect = (connected - start) / 1_000;
  return answer === 'not sent' ? { connect } : { connect, auth: (performance.now() - connected) / 1_000 };
}
