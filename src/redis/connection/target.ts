import type { Credential, ServerConfig } from '../../config/effective.ts';
import { type AuthState, REDIRECTION, REJECTION, type RedisFailure, type ReplyRefusal } from '../../model/redis.ts';
import type { CredentialStatus } from '../../model/status.ts';
import type { SentinelView } from '../replies/sentinel.ts';
import type { Command, Connection } from './connection.ts';
import type { Settled } from './failure.ts';
import type { WhyUnanswered } from './unanswered.ts';

export type { Command, Connection } from './connection.ts';

/** What AUTH was answered with: accepted, or that there is no password to be checked against. */
export type AuthAnswer = 'accepted' | 'no password configured' | 'not sent';

const OWN = [...REJECTION, ...REDIRECTION, 'logins', 'hits', 'misses'] as const;

/**
 * What this daemon caused on a server since it started: refusals, redirections and answers of a cluster that is down to its own commands,
 * logins that were refused whatever the text, and key look-ups.
 */
export type Own = Record<(typeof OWN)[number], number>;

/** What this daemon caused on some servers together; nothing where there are none. */
export function ownOf(targets: readonly Pick<Target, 'own'>[]): Own {
  const sum: Own = { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0, MOVED: 0, ASK: 0, CLUSTERDOWN: 0, logins: 0, hits: 0, misses: 0 };
  for (const { own } of targets) for (const name of OWN) sum[name] += own[name];
  return sum;
}

/**
 * What the watches of one Redis server share: the way in, and the count of what this daemon itself
 * causes there, so that the server's counters can be told apart from it. Everything that talks to the
 * server fails with RedisError; a connection that a signal ended is closed.
 */
export interface Target {
  readonly config: ServerConfig;
  /** Where it is, for people, without any secret. */
  readonly address: string;
  /** The number of the database that `open` selects. */
  readonly database: number;
  /** The exporter's own credential. */
  readonly credential: Credential;
  /** Set by the exporter's canary; other connections with the exporter's credential wait for `ok` or `disabled`. */
  auth: AuthState;
  /** What the last scrape found; undefined until one was made. */
  state?: TargetState;
  /** What this daemon caused there. */
  readonly own: Own;
  /** Replies that were not read, by the bound that they went past. */
  readonly refused: Record<ReplyRefusal, number>;
  /** What the server does not answer to the exporter's own user, by the names of the commands. */
  readonly unanswered: ReadonlyMap<string, WhyUnanswered>;
  /** Commands whose answer is waited for, so that the server may have counted what `own` has not. */
  readonly awaited: number;
  /** The other targets of this process. */
  siblings(): Iterable<Target>;
  /** The server's end of the last connection, to know a server again that several targets lead to. */
  readonly peer: string | undefined;
  /** The master that the Sentinels named last. */
  readonly master: string | undefined;
  /** Whether a Sentinel named it at the last attempt; undefined without Sentinels. */
  readonly sentinelUp: boolean | undefined;
  /** How the Sentinels were at the last scrape, as far as one of them told, and the failovers since the start; undefined without Sentinels. */
  readonly sentinels: (Partial<SentinelView> & { failovers: number }) | undefined;
  /** Connections that are open now. */
  readonly connections: number;
  /** Their near ends, `host:port` as the server writes them in CLIENT LIST, or `unix socket`. */
  readonly ownPeers: readonly string[];
  /** The end of the certificate that the server showed last, Unix milliseconds. */
  readonly certificateExpiry: number | undefined;
  /** A fresh connection on which nothing was sent yet. The caller disconnects it. */
  dial(signal: AbortSignal): Promise<Connection>;
  /** What a failure on a fresh connection really is: `tls` where a server that hangs up on plain text agrees on TLS. */
  diagnoseTlsMismatch(error: unknown, signal: AbortSignal): Promise<unknown>;
  /** Gives an authenticated connection the name of the exporter, where the user may. */
  setClientName(redis: Connection, signal: AbortSignal): Promise<void>;
  /** Sends AUTH with the password as it is now; nothing without one. */
  authenticate(redis: Connection, credential: Credential, signal: AbortSignal): Promise<AuthAnswer>;
  /** Sends one command and gives its reply, strings as text. */
  ask(redis: Connection, args: readonly string[], signal: AbortSignal): Promise<unknown>;
  /** Sends commands in one pipeline. An error reply fails its own command only. Strings come as text, or as bytes where `form` says so. */
  askAll(redis: Connection, commands: readonly Command[], signal: AbortSignal, form?: 'text' | 'bytes'): Promise<Settled<unknown>[]>;
  /** Opens a fresh authenticated connection in the database of the URL. The caller disconnects it. */
  open(credential: Credential, signal: AbortSignal): Promise<Connection>;
}

/** The facts of a target that a verdict may rest on. */
export interface TargetState {
  /** Unix milliseconds. */
  at: number;
  up: boolean;
  failure?: RedisFailure | undefined;
  /** When a scrape last ran out of time, Unix milliseconds. */
  timedOutAt?: number | undefined;
  runId?: string | undefined;
  /** Whether the cluster of a node serves all slots, by its own word. */
  clusterOk?: boolean | undefined;
  /** Credentials other than the exporter's that the server refuses. */
  refused?: readonly CredentialStatus[] | undefined;
  /** Names of those that it accepts. */
  accepted?: readonly string[] | undefined;
  /** Names of those with a password that the server answers with having none: LiteLLM takes that for a refusal. */
  unneeded?: readonly string[] | undefined;
}
