import { randomBytes } from 'node:crypto';
import { type CacheMarkers, readCacheMarkers, readStreamMarkers } from '../litellm/cache-markers.ts';
import { failed, type Gateway, type Reply } from '../litellm/gateway.ts';
import { createStreamReader } from '../litellm/stream.ts';
import type { CacheMark, GatewayFailure, Outcome, PairRequest, Phase } from '../model/cache.ts';
import type { Tick } from '../model/tick.ts';
import type { KeyState } from '../redis/probe-keys/lookup.ts';
import { newProbe } from '../redis/probe-keys/names.ts';
import type { KeyWatch } from '../redis/probe-keys/watch.ts';
import type { Clock } from '../schedule/clock.ts';
import { outcomeOf, type PairKind } from './outcome.ts';
import type { CacheControls, Prober } from './prober.ts';

/** What a pair needs to know. */
export interface PairPlan {
  prober: Prober;
  model: string;
  kind: PairKind;
  ttlSeconds: number;
  /** What the probes of this exporter have in their name. */
  instance: string;
  /** The gateway caches only on demand (`mode: default_off`). */
  onDemand: boolean;
  /** The monotonic time by which the pair has to be over, in milliseconds. */
  until: number;
  /** An experiment, or a question about tenants, counts as what is asked beside the pairs; `modelSeconds` is what the model usually takes. */
  experiment?: { modelSeconds: number; question?: 'experiment' | 'tenants' } | undefined;
}

/** Where each of the two requests is sent: the same gateway, or two replicas of it. */
export type Endpoints = Readonly<Record<PairRequest, Gateway>>;

/** One of the two requests, as it went. */
export interface RequestResult {
  seconds: number;
  phases?: Record<Phase, number> | undefined;
  firstContentSeconds?: number | undefined;
  markers?: CacheMarkers | undefined;
  mark: CacheMark;
  failure?: GatewayFailure | undefined;
  status?: number | undefined;
}

/** One pair, as it went. */
export interface PairResult {
  /** The cache namespace of the probe; a plain pair goes without it. */
  probe: string;
  prober: Prober;
  kind: PairKind;
  /** Undefined for a negative control that passed. */
  outcome: Outcome | undefined;
  first: RequestResult;
  duplicate?: RequestResult | undefined;
  key: KeyState;
  /** The duplicate hit without the sign that its route has. */
  unmarked?: boolean | undefined;
  /** The key was written to the watched server and lost before the pair ended. */
  lostAfterWrite?: boolean | undefined;
  ttlSeconds?: number | undefined;
  /** From the end of the first answer until its key was written; 0 when it was written before. */
  writeLagSeconds?: number | undefined;
}

/** How long a write may take after its answer; it is usually there before (measured: 1.2 ms after it at the latest). */
const MAX_WRITE_WAIT_MS = 500;

/**
 * Sends two identical requests around a fresh nonce and looks for their key. No request is repeated: a second try would find
 * another state of the cache. A hit whose key is in doubt is followed by one more pair, which all writes of the server are
 * listened to during and which counts in its stead, where there is time for it and `mayRepeat` takes the first pair into account
 * and says so. Rejects only when the tick was aborted.
 */
