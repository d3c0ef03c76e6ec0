import type { LabelsOf } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import type { Log, Tick } from '../../model/tick.ts';
import { type RedisError, settle } from '../../redis/connection/failure.ts';
import type { Connection, Target } from '../../redis/connection/target.ts';
import { isAnswer, isForGood } from '../../redis/connection/unanswered.ts';
import { parseInfo } from '../../redis/replies/info.ts';
import { argumentsFor, INFO, type Query } from '../../redis/replies/query.ts';
import { type Release, releaseOf } from '../../redis/replies/releases.ts';
import { createReplyStore, type QueryReplies } from '../../redis/replies/reply-store.ts';
import type { Clock } from '../../schedule/clock.ts';

/** The connection that is kept open from scrape to scrape, and what it may be asked. */
export interface ScrapeConnection {
  /** Takes over a fresh connection where there is none, or where it leads to another server than the kept one. Closes the other. */
  adopt(redis: Connection): void;
  /** One pipeline of the queries that are due. A reply that is not due is given again. */
  scrape(queries: readonly Query<unknown>[], signal: AbortSignal): Promise<QueryReplies>;
  /** One more question; undefined when it is refused, which is remembered, or when there is no connection. */
  ask<T>(query: Query<T>, signal: AbortSignal): Promise<T | undefined>;
  /** The queries that the server refuses, and whether a right is missing; otherwise it does not know the command. */
  refused(): ReadonlyMap<string, boolean>;
  close(): void;
}

/** No connection yet: it starts with the first one that is adopted. */
export function createScrapeConnection(target: Target, log: Log): ScrapeConnection {
  let redis: Connection | undefined;
  let release: Release | undefined;
  let scrapes = 0;
  /** The replies that are given again while they are not due; the others are large and go with their scrape. */
  const kept = createReplyStore();
  /** The queries that the server refused on this connection, by name; true where the user has no permission for it. */
  const unsupported = new Map<string, boolean>();

  function close(): void {
    redis?.disconnect();
    redis = undefined;
    release = undefined;
    scrapes = 0;
    kept.clear();
    unsupported.clear();
  }

  async function scrape(queries: readonly Query<unknown>[], signal: AbortSignal): Promise<QueryReplies> {
    const answers = createReplyStore();
    if (redis === undefined) return answers;
    release ??= await begin(redis, signal);
    const due = planFor(queries, release);
    const replies = await target.askAll(
      redis,
      due.map(({ args }) => args),
      signal,
    );
    for (const [index, { query }] of due.entries()) {
      const reply = replies[index];
      const store = (query.every ?? 1) > 1 ? kept : answers;
      if (reply?.ok && isAnswer(query.args, reply.value)) store.set(query, reply.value);
      else if (reply?.ok) store.delete(query);
      else if (reply !== undefined) refused(query, reply.error);
    }
    scrapes += 1;
    return { get: (query) => answers.get(query) ?? kept.get(query) };
  }

  /** Names the connection and learns the release; a server that does not tell, or tells something else, is asked what the oldest understands. */
  async function begin(fresh: Connection, signal: AbortSignal): Promise<Release> {
    await target.setClientName(fresh, signal);
    return releaseOf(parseInfo(await target.ask(fresh, ['INFO', 'server'], signal)));
  }

  async function ask<T>(query: Query<T>, signal: AbortSignal): Promise<T | undefined> {
    const args = release === undefined ? query.args : argumentsFor(query, release);
    if (redis === undefined || args === undefined || unsupported.has(nameOf(query))) return undefined;
    const [reply] = await target.askAll(redis, [args], signal);
    if (reply?.ok) return isAnswer(args, reply.value) ? query.parse(reply.value) : undefined;
    if (reply !== undefined) refused(query, reply.error);
    return undefined;
  }

  function planFor(queries: readonly Query<unknown>[], of: Release): { query: Query<unknown>; args: readonly string[] }[] {
    return queries.flatMap((query) => {
      const isDue = scrapes % (query.every ?? 1) === 0;
      const args = isDue && !unsupported.has(nameOf(query)) ? argumentsFor(query, of) : undefined;
      return args === undefined ? [] : [{ query, args }];
    });
  }

  /** Without INFO nothing is known of a server. A query that is refused for a time only (LOADING) is sent again. */
  function refused(query: Query<unknown>, error: RedisError): void {
    if (query === INFO) throw error;
    kept.delete(query);
    if (!isForGood(error)) return;
    unsupported.set(nameOf(query), error.prefix === 'NOPERM');
    const details = { redis_target: target.config.name, query: nameOf(query), error: error.message };
    log.info(details, 'The server refuses a query; it is left out on this connection');
  }

  return {
    adopt: (fresh) => {
      if (redis?.socket.destroyed === false && peerOf(redis) === peerOf(fresh)) {
        fresh.disconnect();
        return;
      }
      close();
      redis = fresh;
    },
    scrape,
    ask,
    refused: () => unsupported,
    close,
  };
}

function nameOf({ args }: Query<unknown>): string {
  return args.slice(0, 2).join(' ');
}

function peerOf({ socket }: Connection): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

type Operation = LabelsOf<'db.client.operation.duration'>['db.operation.name'];

/** Runs one Redis operation of a tick as a step of that name and observes how long it took. */
export async function operate<T>(tick: Tick, series: Series, clock: Clock, name: Operation, run: () => Promise<T>): Promise<T> {
  const start = clock.monotonic();
  const outcome = await settle(tick.step(name, run));
  const labels = { 'db.system.name': 'redis', 'db.operation.name': name, 'error.type': outcome.ok ? '' : outcome.error.failure } as const;
  series.observe('db.client.operation.duration', labels, (clock.monotonic() - start) / 1_000, tick.traceId);
  if (!outcome.ok) throw outcome.error;
  return outcome.value;
}
