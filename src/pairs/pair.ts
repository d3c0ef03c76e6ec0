import { type CacheMarkers, readCacheMarkers, readStreamMarkers } from '../litellm/cache-markers.ts';
import { failed, type Gateway, type Reply } from '../litellm/gateway.ts';
import { createStreamReader } from '../litellm/stream.ts';
import type { CacheMark, ContentDoubt, GatewayFailure, NonceOwner, Outcome, PairRequest, Phase } from '../model/cache.ts';
import type { Tick } from '../model/tick.ts';
import { newNonce } from '../origin/probe-nonce.ts';
import type { OriginKeys } from '../origin/stamp.ts';
import type { KeyState } from '../redis/probe-keys/lookup.ts';
import { newProbe } from '../redis/probe-keys/names.ts';
import type { KeyWatch } from '../redis/probe-keys/watch.ts';
import type { Clock } from '../schedule/clock.ts';
import { type Content, type ContentContext, contentOf, type Reading, readContent } from './content.ts';
import { isHit, outcomeOf, type PairKind } from './outcome.ts';
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
  /** An experiment, or a question about something else, counts as what is asked beside the pairs; `modelSeconds` is what the model usually takes. */
  experiment?: { modelSeconds: number; question?: 'experiment' | 'tenants' | 'fidelity' } | undefined;
  /** The keys that sign the answers, where the model of the gateway leads to the origin; `unreadable` where they cannot be had now. */
  originKeys?: OriginKeys | 'unreadable' | undefined;
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
  /** The answer is the origin's, so that it cost nothing. */
  fromOrigin?: boolean | undefined;
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
  /** An answer is the one to another prompt, and who made that; of an answer of the origin only. */
  other?: { request: PairRequest; owner: NonceOwner } | undefined;
  /** JSON pointers to what programs act on and the duplicate has not as it was stored. */
  differs?: readonly string[] | undefined;
  /** Why the content of the answers proves less than it should; undefined where it proves the hit or the miss, or the model does not lead to the origin. */
  doubt?: ContentDoubt | undefined;
  /** Hit or miss is told by the content of the answers. */
  proven?: boolean | undefined;
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
  const keysOfOrigin = plan.originKeys === 'unreadable' ? undefined : plan.originKeys;
  const nonce = newNonce(plan.instance, keysOfOrigin);
  const controls = controlsOf(plan, probe);
  const question = prober.body(plan.model, nonce, controls);
  const body = JSON.stringify(question);
  const context: ContentContext | undefined = keysOfOrigin && {
    prober,
    nonce,
    request: question,
    instance: plan.instance,
    keys: keysOfOrigin,
  };
  const contents: Partial<Record<PairRequest, Content>> = {};

  await keys?.expect(probe, tick.signal);
  const first = await request('first', body);
  const answeredAt = clock.monotonic();
  const alone = read(first, undefined);
  // Whether a prompt that is not known was rewritten, or is one of others, the duplicate tells.
  if (alone === undefined || (alone.first === 'hit' && alone.other?.owner !== 'unknown')) return result(first, undefined);

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
    const isHit = duplicate.markers !== undefined && (kind === 'control' || read(first, duplicate)?.duplicate === 'hit');
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
  const isInDoubt = lookup?.state === 'unknown' && kind !== 'control' && pair.outcome !== undefined && isHit(pair.outcome);
  if (!isInDoubt || !keys?.doubts || plan.until - now < 2 * (now - start) + MAX_WRITE_WAIT_MS || !mayRepeat(pair)) return pair;
  await keys.listen(tick.signal);
  // Beside the pair that is asked of a round, it counts as an experiment for what it costs.
  const asked = { ...plan, kind: 'own', experiment: plan.experiment ?? { modelSeconds: first.seconds } } as const;
  const repeated = await runPair(asked, gateways, keys, tick, clock);
  // That an answer was altered is proven by it, whatever the next one is.
  const isLost = pair.outcome === 'hit_altered' && repeated.outcome !== undefined && isHit(repeated.outcome);
  return isLost ? { ...repeated, outcome: 'hit_altered', differs: repeated.differs ?? pair.differs } : repeated;

  /** What both answers show, or the first one alone, by their marks and their content. */
  function read(one: RequestResult, two: RequestResult | undefined): Reading | undefined {
    if (one.markers === undefined) return undefined;
    const marks = prober.cache(one.markers, two?.markers ?? one.markers);
    if (contents.first === undefined || context === undefined) {
      return plan.originKeys === 'unreadable' ? { ...marks, doubt: 'no_key' } : marks;
    }
    return readContent(marks, contents.first, contents.duplicate, context);
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
      const content = context !== undefined && !failed(reply) && sent.markers !== undefined ? contentOf(reply.body, context) : undefined;
      if (content !== undefined) contents[which] = content;
      note({
        'http.response.status_code': reply.status,
        'error.type': sent.failure,
        route: prober.route,
        kind,
        content: content?.witness.kind,
      });
      return content === undefined ? sent : { ...sent, fromOrigin: 'stamp' in content.witness };
    });
  }

  function result(one: RequestResult, two: RequestResult | undefined, key: KeyState = 'unknown', lostAfterWrite?: boolean): PairResult {
    const marks = read(one, two);
    const marked = marks && { ...one, mark: marks.first };
    const found = marks?.needsKey && marks.duplicate === 'hit' && key !== 'present' ? 'unknown' : marks?.duplicate;
    const repeated = two && { ...two, mark: found !== undefined && two.markers !== undefined ? found : two.mark };
    const outcome = outcomeOf({
      kind,
      first: marks?.first ?? 'error',
      duplicate: repeated && (repeated.markers === undefined ? 'error' : repeated.mark),
      labelled: marks?.labelled ?? true,
      other: marks?.other !== undefined,
      altered: marks?.differs !== undefined,
      key,
      lostAfterWrite,
    });
    const unmarked = repeated?.mark === 'hit' && marks?.labelled === false;
    return {
      probe,
      prober,
      kind,
      outcome,
      first: marked ?? one,
      duplicate: repeated,
      key,
      unmarked,
      lostAfterWrite,
      ...(marks?.other && { other: marks.other }),
      ...(marks?.differs && { differs: marks.differs }),
      ...(marks?.doubt && { doubt: marks.doubt }),
      ...(context !== undefined && { proven: marks !== undefined && marks.doubt === undefined }),
    };
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
