import type { RedisFailure } from '../../model/redis.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Cluster } from '../connection/cluster.ts';
import type { Connection } from '../connection/connection.ts';
import { settle } from '../connection/failure.ts';
import type { Target } from '../connection/target.ts';
import { waitForOwnCredential } from '../connection/wait-for-credential.ts';
import type { ServerCounters } from '../replies/server-counters.ts';
import { createCounterReader } from './counters.ts';
import { type Links, openLinks } from './links.ts';
import { keepListening } from './listening.ts';
import { type KeyLookup, lookupOf } from './lookup.ts';
import { keyForms, namespaceOf, probeKeys, probePrefixes } from './names.ts';
import { failureWithout, serversOf } from './servers.ts';
import { createProbeWrites, type Written } from './writes.ts';

/** The view of one gateway's probe keys in a target. A failure is a state: only an aborted signal makes it reject. */
export interface KeyWatch {
  /** Whether the server pushes the name of every key that the gateway writes for a probe. */
  readonly watching: boolean;
  /** Why the server could not be asked at the last attempt; undefined while it can. */
  readonly failure: RedisFailure | undefined;
  /**
   * Connects what is not connected, once. `namespace` is the gateway's: null for none, undefined when it is not known.
   * Then all writes are listened to without a prefix for a short time, and the first key of a probe tells it. A namespace that
   * the gateway has just told (`told`) is never in doubt.
   */
  connect(namespace: string | null | undefined, signal: AbortSignal, told?: boolean): Promise<void>;
  /** A probe of this gateway is about to be sent; where its namespace was learnt just now, it is watched from here on. */
  expect(probe: string, signal: AbortSignal): Promise<void>;
  /**
   * A hit whose key is missing under a namespace that held keys: the gateway may have got another one. One pair that all writes
   * are listened to during (`listen`) tells.
   */
  readonly doubts: boolean;
  /** Listens to all writes from now on, until the next pair was looked at. */
  listen(signal: AbortSignal): Promise<void>;
  /** The namespace that the key of a probe showed; null for none, undefined while it is not known. */
  readonly learnedNamespace: string | null | undefined;
  /** Waits until a key of the probe is written, at most `milliseconds`; undefined when none was. */
  written(probe: string, milliseconds: number, signal: AbortSignal): Promise<Written | undefined>;
  /**
   * Looks for the key of a probe: the pushed one, else `named` as the gateway calls it. `probe` is undefined for a pair whose key
   * does not name it; `isHit` says that its duplicate was answered from a cache, or must not be.
   */
  inspect(probe: string | undefined, named: string | undefined, isHit: boolean, signal: AbortSignal): Promise<KeyLookup>;
  /** The server's counters now, of a cluster those of its masters together; undefined when one could not be asked. */
  counters(signal: AbortSignal): Promise<ServerCounters | undefined>;
  /** The connections that counters and look-ups are asked on, each with its server. */
  readonly connections: ReadonlyMap<Target, Connection>;
  /** How many exporters other than this one have probed in this namespace since a monotonic time; undefined where that is not seen. */
  others(since: number): number | undefined;
  close(): void;
}

const CHANNEL = '__redis__:invalidate';

const NONE: ReadonlyMap<Target, Connection> = new Map();

/** Probes that were sent last, whose keys may tell the namespace. */
const MAX_SENT_PROBES = 100;

/** The keys of a probe: the one that the answer names, or all where it names none of them. */
function keysOf({ key, others = [] }: Written, forms: readonly string[]): readonly string[] {
  const all = [key, ...others];
  const named = all.filter((one) => forms.includes(one));
  return named.length > 0 ? named : all;
}

/**
 * Watches the probe keys of one gateway in a target over two connections: one on which the server pushes
 * the names of written keys (`CLIENT TRACKING ON REDIRECT <itself> BCAST`, Redis 6 and later, RESP2), one
 * for look-ups. Tracking by prefix ignores the number of the database: a key that was pushed and does not
 * exist is in another one. Of a cluster each master is connected to like that, and a key is looked for on the one that has its slot.
 * `instance` is what the probes of this exporter have in their name.
 */
