import { type FailedRequest, failed, type Gateway, type Reply } from '../litellm/gateway.ts';
import { at, parseJson, text } from '../litellm/json.ts';
import type { Exchange } from '../litellm/request.ts';
import type { GatewayFailure } from '../model/cache.ts';
import { newQuestion } from '../redis/probe-keys/names.ts';
import type { KeyWatch } from '../redis/probe-keys/watch.ts';
import type { Written } from '../redis/probe-keys/writes.ts';
import type { Clock } from '../schedule/clock.ts';
import { memberOf, writeJson } from './json-text.ts';
import type { Pace } from './pace.ts';
import { PATHS, sentBody, type UserRequest } from './request.ts';

/**
 * What a gateway did with a request. `keyed`: it has a key. Two requests share an entry when one of their `marks` is the same; `keys` are the
 * names under which Redis holds it, empty where no server told of them. `not_cached`: the answer was not stored, and not found again.
 * `refused`: there was no answer, with what the gateway says of it, which may hold words of the request. `too_dear`: sending it would exceed
 * what may be spent.
 */
export type AskedKey =
  | { readonly kind: 'keyed'; readonly marks: readonly string[]; readonly keys: readonly string[] }
  | { readonly kind: 'not_cached' }
  | {
      readonly kind: 'refused';
      readonly failure: GatewayFailure;
      readonly status?: number | undefined;
      readonly words?: string | undefined;
    }
  | { readonly kind: 'too_dear' };

/** Asks a gateway which key a request makes. */
export interface KeyAsker {
  /** Sends the request in a namespace of its own, at the pace; a failure is a result. Rejects only with the signal's reason. */
  ask(request: UserRequest, signal: AbortSignal): Promise<AskedKey>;
  /** Requests that were sent. */
  readonly sent: number;
  /** How the last key was told: by the server's word of the write, or by a hit; undefined before the first. */
  readonly toldBy: 'writes' | 'hits' | undefined;
}

/** What it asks with. */
export interface AskerParts {
  readonly gateway: Gateway;
  /** The model that takes the place of the request's own. */
  readonly model: string;
  /** Tells which keys are written, where a target is watched and may be tracked; it has to be connected. Otherwise hits tell, with two requests each. */
  readonly keys: KeyWatch | undefined;
  readonly clock: Clock;
  readonly pace: Pace;
  /** Whether one more request may be paid for. */
  mayPay(): boolean;
  /** Pays for a request, however it ended. */
  pay(reply: Reply): void;
}

/** Entries live so long, in seconds. */
const TTL_SECONDS = 60;
/** How long a write may take after its answer; it is usually there before. */
const WRITE_WAIT_MS = 2_000;
/** Without the word of the server a hit is looked for after these pauses. */
const HIT_WAITS_MS = [100, 900] as const;
/** A batch of embeddings writes a key for each input, and a request to Anthropic's API up to two: no more come when none came for so long. */
const STILL_MS = 60;
/** A gateway that is busy is asked once more. */
const AGAIN_MS = 1_000;
const PASSING: readonly number[] = [408, 425, 429, 502, 503, 504];
const MAX_WORDS = 300;

