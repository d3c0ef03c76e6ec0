import { failed, type Gateway, type Reply } from '../litellm/gateway.ts';
import { parseJson } from '../litellm/json.ts';
import type { Exchange } from '../litellm/request.ts';
import { readEvents, tellsOfError } from '../litellm/stream.ts';
import type { GatewayFailure } from '../model/cache.ts';
import type { FidelityResult, FidelityShape, NotJudged } from '../model/fidelity.ts';
import type { Tick } from '../model/tick.ts';
import { newNonce } from '../origin/probe-nonce.ts';
import type { OriginKeys } from '../origin/stamp.ts';
import { joinEvents } from '../origin/wire/index.ts';
import { witnessOf } from '../origin/witness.ts';
import { newProbe } from '../redis/probe-keys/names.ts';
import type { KeyWatch } from '../redis/probe-keys/watch.ts';
import type { Clock } from '../schedule/clock.ts';
import { resultOf } from './result.ts';
import type { Body, Reading, Shape } from './shape.ts';
import { SHAPES } from './shapes.ts';

/** What is needed to try a shape. */
export interface ShapePlan {
  readonly shape: FidelityShape;
  readonly model: string;
  readonly ttlSeconds: number;
  /** What the probes of this exporter have in their name. */
  readonly instance: string;
  /** The gateway caches only on demand (`mode: default_off`). */
  readonly onDemand: boolean;
  readonly keys: OriginKeys;
  /** The monotonic time by which all of it has to be over, in milliseconds. */
  readonly until: number;
}

/** What a shape is tried with. */
export interface ShapeParts {
  /** Where the two requests of a try are sent: the same gateway, or two replicas of it. */
  readonly gateways: Readonly<Record<'first' | 'repeated', Gateway>>;
  /** Undefined without a target. */
  readonly keys: KeyWatch | undefined;
  readonly clock: Clock;
  /** Pays for a request that the origin did not answer, which costs nothing, however it ended. */
  pay(answer: Reply): void;
  /** Whether another try may be made: the lease, the budget and the time of the gateway allow it. */
  mayGoOn(): boolean;
  /** Whether an ordinary pair hits now. */
  serves(): Promise<boolean>;
}

/** What was found of a shape. */
export interface ShapeCheck {
  readonly shape: FidelityShape;
  readonly result: FidelityResult;
  /** Where the answer from the cache differs: JSON pointers into the answer that the origin prescribes, ten at most. */
  readonly parts: readonly string[];
  /** Why it is `unknown`. */
  readonly why?: NotJudged | undefined;
  /** Of a request that was refused or not answered. */
  readonly failure?: GatewayFailure | undefined;
  readonly status?: number | undefined;
}

/** A try that ended before there were two answers. */
interface Unanswered {
  readonly kind: 'unanswered';
  readonly failure: GatewayFailure;
  readonly status?: number | undefined;
}

/** How long a write may take after its answer, in milliseconds; as with pairs. */
const MAX_WRITE_WAIT_MS = 500;
/** Statuses of a gateway that is busy or waits for another server: the next request may be served. */
const PASSING: readonly number[] = [408, 425, 429, 502, 503, 504];

/**
 * Tries one shape. A miss and a refusal are looked at twice, with new nonces, and count only while an ordinary pair hits: a cache
 * that is away, an entry that was evicted or a gateway that is busy say nothing of a shape. Rejects only when the tick was aborted.
 */
export async function runShape(plan: ShapePlan, parts: ShapeParts, tick: Tick): Promise<ShapeCheck> {
  const first = await tryShape(plan, parts, tick);
  if (isSettled(first)) return checkOf(plan.shape, first);
  const second = parts.mayGoOn() ? await tryShape(plan, parts, tick) : undefined;
  if (second === undefined) return { ...checkOf(plan.shape, first), result: 'unknown', why: whyNot(first) };
  if (isSettled(second)) return checkOf(plan.shape, second);
  const isTwice = first.kind === second.kind;
  return isTwice && parts.mayGoOn() && (await parts.serves())
    ? checkOf(plan.shape, second)
    : { ...checkOf(plan.shape, second), result: 'unknown', why: whyNot(second) };
}

/** Whether one try is enough: the content of the answers proves what it shows. */
function isSettled(tried: Reading | Unanswered): boolean {
  return tried.kind === 'cached' || tried.kind === 'unreadable' || (tried.kind === 'unanswered' && !isRefusal(tried));
}

