import { type Sample, sample } from '../../../catalogue/sample.ts';
import type { GatewayConfig } from '../../../config/effective.ts';
import { readBreaker } from '../../../litellm/breaker.ts';
import { createGateway, type Gateway, type RequestObserver } from '../../../litellm/gateway.ts';
import { type CachePing, type Health, type PingLimits, pingCache, readHealth } from '../../../litellm/health.ts';
import { findReplicas, type Replica } from '../../../litellm/replicas.ts';
import type { GatewayStatus } from '../../../model/status.ts';
import type { Details } from '../../../model/tick.ts';
import type { Endpoints } from '../../../pairs/pair.ts';
import type { Clock } from '../../../schedule/clock.ts';
import { routeStateOf } from '../../../verdict/route-state.ts';
import type { RouteResult, Signals } from '../../../verdict/signals.ts';
import { replicaEvidence } from './evidence.ts';
import { watchApart } from './isolation.ts';
import { keepOrdered, type OrderedPair } from './ordered-pairs.ts';

/** Which replicas the pairs of one round use. */
export interface Turn extends Endpoints {
  /** The duplicate goes to another replica than the first request. */
  crossReplica: boolean;
  /** One of them is met for the first time since it started. */
  cold: boolean;
  details: Details;
}

/** The replicas of a gateway; where none are configured, the gateway itself stands for the only one. */
export interface ReplicaWatch {
  /** Finds the replicas of this tick and asks each; the gateway is alive, or ready, when any of them is. */
  askHealth(signal: AbortSignal): Promise<Health>;
  /** Asks `/cache/ping` of both replicas whose turn it is; the worse status counts. */
  askPing(limits: PingLimits, signal: AbortSignal): Promise<CachePing>;
  /** Whether the circuit breaker of the replica that has to read is open, until a monotonic time at most; undefined where it does not tell. */
  askBreaker(until: number, signal: AbortSignal): Promise<boolean | undefined>;
  /** Begins a round of pairs. The next tick has the next ordered pair of replicas. */
  turn(): Turn;
  /** Takes in a pair of this round. A hit of any route shows that the two share a cache. */
  record(result: RouteResult): void;
  /** After a round without a hit from Redis: each of the two replicas by itself, unless it is known already what one of them does alone. */
  alone(): { name: string; ways: Endpoints }[];
  /** Takes in a pair that a replica had to itself. */
  recordAlone(name: string, result: RouteResult): void;
  sharing(): Signals['replicas'];
  samples(): Sample[];
  /** Sentences that name who is down and who does not read what others wrote. */
  evidence(): string[];
  status(): Pick<GatewayStatus, 'replicas'>;
}

/** How many replicas are looked at in a tick; of more, others come when all of these have met each other. */
const SAMPLE = 8;