/** Nothing is sent before the first question. */
export function createKeyAsker({ gateway, model, keys, clock, pace, mayPay, pay }: AskerParts): KeyAsker {
  let sent = 0;
  let toldBy: KeyAsker['toldBy'];

  async function send(request: UserRequest, body: string, signal: AbortSignal): Promise<Exchange | Exclude<AskedKey, { kind: 'keyed' }>> {
    for (let again = false; ; again = true) {
      await pace.turn(signal);
      if (!mayPay()) return { kind: 'too_dear' };
      sent += 1;
      const reply = await gateway.send({ method: 'POST', path: PATHS[request.route], body, authenticated: true }, signal);
      pay(reply);
      if (!failed(reply)) return reply;
      if (again || !isPassing(reply)) return refusedBy(reply);
      await clock.sleep(AGAIN_MS, signal);
    }
  }

  /** Every key of a request of which one was written: all of a batch arrive together, and those of two calls one after the other. */
  async function allOf(namespace: string, first: Written, { route, body }: UserRequest, signal: AbortSignal): Promise<readonly string[]> {
    const isOne = route !== 'messages' && !(route === 'embeddings' && memberOf(body, 'input')?.kind === 'array');
    let keysNow = [first.key, ...(first.others ?? [])];
    while (!isOne) {
      await clock.sleep(STILL_MS, signal);
      const now = (await keys?.written(namespace, 0, signal)) ?? first;
      const next = [now.key, ...(now.others ?? [])];
      if (next.length === keysNow.length) break;
      keysNow = next;
    }
    return keysNow;
  }

  async function byHits(request: UserRequest, body: string, signal: AbortSignal): Promise<AskedKey> {
    for (const pause of HIT_WAITS_MS) {
      await clock.sleep(pause, signal);
      const again = await send(request, body, signal);
      if ('kind' in again) return again;
      const named = again.headers['x-litellm-cache-key'];
      if (named !== undefined && HASH.test(named)) {
        toldBy = 'hits';
        return { kind: 'keyed', marks: [hashOf(named)], keys: [] };
      }
    }
    return { kind: 'not_cached' };
  }

  return {
    get sent() {
      return sent;
    },
    get toldBy() {
      return toldBy;
    },
    async ask(request, signal) {
      const namespace = newQuestion();
      const body = sentBody(request.body, model, namespace, TTL_SECONDS);
      await keys?.expect(namespace, signal);
      const first = await send(request, body, signal);
      if ('kind' in first) return first;
      const wrong = errorIn(first.body);
      if (wrong !== undefined) return { kind: 'refused', failure: 'provider', words: wrong };
      // Where a hit told of a key that the server did not tell of, it is no use to wait for the next one.
      const isTold = keys !== undefined && toldBy !== 'hits';
      const written = isTold ? await keys.written(namespace, WRITE_WAIT_MS, signal) : undefined;
      if (written === undefined) return byHits(request, body, signal);
      toldBy = 'writes';
      const all = await allOf(namespace, written, request, signal);
      return { kind: 'keyed', marks: marksOf(request, all), keys: all };
    },
  };
}

const HASH = /[0-9a-f]{64}$/;

/** What a name ends with: the namespace in front of it is that of the question. */
function hashOf(key: string): string {
  return HASH.exec(key)?.[0] ?? key;
}

/** Of Anthropic's API either of two entries answers; a batch of embeddings is the same only where all of its inputs are. */
function marksOf({ route }: UserRequest, keys: readonly string[]): readonly string[] {
  const hashes = [...new Set(keys.map(hashOf))].sort();
  return route === 'messages' ? hashes : [hashes.join(' ')];
}

/** Whether two requests share an entry. */
export function shareKey(one: readonly string[], other: readonly string[]): boolean {
  return one.some((mark) => other.includes(mark));
}

function isPassing({ status, failure }: FailedRequest): boolean {
  return status === undefined ? failure === 'closed' || failure === 'timeout' : PASSING.includes(status);
}

function refusedBy({ failure, status, body = '', advice }: FailedRequest): AskedKey & { kind: 'refused' } {
  return { kind: 'refused', failure, status, words: messageOf(parseJson(body)) ?? advice };
}

/** The message of the first error of a stream, which begins with 200 before its provider fails. */
function errorIn(body: string): string | undefined {
  if (!/^(?:event:|data:|:)/.test(body)) return undefined;
  const line = /^data:\s*(\{"error".*)$/m.exec(body)?.[1];
  return line === undefined ? undefined : (messageOf(parseJson(line)) ?? 'the stream has an error');
}

function messageOf(answer: unknown): string | undefined {
  const error = at(answer, 'error') ?? at(answer, 'detail') ?? answer;
  return (text(at(error, 'message')) ?? text(error))?.slice(0, MAX_WORDS);
}

/** A request in one text, by which the same one is known again without asking. */
export function identityOf({ route, body }: UserRequest): string {
  return `${route} ${writeJson(body)}`;
}