export async function runPair(
  plan: PairPlan,
  gateways: Endpoints,
  keys: KeyWatch | undefined,
  tick: Tick,
  clock: Clock,
  mayRepeat: (doubtful: PairResult) => boolean = () => false,
): Promise<PairResult> {
  const start = clock.monotonic();
  const { prober, kind } = plan;
  const probe = newProbe(plan.instance);
  const nonce = randomBytes(16).toString('hex');
  const controls = controlsOf(plan, probe);
  const body = JSON.stringify(prober.body(plan.model, nonce, controls));

  await keys?.expect(probe, tick.signal);
  const first = await request('first', body);
  const answeredAt = clock.monotonic();
  if (first.markers === undefined || prober.cache(first.markers, first.markers).first === 'hit') return result(first, undefined);

  const watched = keys?.watching === true && kind !== 'plain';
  const written = await tick.step('wait', async (_, note) => {
    // Half of the time that is left is for the duplicate.
    const patience = Math.min(MAX_WRITE_WAIT_MS, Math.max(0, (plan.until - clock.monotonic()) / 2));
    const seen = watched ? await keys.written(probe, patience, tick.signal) : undefined;
    if (!watched) await clock.sleep(patience, tick.signal);
    note({ watched, written: seen !== undefined });
    return seen;
  });

  const again = kind === 'control' ? JSON.stringify(prober.body(plan.model, nonce, { ...controls, 'no-cache': true })) : body;
  const duplicate = await request('duplicate', again);
  const lookup = await tick.step('key check', async (_, note) => {
    const named = duplicate.markers?.cacheKey;
    // A negative control has to miss.
    const isHit = duplicate.markers !== undefined && (kind === 'control' || marksOf(first, duplicate)?.duplicate === 'hit');
    // The key of a plain pair has no prefix that is watched: without its name nothing is known of it.
    const isNameless = kind === 'plain' && named === undefined;
    const found = isNameless ? undefined : await keys?.inspect(kind === 'plain' ? undefined : probe, named, isHit, tick.signal);
    note({ key: found?.state ?? 'unknown' });
    return found;
  });
  const pair = {
    ...result(first, duplicate, lookup?.state, lookup?.lostAfterWrite),
    ttlSeconds: lookup?.ttlSeconds,
    writeLagSeconds: written === undefined ? undefined : Math.max(0, written.at - answeredAt) / 1000,
  };
  const now = clock.monotonic();
  // Twice the time: a request that a limit cuts short would say that the gateway is slow.
  const isInDoubt = lookup?.state === 'unknown' && (pair.outcome === 'hit_unverified' || pair.outcome === 'hit_unlabelled');
  if (!isInDoubt || !keys?.doubts || plan.until - now < 2 * (now - start) + MAX_WRITE_WAIT_MS || !mayRepeat(pair)) return pair;
  await keys.listen(tick.signal);
  // Beside the pair that is asked of a round, it counts as an experiment for what it costs.
  return runPair({ ...plan, kind: 'own', experiment: plan.experiment ?? { modelSeconds: first.seconds } }, gateways, keys, tick, clock);

  function marksOf(one: RequestResult, two: RequestResult | undefined) {
    return one.markers && prober.cache(one.markers, two?.markers ?? one.markers);
  }

  function request(which: PairRequest, text: string): Promise<RequestResult> {
    const beside = extraRequestOf(plan, which, which === 'duplicate' ? first.seconds : undefined);
    return tick.step(which, async (headers, note) => {
      const stream = prober.results === undefined ? createStreamReader() : undefined;
      const reply = await gateways[which].send(
        {
          method: 'POST',
          path: prober.path,
          body: text,
          headers,
          authenticated: true,
          onChunk: stream?.feed,
          until: plan.until,
          ...beside,
        },
        tick.signal,
      );
      const sent = readResult(prober, reply, stream);
      note({ 'http.response.status_code': reply.status, 'error.type': sent.failure, route: prober.route, kind });
      return sent;
    });
  }

  function result(one: RequestResult, two: RequestResult | undefined, key: KeyState = 'unknown', lostAfterWrite?: boolean): PairResult {
    const marks = marksOf(one, two);
    const marked = marks && { ...one, mark: marks.first };
    const repeated = two && { ...two, mark: marks !== undefined && two.markers !== undefined ? marks.duplicate : two.mark };
    const outcome = outcomeOf({
      kind,
      first: marks?.first ?? 'error',
      duplicate: repeated && (repeated.markers === undefined ? 'error' : repeated.mark),
      labelled: marks?.labelled ?? true,
      key,
      lostAfterWrite,
    });
    const unmarked = repeated?.mark === 'hit' && marks?.labelled === false;
    return { probe, prober, kind, outcome, first: marked ?? one, duplicate: repeated, key, unmarked, lostAfterWrite };
  }
}

/** What a request is beside the two of an ordinary pair; nothing for one of these. `modelSeconds` is how long the first one took. */
function extraRequestOf({ kind, experiment }: PairPlan, which: PairRequest, modelSeconds: number | undefined) {
  if (experiment !== undefined)
    return { question: experiment.question ?? 'experiment', modelSeconds: modelSeconds ?? experiment.modelSeconds } as const;
  return kind === 'control' && which === 'duplicate' ? ({ question: 'control', modelSeconds } as const) : {};
}

/** The cache controls of a pair: none for a plain one, except where caching has to be asked for. */
function controlsOf({ kind, ttlSeconds, onDemand }: PairPlan, namespace: string): CacheControls | undefined {
  const demand = onDemand ? { 'use-cache': true as const } : undefined;
  return kind === 'plain' ? demand : { ttl: ttlSeconds, namespace, ...demand };
}

function readResult(prober: Prober, reply: Reply, stream: ReturnType<typeof createStreamReader> | undefined): RequestResult {
  if (failed(reply)) return { seconds: reply.seconds, mark: 'unknown', failure: reply.failure, status: reply.status };
  const streamMarkers = stream?.markers();
  const marks =
    prober.results === undefined ? readStreamMarkers(reply, streamMarkers ?? { complete: false }) : readCacheMarkers(prober.results, reply);
  const { seconds, phases, status } = reply;
  if (marks === undefined) return { seconds, phases, status, mark: 'unknown', failure: 'protocol' };
  return { seconds, phases, status, markers: marks, mark: 'unknown', firstContentSeconds: streamMarkers?.firstContentSeconds };
}