function isRefusal({ status }: Unanswered): boolean {
  return status !== undefined && status >= 400 && !PASSING.includes(status);
}

function whyNot({ kind }: Reading | Unanswered): NotJudged {
  return kind === 'missed' ? 'cache_missed' : 'unanswered';
}

function checkOf(shape: FidelityShape, tried: Reading | Unanswered): ShapeCheck {
  if (tried.kind === 'unanswered') {
    const { failure, status } = tried;
    const result = isRefusal(tried) ? { result: 'refused' as const } : { result: 'unknown' as const, why: 'unanswered' as const };
    return { shape, parts: [], failure, status, ...result };
  }
  return { shape, ...resultOf(tried), ...(tried.kind === 'unreadable' && { why: tried.why }) };
}

/** Both requests of a shape, with new nonces in a namespace of their own. */
async function tryShape(plan: ShapePlan, parts: ShapeParts, tick: Tick): Promise<Reading | Unanswered> {
  const { keys, clock } = parts;
  const shape: Shape = SHAPES[plan.shape];
  const probe = newProbe(plan.instance);
  const nonces = Array.from({ length: shape.nonces }, () => newNonce(plan.instance, plan.keys));
  const requests = shape.requests(plan.model, nonces, {
    ttl: plan.ttlSeconds,
    namespace: probe,
    ...(plan.onDemand && { 'use-cache': true }),
  });
  await keys?.expect(probe, tick.signal);
  // How long the model takes for it is not known, and that is not the time of the gateway.
  const one = await ask('first', requests.first, Number.POSITIVE_INFINITY);
  if (failed(one)) return { kind: 'unanswered', failure: one.failure, status: one.status };
  await tick.step('shape wait', async () => {
    const patience = Math.min(MAX_WRITE_WAIT_MS, Math.max(0, (plan.until - clock.monotonic()) / 2));
    if (keys?.watching === true) await keys.written(probe, patience, tick.signal);
    else await clock.sleep(patience, tick.signal);
  });
  const two = await ask('repeated', requests.repeated, one.seconds);
  // The first request was served: that the other one failed is no refusal of the API.
  if (failed(two)) return { kind: 'unanswered', failure: two.failure };
  // A gateway whose provider, or cache, fails in the middle of a stream has begun with 200.
  if (hasError(shape, requests.first, one) || hasError(shape, requests.repeated, two)) return { kind: 'unanswered', failure: 'provider' };
  const answers = { first: bodyOf(shape, requests.first, one), repeated: bodyOf(shape, requests.repeated, two) };
  return shape.read(answers, requests, nonces, plan.keys);

  function ask(which: 'first' | 'repeated', body: Body, modelSeconds: number): Promise<Reply> {
    return tick.step(`shape ${which}`, async (headers, note) => {
      const reply = await parts.gateways[which].send(
        {
          method: 'POST',
          path: shape.path,
          body: JSON.stringify(body),
          headers,
          authenticated: true,
          until: plan.until,
          question: 'fidelity',
          modelSeconds,
        },
        tick.signal,
      );
      if (failed(reply) || !isOfOrigin(shape, body, reply, plan.keys)) parts.pay(reply);
      note({ shape: plan.shape, 'http.response.status_code': reply.status, 'error.type': failed(reply) ? reply.failure : undefined });
      return reply;
    });
  }
}

/** Whether an event of a stream is an error. */
function hasError({ api }: Shape, request: Body, reply: Exchange): boolean {
  if (request.stream !== true || api === 'embeddings') return false;
  return readEvents(reply.body).some(tellsOfError);
}

/** Whether an answer is one of the origin's, to whatever prompt. */
function isOfOrigin(shape: Shape, request: Body, reply: Exchange, keys: OriginKeys): boolean {
  return 'stamp' in witnessOf(shape.api, bodyOf(shape, request, reply), '', keys);
}

/** The body of an answer; of a stream what its events join to, and whether its last event came. */
function bodyOf({ api }: Shape, request: Body, reply: Exchange): unknown {
  if (request.stream !== true || api === 'embeddings') return parseJson(reply.body);
  const isComplete = reply.body.trimEnd().endsWith('[DONE]');
  return { ...joinEvents(api, readEvents(reply.body)), ...(isComplete && { done: true }) };
}