/** Watches the replicas of a gateway. `mayAsk`: whether `/cache/ping` may be asked once more. */
export function watchReplicas(config: GatewayConfig, clock: Clock, watcher: RequestObserver, mayAsk: () => boolean): ReplicaWatch {
  const whole = createGateway(config, clock, watcher);
  const addresses = config.addresses ?? [];
  if (addresses.length === 0) return watchOne(whole);

  const ordered = keepOrdered();
  const apart = watchApart();
  const met = new Set<string>();
  /** Replicas that read back by themselves what the watched server does not have. */
  const elsewhere = new Map<string, RouteResult>();
  let health: { replica: Replica; health: Health }[] = [];
  let current: OrderedPair | undefined;
  let used = false;
  let begin = 0;

  function way(replica: Replica | undefined): Gateway {
    return replica === undefined ? whole : createGateway(config, clock, watcher, replica);
  }

  /** The replicas of this tick; the window moves on when every ordered pair in it had its turn. */
  function windowOf(all: readonly Replica[]): Replica[] {
    if (all.length <= SAMPLE) return [...all];
    if (used && ordered.turnsLeft() === 0) begin += SAMPLE - 1;
    return [...all, ...all].slice(begin % all.length).slice(0, SAMPLE);
  }

  function forgetAllBut(names: ReadonlySet<string>): void {
    apart.forgetAllBut(names);
    for (const name of elsewhere.keys()) if (!names.has(name)) elsewhere.delete(name);
  }

  /** The names of the replicas whose turn it is. */
  function names(): string[] {
    return [current?.from, current?.to].flatMap((replica) => replica?.name ?? []);
  }

  return {
    async askHealth(signal) {
      const all = await findReplicas(addresses, config.url, config.timeout, signal);
      const window = windowOf(all);
      health = await Promise.all(window.map(async (replica) => ({ replica, health: await readHealth(way(replica), signal) })));
      const down = health.filter((one) => one.health.failure !== undefined).map(({ replica }) => replica);
      for (const { name } of down) met.delete(name);
      const alive = window.filter((replica) => !down.includes(replica));
      const left = all.filter((replica) => !down.includes(replica));
      ordered.forgetAllBut(left);
      forgetAllBut(new Set(left.map(({ name }) => name)));
      current = ordered.next(alive, used);
      used = false;
      return joined(health.map((one) => one.health));
    },
    async askPing(limits, signal) {
      const first = await pingCache(way(current?.from), limits, signal);
      // What one replica could not bear is not asked of the other.
      const another = current?.from !== current?.to && mayAsk();
      const duplicate = another ? await pingCache(way(current?.to), limits, signal) : undefined;
      return { settings: first.settings, status: duplicate === undefined || first.status !== 200 ? first.status : duplicate.status };
    },
    askBreaker: (until, signal) => readBreaker(way(current?.to), until, signal),
    turn() {
      used = true;
      ordered.begin();
      apart.begin();
      const pair = names();
      const cold = pair.some((name) => !met.has(name));
      for (const name of pair) met.add(name);
      const [from, to] = pair;
      return {
        first: way(current?.from),
        duplicate: way(current?.to),
        crossReplica: from !== to,
        cold,
        details: { replica_first: from, replica_duplicate: to },
      };
    },
    record: (result) => {
      if (current === undefined) return;
      ordered.record(current, result, clock.now());
      const shared = ordered.shared();
      apart.record(names(), shared);
      if (shared) for (const name of names()) elsewhere.delete(name);
    },
    alone() {
      if (current === undefined || current.from === current.to || ordered.shared()) return [];
      if (names().some((name) => elsewhere.has(name))) return [];
      return [current.from, current.to].map((replica) => {
        const gateway = way(replica);
        return { name: replica.name, ways: { first: gateway, duplicate: gateway } };
      });
    },
    recordAlone(name, result) {
      if (routeStateOf(result) === 'unwatched') elsewhere.set(name, result);
    },
    sharing() {
      const these = names();
      // Of an outage between two others a replica that goes its own way says nothing.
      const told = [...elsewhere].filter(([name]) => ordered.shared() || these.includes(name));
      return { isolated: apart.of(these), readsOtherCache: told.map(([name, result]) => ({ name, result })) };
    },
    samples: () => {
      const coverage = ordered.coverage();
      return coverage === undefined ? [] : [sample('llm.cache.probe.replica_coverage', {}, coverage)];
    },
    evidence: () =>
      replicaEvidence(
        health.map((one) => ({ name: one.replica.name, ...one.health })),
        ordered.latest(),
      ),
    status: () => ({ replicas: ordered.latest() }),
  };
}

/** A gateway without replicas of its own: every request goes to its URL. */
function watchOne(gateway: Gateway): ReplicaWatch {
  return {
    askHealth: (signal) => readHealth(gateway, signal),
    askPing: (limits, signal) => pingCache(gateway, limits, signal),
    askBreaker: (until, signal) => readBreaker(gateway, until, signal),
    turn: () => ({ first: gateway, duplicate: gateway, crossReplica: false, cold: false, details: {} }),
    record: () => undefined,
    alone: () => [],
    recordAlone: () => undefined,
    sharing: () => undefined,
    samples: () => [],
    evidence: () => [],
    status: () => ({}),
  };
}

/** What replicas say of the gateway: that of the first one that is alive, ready when any is. */
function joined(all: readonly Health[]): Health {
  const [dead] = all;
  const first = all.find(({ failure }) => failure === undefined) ?? dead;
  if (first === undefined) return { failure: 'dns', ready: false, version: undefined, cacheType: undefined };
  return { ...first, ready: all.some(({ ready }) => ready) };
}
