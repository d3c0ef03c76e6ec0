import type { Clock } from '../../schedule/clock.ts';
import type { Cluster } from '../connection/cluster.ts';
import type { Connection } from '../connection/connection.ts';
import type { Target } from '../connection/target.ts';
import { waitForOwnCredential } from '../connection/wait-for-credential.ts';
import { createAttempts } from './attempts.ts';
import { createCounterReader } from './counters.ts';
import { createNamespaceDoubt } from './doubt.ts';
import type { KeyWatch } from './key-watch.ts';
import { createLinks, type Links, type Prepare } from './links.ts';
import { keepListening } from './listening.ts';
import { keysOf, lookUpKey, lookUpKeys } from './look-up-key.ts';
import { type KeyLookup, lookupOf } from './lookup.ts';
import { keyForms, namespaceOf, probeKeys, probePrefixes } from './names.ts';
import { failureWithout, serversOf } from './servers.ts';
import { createProbeWrites } from './writes.ts';

export type { KeyWatch } from './key-watch.ts';

const CHANNEL = '__redis__:invalidate';

const NONE: ReadonlyMap<Target, Connection> = new Map();

/** Probes that were sent last, whose keys may tell the namespace. */
const MAX_SENT_PROBES = 100;

/**
 * Watches the probe keys of one gateway in a target over two connections: one on which the server pushes
 * the names of written keys (`CLIENT TRACKING ON REDIRECT <itself> BCAST`, Redis 6 and later, RESP2), one
 * for look-ups. Tracking by prefix ignores the number of the database: a key that was pushed and does not
 * exist is in another one. Of a cluster each master is connected to like that, and a key is looked for on the one that has its slot.
 * `instance` is what the probes of this exporter have in their name, `mostKeys` how many keys of one probe are kept.
 */
