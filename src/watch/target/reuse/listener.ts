import type { ReuseSample } from '../../../model/reuse.ts';
import type { RedisError } from '../../../redis/connection/failure.ts';
import { settle } from '../../../redis/connection/failure.ts';
import type { Connection, Target } from '../../../redis/connection/target.ts';
import { createLinks, type Links } from '../../../redis/probe-keys/links.ts';
import type { KeyServers } from '../../../redis/probe-keys/servers.ts';
import { lookUpTtls, type ReuseCounters, readEvicted, readReuseCounters } from '../../../redis/reuse-counters.ts';
import type { Sampler } from '../../../reuse/sampler.ts';
import { type LossCounters, reasonOf } from '../../../reuse/transition.ts';
import type { Clock } from '../../../schedule/clock.ts';
import { within } from '../../../schedule/within.ts';
import { placeOf } from './namespaces.ts';
import { createQueue, type Queue, type Told } from './queue.ts';

/** Listens to the writes in a sample on all servers of a target, and looks up what became of the keys. */
export interface Listener {
  /** Whether every server tells of each write with these prefixes. */
  readonly isWhole: boolean;
  /** Messages that were not looked at. */
  readonly dropped: number;
  /** Connects what is missing; other prefixes than before begin anew. Fails with the RedisError of the first server while none can be used. */
  listen(prefixes: readonly string[], signal: AbortSignal): Promise<void>;
  /** Whether the servers still answer on the connections on which they push: one that is silent is closed. */
  check(signal: AbortSignal): Promise<void>;
  /** What the servers have counted, in the order of `servers.all()`; undefined for one that cannot be asked. */
  counters(signal: AbortSignal): Promise<(ReuseCounters | undefined)[]>;
  close(): void;
}

export interface ListenerOptions {
  servers: KeyServers;
  sample: ReuseSample;
  sampler: Sampler;
  clock: Clock;
  /** Limit of one question, milliseconds. */
  timeout: number;
}

const CHANNEL = '__redis__:invalidate';

/** Messages are collected for so long, so that Redis is asked in a few pipelines and not for each key. */
const COLLECT_MS = 25;
/** Keys that are asked for in one pipeline. */
const BATCH = 500;
/** Keys that wait at most on one server: two seconds of what a busy one writes in the largest sample. */
const MAX_WAITING = 10_000;
/** Keys that are asked for to tell whether a flush was of this database. */
const FLUSH_CHECK = 32;

interface Station {
  readonly queue: Queue;
  flushedAt: number | undefined;
  lastFlushAt: number;
  counters: LossCounters | undefined;
  isBusy: boolean;
}