export function createKeyWatch(target: Target | Cluster, clock: Clock, instance = ''): KeyWatch {
  const writes = createProbeWrites(clock, instance);
  const sentProbes = new Set<string>();
  let prefixes: readonly string[] = [];
  let namespace: string | null | undefined;
  const servers = serversOf(target);
  const counterReader = createCounterReader();
  let subscriber: Links | undefined;
  let commands: Links | undefined;
  let failure: RedisFailure | undefined;
  /** A key of a probe was found in the watched database under this namespace. */
  let found = false;
  /** The server is one of several that share the keys: what it does not push may be on another. */
  let shares = false;
  let learnedNamespace: string | null | undefined;
  const listening = keepListening(clock, leave);
  /** Keys were found under the namespace since it was doubted last, so that it may be doubted again. */
  let maySuspect = false;
  /** The namespace under which the key of a hit was missing, until a whole pair was listened to or a key is found. */
  let suspect: { namespace: string | null } | undefined;
  /** The gateway has just told its namespace. */
  let isFresh = false;
  /** A key was missing for a pair that was no hit: the cache does not work, wherever it is. */
  let missed = false;

  function forgetLinks(links: Links): void {
    if (subscriber === links) subscriber = undefined;
    if (commands === links) commands = undefined;
  }

  function open(signal: AbortSignal): Promise<Links> {
    return openLinks(servers.usable(), async () => undefined, forgetLinks, signal);
  }

  function subscribe(signal: AbortSignal): Promise<Links> {
    const learns = listening.phase === 'not yet' && namespace === undefined;
    return openLinks(servers.usable(), (server, redis, links) => track(server, redis, links, learns, signal), forgetLinks, signal);
  }

  async function track(server: Target, redis: Connection, links: Links, learns: boolean, signal: AbortSignal): Promise<void> {
    redis.onPushMessage((channel, payload) => {
      if (channel !== CHANNEL) return;
      writes.record(payload);
      const isLearning = listening.connection === links;
      // Without a namespace a key has the prefix that is watched in any case.
      if (!isLearning && (namespace !== undefined || learnedNamespace !== undefined)) return;
      const [own] = probeKeys(payload).filter(({ probe }) => sentProbes.has(probe));
      if (own !== undefined) {
        [learnedNamespace, maySuspect, suspect] = [namespaceOf(own), true, undefined];
        listening.succeed();
      }
      if (isLearning && (!listening.hear(payload.split(',').length) || own !== undefined)) listening.end();
    });
    const id = await server.ask(redis, ['CLIENT', 'ID'], signal);
    const tracked = learns ? [] : prefixes.flatMap((prefix) => ['PREFIX', prefix]);
    if (learns && listening.connection !== links) listening.begin(links);
    await server.ask(redis, ['CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', ...tracked], signal);
    await server.ask(redis, ['SUBSCRIBE', CHANNEL], signal);
  }

  /** Goes back to the prefixes of probes: the connection that received all writes ends, and the next round opens another. */
  function leave(links: Links): void {
    // No message showed the namespace: a missing key stays doubtful.
    if (suspect !== undefined) learnedNamespace = suspect.namespace;
    links.disconnect();
    if (subscriber === links) subscriber = undefined;
  }

  /** Whether links lead to every server that holds keys, and to no other. */
  function isWhole(links: Links | undefined): links is Links {
    return links !== undefined && isCurrent(links, servers.all());
  }

  /** Ends links where one leads to a server that holds no keys any more, or where one is missing to a server that can be used. */
  function endOld(links: Links | undefined): Links | undefined {
    const all = servers.all();
    const isOld = links !== undefined && [...links.all.keys()].some((server) => !all.includes(server));
    if (!isOld && servers.usable().every((server) => hasLink(links, server))) return links;
    links?.disconnect();
    return undefined;
  }

  /** Runs something on the server; a failure is remembered and gives undefined. */
  async function attempt<T>(signal: AbortSignal, run: (limited: AbortSignal) => Promise<T>): Promise<T | undefined> {
    const settled = await settle(run(AbortSignal.any([signal, AbortSignal.timeout(target.config.timeout)])));
    signal.throwIfAborted();
    failure = settled.ok ? undefined : settled.error.failure;
    return settled.ok ? settled.value : undefined;
  }

  /** The same for links. Those that were opened when the tick ends are closed: nobody else knows them. */
  async function connectAll(signal: AbortSignal, run: (limited: AbortSignal) => Promise<Links>): Promise<Links | undefined> {
    let opened: Links | undefined;
    try {
      return await attempt(signal, async (limited) => {
        opened = await run(limited);
        return opened;
      });
    } catch (error) {
      opened?.disconnect();
      throw error;
    }
  }

  /** Whether the pushing connections would have told of a write: they answer, what they track is the gateway's prefix, and all keys are here. */
  async function wouldSeeWrite(signal: AbortSignal): Promise<boolean> {
    return namespace !== undefined && !shares && (await drainPushes(signal));
  }

  /** Waits for what the servers have pushed until now, which comes before their answers; false without a connection to each. */
  async function drainPushes(signal: AbortSignal): Promise<boolean> {
    const links = subscriber;
    if (!isWhole(links)) return false;
    const asked = (limited: AbortSignal) => Promise.all([...links.all].map(([server, redis]) => server.ask(redis, ['PING'], limited)));
    return (await attempt(signal, asked)) !== undefined;
  }

  async function inspectKey(links: Links, key: string, signal: AbortSignal): Promise<KeyLookup> {
    const server = servers.ownerOf(key);
    const redis = server && links.all.get(server);
    if (server === undefined || redis === undefined) return { state: 'unknown' };
    const queries = ['EXISTS', 'PTTL'].map((command) => [command, key]);
    const [exists, pttl] = (await attempt(signal, (limited) => server.askAll(redis, queries, limited))) ?? [];
    if (exists?.ok !== true || (exists.value !== 0 && exists.value !== 1)) return { state: 'unknown' };
    // Both commands are look-ups for the server's count of hits and misses.
    server.own[exists.value === 1 ? 'hits' : 'misses'] += pttl?.ok === true ? 2 : 1;
    if (exists.value !== 1) return { state: 'absent' };
    const left = pttl?.ok === true && typeof pttl.value === 'number' && pttl.value >= 0 ? pttl.value / 1000 : undefined;
    return { state: 'present', ttlSeconds: left };
  }

  /** The first of some names of a key that is there; undefined where none is, unknown where that cannot be told of one. */
  async function inspectKeys(links: Links, keys: readonly string[], signal: AbortSignal): Promise<KeyLookup | undefined> {
    const lookups = await Promise.all(keys.map((key) => inspectKey(links, key, signal)));
    for (const lookup of lookups) {
      if (lookup.state === 'unknown') return lookup;
      if (lookup.state !== 'present') continue;
      [found, maySuspect, suspect] = [true, true, undefined];
      listening.succeed();
      return lookup;
    }
    return undefined;
  }

  async function inspectProbe(probe: string | undefined, named: string | undefined, signal: AbortSignal): Promise<KeyLookup> {
    const written = probe === undefined ? undefined : writes.get(probe);
    if (commands === undefined) return { state: 'unknown' };
    const forms = keyForms(named, namespace);
    const keys = written === undefined ? forms : keysOf(written, forms);
    const seen = keys.length === 0 ? undefined : await inspectKeys(commands, keys, signal);
    if (written !== undefined && probe !== undefined) {
      // Waits for the messages that the server has sent since: the look-up itself can make a key expire.
      const isPlain = seen !== undefined && written.times === 1 && !written.flushed;
      const all = isPlain || (await drainPushes(signal)) ? (writes.get(probe) ?? written) : undefined;
      return lookupOf(seen, all, found);
    }
    if (seen !== undefined) return seen;
    if (keys.length > 0) return { state: namespace === undefined ? 'unknown' : 'absent' };
    return { state: (await wouldSeeWrite(signal)) ? 'absent' : 'unknown' };
  }

  /** Whether all that was written since a probe was sent was listened to, and no key of it was among that. */
  async function wasNotWritten(probe: string | undefined, signal: AbortSignal): Promise<boolean> {
    if (probe === undefined || !listening.covers(probe) || listening.connection !== subscriber || shares) return false;
    return (await drainPushes(signal)) && writes.get(probe) === undefined;
  }

  /**
   * The key of a hit that is missing under a namespace that held keys before: the gateway may have got another one. Not known, until
   * all writes of the server were listened to during a pair.
   */
  async function orSuspectNamespace(lookup: KeyLookup, probe: string | undefined, isHit: boolean, signal: AbortSignal): Promise<KeyLookup> {
    if (suspect !== undefined && lookup.state === 'unknown' && (await wasNotWritten(probe, signal))) {
      const before = suspect.namespace;
      [suspect, learnedNamespace] = [undefined, before];
      listening.succeed();
      listening.end();
      [namespace, prefixes, found] = [before, probePrefixes(before), true];
      subscriber ??= await connectAll(signal, subscribe);
      return { state: 'absent' };
    }
    if (lookup.state !== 'absent') return lookup;
    missed ||= !isHit;
    if (missed || lookup.lostAfterWrite || isFresh || namespace === undefined) return lookup;
    if (maySuspect) {
      [suspect, maySuspect] = [{ namespace }, false];
      listening.ask();
    }
    return suspect === undefined ? lookup : { state: 'unknown' };
  }

  /** Makes the next connection hear of all writes. */
  function beginAnew(): void {
    subscriber?.disconnect();
    subscriber = undefined;
    listening.beginAnew();
    [learnedNamespace, namespace, prefixes, found] = [undefined, undefined, probePrefixes(undefined), false];
  }

  return {
    get watching() {
      return isWhole(subscriber) && namespace !== undefined;
    },
    get connections() {
      return commands?.all ?? NONE;
    },
    get failure() {
      return (
        failure ??
        (servers.isCluster && commands !== undefined ? failureWithout(servers, (server) => hasLink(commands, server)) : undefined)
      );
    },
    async expect(probe, signal) {
      sentProbes.add(probe);
      listening.expect(probe);
      const [oldest] = sentProbes;
      if (sentProbes.size > MAX_SENT_PROBES && oldest !== undefined) sentProbes.delete(oldest);
      if (listening.phase !== 'done' || learnedNamespace === undefined || namespace !== undefined || commands === undefined) return;
      [namespace, prefixes] = [learnedNamespace, probePrefixes(learnedNamespace)];
      subscriber ??= await connectAll(signal, subscribe);
    },
    get doubts() {
      return commands !== undefined && suspect !== undefined && listening.isDue();
    },
    async listen(signal) {
      beginAnew();
      subscriber = await connectAll(signal, subscribe);
    },
    get learnedNamespace() {
      return learnedNamespace;
    },
    async connect(known, signal, told = true) {
      [isFresh, missed] = [told && known !== undefined, false];
      if (isFresh) [learnedNamespace, suspect] = [known, undefined];
      const isUntold = learnedNamespace === undefined && known === undefined && listening.phase === 'done';
      if ((suspect !== undefined || isUntold) && listening.isDue()) beginAnew();
      namespace = learnedNamespace !== undefined || (suspect !== undefined && listening.phase !== 'done') ? learnedNamespace : known;
      const wanted = probePrefixes(namespace);
      if (wanted.length !== prefixes.length || wanted.some((prefix) => !prefixes.includes(prefix))) {
        subscriber?.disconnect();
        subscriber = undefined;
        prefixes = wanted;
        found = false;
      }
      [commands, subscriber] = [endOld(commands), endOld(subscriber)];
      if (subscriber !== undefined && commands !== undefined) return;
      if (!(await waitForOwnCredential(target, target.config.timeout, clock, signal))) {
        failure = target.state?.failure ?? 'unknown';
        return;
      }
      commands ??= await connectAll(signal, open);
      if (commands !== undefined) subscriber ??= await connectAll(signal, subscribe);
    },
    async written(probe, milliseconds, signal) {
      if (subscriber !== undefined) await writes.wait(probe, milliseconds, signal);
      return writes.get(probe);
    },
    async inspect(probe, named, isHit, signal) {
      const lookup = await orSuspectNamespace(await inspectProbe(probe, named, signal), probe, isHit, signal);
      if (probe !== undefined) writes.forget(probe);
      return lookup;
    },
    async counters(signal) {
      const links = commands;
      if (links === undefined || (servers.isCluster && !isWhole(links))) return undefined;
      const counters = await attempt(signal, (limited) => counterReader.read(links, limited));
      if (counters?.mode !== undefined) shares = counters.mode !== 'standalone' && !servers.isCluster;
      return servers.isCluster && counters !== undefined ? { ...counters, whole: true } : counters;
    },
    others: (since) => (subscriber === undefined ? undefined : writes.others(since)),
    close() {
      listening.end();
      subscriber?.disconnect();
      commands?.disconnect();
    },
  };
}

function hasLink(links: Links | undefined, server: Target): boolean {
  return links?.all.get(server)?.socket.destroyed === false;
}

/** Whether links lead to these servers and to no other. */
function isCurrent(links: Links, servers: readonly Target[]): boolean {
  return servers.length === links.all.size && servers.every((server) => hasLink(links, server));
}