export function createKeyWatch(target: Target | Cluster, clock: Clock, instance = '', mostKeys?: number): KeyWatch {
  const writes = createProbeWrites(clock, instance, mostKeys);
  const sentProbes = new Set<string>();
  let prefixes: readonly string[] = [];
  let namespace: string | null | undefined;
  const servers = serversOf(target);
  const counterReader = createCounterReader();
  const attempts = createAttempts(target.config.timeout);
  const doubt = createNamespaceDoubt();
  let subscriber: Links | undefined;
  let commands: Links | undefined;
  /** A key of a probe was found in the watched database under this namespace. */
  let found = false;
  /** The server is one of several that share the keys: what it does not push may be on another. */
  let shares = false;
  let learnedNamespace: string | null | undefined;
  const listening = keepListening(clock, leave);

  function forgetLinks(links: Links): void {
    if (subscriber === links) subscriber = undefined;
    if (commands === links) commands = undefined;
  }

  async function open(links: Links | undefined, prepare: Prepare, signal: AbortSignal): Promise<Links | undefined> {
    const opened = links ?? createLinks(prepare, forgetLinks, clock);
    if (links !== undefined && links.missing(servers.usable()).length === 0) return links;
    try {
      const isOpen = await attempts.make(signal, async (limited) => {
        await opened.open(servers.usable(), limited);
        return true;
      });
      return isOpen ? opened : undefined;
    } catch (error) {
      // Those that were opened when the tick ends are closed: nobody else knows them.
      if (links === undefined) opened.disconnect();
      throw error;
    }
  }

  function openCommands(signal: AbortSignal): Promise<Links | undefined> {
    return open(commands, async () => undefined, signal);
  }

  function subscribe(signal: AbortSignal): Promise<Links | undefined> {
    const learns = listening.phase === 'not yet' && namespace === undefined;
    return open(subscriber, (server, redis, links) => track(server, redis, links, learns, signal), signal);
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
        learnedNamespace = namespaceOf(own);
        doubt.clear();
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
    if (doubt.suspect !== undefined) learnedNamespace = doubt.suspect.namespace;
    links.disconnect();
    if (subscriber === links) subscriber = undefined;
  }

  /** Whether the pushing connections would have told of a write: they answer, what they track is the gateway's prefix, and all keys are here. */
  async function wouldSeeWrite(signal: AbortSignal): Promise<boolean> {
    return namespace !== undefined && !shares && (await drainPushes(signal));
  }

  /** Waits for what the servers have pushed until now, which comes before their answers; false without a connection to each. */
  async function drainPushes(signal: AbortSignal): Promise<boolean> {
    const links = subscriber;
    if (links?.isWhole(servers.all()) !== true) return false;
    const asked = (limited: AbortSignal) => Promise.all([...links.all].map(([server, redis]) => server.ask(redis, ['PING'], limited)));
    return (await attempts.make(signal, asked)) !== undefined;
  }

  async function inspectProbe(probe: string | undefined, named: string | undefined, signal: AbortSignal): Promise<KeyLookup> {
    const written = probe === undefined ? undefined : writes.get(probe);
    const links = commands;
    if (links === undefined) return { state: 'unknown' };
    const forms = keyForms(named, namespace);
    const keys = written === undefined ? forms : keysOf(written, forms);
    const seen = await lookUpKeys(keys, (key) => lookUpKey(links, servers, key, attempts, signal));
    if (seen?.state === 'present') {
      found = true;
      doubt.clear();
      listening.succeed();
    }
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
    const { suspect } = doubt;
    if (suspect !== undefined && lookup.state === 'unknown' && (await wasNotWritten(probe, signal))) {
      doubt.dismiss();
      learnedNamespace = suspect.namespace;
      listening.succeed();
      listening.end();
      [namespace, prefixes, found] = [suspect.namespace, probePrefixes(suspect.namespace), true];
      subscriber = await subscribe(signal);
      return { state: 'absent' };
    }
    if (lookup.state !== 'absent') return lookup;
    const weighed = doubt.weigh(lookup, namespace, isHit);
    if (weighed === 'new') listening.ask();
    return weighed === 'none' ? lookup : { state: 'unknown' };
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
      return subscriber?.isWhole(servers.all()) === true && namespace !== undefined;
    },
    get connections() {
      return commands?.all ?? NONE;
    },
    get failure() {
      return attempts.failure ?? (servers.isCluster && commands !== undefined ? failureWithout(servers, commands) : undefined);
    },
    async expect(probe, signal) {
      sentProbes.add(probe);
      listening.expect(probe);
      const [oldest] = sentProbes;
      if (sentProbes.size > MAX_SENT_PROBES && oldest !== undefined) sentProbes.delete(oldest);
      if (listening.phase !== 'done' || learnedNamespace === undefined || namespace !== undefined || commands === undefined) return;
      [namespace, prefixes] = [learnedNamespace, probePrefixes(learnedNamespace)];
      subscriber = await subscribe(signal);
    },
    get doubts() {
      return commands !== undefined && doubt.suspect !== undefined && listening.isDue();
    },
    async listen(signal) {
      beginAnew();
      subscriber = await subscribe(signal);
    },
    get learnedNamespace() {
      return learnedNamespace;
    },
    async connect(known, signal, told = true) {
      const isFresh = told && known !== undefined;
      doubt.begin(isFresh);
      if (isFresh) learnedNamespace = known;
      const isUntold = learnedNamespace === undefined && known === undefined && listening.phase === 'done';
      if ((doubt.suspect !== undefined || isUntold) && listening.isDue()) beginAnew();
      namespace = learnedNamespace !== undefined || (doubt.suspect !== undefined && listening.phase !== 'done') ? learnedNamespace : known;
      const wanted = probePrefixes(namespace);
      if (wanted.length !== prefixes.length || wanted.some((prefix) => !prefixes.includes(prefix))) {
        subscriber?.disconnect();
        subscriber = undefined;
        prefixes = wanted;
        found = false;
      }
      for (const links of [commands, subscriber]) links?.keep(servers.all());
      const isMissing = [commands, subscriber].some((links) => links === undefined || links.missing(servers.usable()).length > 0);
      if (!isMissing) return;
      if (!(await waitForOwnCredential(target, target.config.timeout, clock, signal))) {
        attempts.failure = target.state?.failure ?? 'unknown';
        return;
      }
      commands = await openCommands(signal);
      if (commands !== undefined) subscriber = await subscribe(signal);
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
      if (links === undefined || (servers.isCluster && !links.isWhole(servers.all()))) return undefined;
      const counters = await attempts.make(signal, (limited) => counterReader.read(links, limited));
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