/** Nothing is connected. */
export function createListener({ servers, sample, sampler, clock, timeout }: ListenerOptions): Listener {
  const stations = new Map<Target, Station>();
  const closed = new AbortController();
  let prefixes: readonly string[] = [];
  let dropped = 0;
  const commands = createLinks(
    async () => undefined,
    () => undefined,
    clock,
  );
  let subscriber = openSubscriber();

  function openSubscriber(): Links {
    return createLinks(
      (server, redis) => track(server, redis),
      () => undefined,
      clock,
    );
  }

  function stationOf(server: Target): Station {
    const known = stations.get(server);
    if (known !== undefined) return known;
    const station: Station = {
      queue: createQueue(MAX_WAITING),
      flushedAt: undefined,
      lastFlushAt: Number.NEGATIVE_INFINITY,
      counters: undefined,
      isBusy: false,
    };
    stations.set(server, station);
    return station;
  }

  async function track(server: Target, redis: Connection): Promise<void> {
    const signal = within(closed.signal, timeout);
    const station = stationOf(server);
    redis.onPushMessage((channel, payload) => {
      if (channel === CHANNEL) hear(server, station, payload);
    });
    redis.onClose(() => leave(station));
    const id = await server.ask(redis, ['CLIENT', 'ID'], signal);
    const tracked = prefixes.flatMap((prefix) => ['PREFIX', prefix]);
    await server.ask(redis, ['CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', ...tracked], signal);
    await server.ask(redis, ['SUBSCRIBE', CHANNEL], signal);
  }

  /** What is not received is not known: the messages that still wait are of a time with a gap. */
  function leave(station: Station): void {
    for (const { messages } of station.queue.drain()) dropped += messages;
    station.flushedAt = undefined;
    sampler.gap(clock.monotonic());
  }

  function hear(server: Target, station: Station, payload: string): void {
    const now = clock.monotonic();
    if (payload === '') [station.flushedAt, station.lastFlushAt] = [now, now];
    else
      for (const key of payload.split(',')) {
        const place = placeOf(key, sample);
        if (place === undefined || station.queue.add(key, place, now)) continue;
        dropped += 1;
        sampler.lose(key);
      }
    if (!station.isBusy && (station.queue.size > 0 || station.flushedAt !== undefined)) void work(server, station);
  }

  async function work(server: Target, station: Station): Promise<void> {
    station.isBusy = true;
    try {
      while (station.queue.size > 0 || station.flushedAt !== undefined) {
        await clock.sleep(COLLECT_MS, closed.signal);
        if (station.flushedAt !== undefined) await checkFlush(server, station);
        await lookUp(server, station, station.queue.take(BATCH));
      }
    } catch {
      // Closed meanwhile.
    } finally {
      station.isBusy = false;
    }
  }

  /** Every database of a server tells of its flush: it was this one where keys that should live are gone. */
  async function checkFlush(server: Target, station: Station): Promise<void> {
    const at = station.flushedAt ?? clock.monotonic();
    station.flushedAt = undefined;
    const keys = sampler.held(clock.monotonic(), FLUSH_CHECK).filter((key) => servers.ownerOf(key) === server);
    const redis = commands.all.get(server);
    if (keys.length === 0 || redis === undefined) return;
    const looked = await settle(lookUpTtls(server, redis, keys, within(closed.signal, timeout)));
    if (!looked.ok) return;
    const gone = looked.value.filter((answer) => answer !== undefined && answer.ttl === undefined);
    if (2 * gone.length > keys.length) sampler.flush(at, (key) => servers.ownerOf(key) === server);
    else station.lastFlushAt = Number.NEGATIVE_INFINITY;
  }

  async function lookUp(server: Target, station: Station, told: readonly Told[]): Promise<void> {
    if (told.length === 0) return;
    const redis = commands.all.get(server);
    const signal = within(closed.signal, timeout);
    const keys = told.map(({ key }) => key);
    const looked = redis === undefined ? undefined : await settle(lookUpTtls(server, redis, keys, signal));
    if (redis === undefined || !looked?.ok) {
      for (const { key, messages } of told) drop(key, messages);
      return;
    }
    const askedAt = clock.monotonic();
    const found = told.flatMap((one, index) => {
      const answer = looked.value[index];
      if (answer !== undefined) return [{ ...one, askedAt, ttl: answer.ttl }];
      drop(one.key, one.messages);
      return [];
    });
    const reason = found.some((one) => sampler.needsReason(one)) ? await readReason(server, redis, station) : 'unknown';
    for (const one of found) sampler.take(one.place, one, one.firstAt <= station.lastFlushAt ? 'flushed' : reason);
  }

  function drop(key: string, messages: number): void {
    dropped += messages;
    sampler.lose(key);
  }

  async function readReason(server: Target, redis: Connection, station: Station) {
    const before = station.counters;
    const read = await settle(readEvicted(server, redis, within(closed.signal, timeout)));
    station.counters = read.ok ? { evicted: read.value } : undefined;
    return reasonOf(before, station.counters);
  }

  function openAll(signal: AbortSignal): Promise<RedisError | undefined> {
    return openLinks(commands, signal).then((failure) => failure ?? openLinks(subscriber, signal));
  }

  async function openLinks(links: Links, signal: AbortSignal): Promise<RedisError | undefined> {
    const opened = await settle(links.open(servers.usable(), within(signal, timeout)));
    return opened.ok ? undefined : opened.error;
  }

  return {
    get isWhole() {
      return subscriber.isWhole(servers.all()) && commands.isWhole(servers.all());
    },
    get dropped() {
      return dropped;
    },
    async listen(wanted, signal) {
      if (wanted.length !== prefixes.length || wanted.some((prefix) => !prefixes.includes(prefix))) {
        subscriber.disconnect();
        [prefixes, subscriber] = [wanted, openSubscriber()];
      }
      for (const links of [commands, subscriber]) links.keep(servers.all());
      for (const server of stations.keys()) if (!servers.all().includes(server)) stations.delete(server);
      if (prefixes.length === 0) return;
      const failure = await openAll(signal);
      signal.throwIfAborted();
      if (failure !== undefined) throw failure;
    },
    async check(signal) {
      await Promise.all([...subscriber.all].map(([server, redis]) => settle(server.ask(redis, ['PING'], within(signal, timeout)))));
    },
    async counters(signal) {
      return Promise.all(
        servers.all().map(async (server) => {
          const redis = commands.all.get(server);
          const read = redis && (await settle(readReuseCounters(server, redis, within(signal, timeout))));
          if (!read?.ok) return undefined;
          stationOf(server).counters = { evicted: read.value.evicted };
          return read.value;
        }),
      );
    },
    close() {
      closed.abort();
      subscriber.disconnect();
      commands.disconnect();
    },
  };
}
