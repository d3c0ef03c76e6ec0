import { describe, expect, it } from 'vitest';
import type { GatewayRequest } from '../../../src/litellm/gateway.ts';
import type { Tick } from '../../../src/model/tick.ts';
import { readAsked } from '../../../src/origin/asked.ts';
import { ownerOf } from '../../../src/origin/probe-nonce.ts';
import { prescribedBody } from '../../../src/origin/wire/index.ts';
import { PROBERS } from '../../../src/pairs/index.ts';
import type { PairKind } from '../../../src/pairs/outcome.ts';
import { runPair } from '../../../src/pairs/pair.ts';
import type { KeyState } from '../../../src/redis/probe-keys/lookup.ts';
import type { KeyWatch } from '../../../src/redis/probe-keys/watch.ts';
import { handClock } from '../../support/clock.ts';
import { recorded } from '../../support/litellm-answer.ts';

const TAKES_MS = 30;
const NO_PHASES = { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 };

/** The key of the origin. */
const KEY = 'the key of the origin';

interface Given {
  left?: number;
  onDemand?: boolean;
  hits?: boolean;
  keys?: KeyWatch;
  mayRepeat?: boolean;
  /** Signs the answers in place of the key of the origin. */
  signedWith?: string;
  /** The requests whose answers have another text than was stored, from 1. */
  altered?: readonly number[];
}

/** A pair by the hand clock before a gateway that answers from its cache, or never does: what was sent, with its time. */
async function pairOf(
  kind: PairKind,
  { left = 60_000, onDemand = false, hits = true, keys, mayRepeat = true, signedWith, altered = [] }: Given = {},
) {
  const clock = handClock();
  const sent: { at: number; sending: GatewayRequest; body: Record<string, unknown> }[] = [];
  const gateway = {
    send: async (sending: GatewayRequest) => {
      sent.push({ at: clock.monotonic(), sending, body: JSON.parse(sending.body ?? '{}') });
      await clock.sleep(TAKES_MS);
      const answer = recorded('1.106.0', hits && sent.length % 2 === 0 ? 'completions-duplicate' : 'completions-first');
      if (signedWith !== undefined) {
        const asked = readAsked('completions', JSON.parse(sending.body ?? '{}'));
        if ('problem' in asked) throw new Error(asked.problem);
        const stamp = { nonce: asked.nonce, number: '0'.repeat(32) };
        const whole = JSON.stringify(prescribedBody('completions', stamp, asked, [signedWith]));
        const body = altered.includes(sent.length) ? whole.replace('"text":"ok ', '"text":"no ') : whole;
        return { ...answer, body, seconds: TAKES_MS / 1_000, phases: NO_PHASES };
      }
      const body = hits ? answer.body : answer.body.replace('"id":"', `"id":"${sent.length}-`);
      return { ...answer, body, seconds: TAKES_MS / 1_000, phases: NO_PHASES };
    },
  };
  const tick: Tick = {
    signal: new AbortController().signal,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    step: (_, run) => run({}, () => undefined),
    note: () => undefined,
  };
  const plan = {
    prober: PROBERS.completions,
    model: 'm',
    kind,
    ttlSeconds: 120,
    instance: '',
    onDemand,
    until: left,
    ...(signedWith && { originKeys: [KEY] as const }),
  };
  const running = runPair(plan, { first: gateway, duplicate: gateway }, keys, tick, clock, () => mayRepeat);
  for (let time = 0; time < 2_000; time += 10) await clock.advance(10);
  return { result: await running, sent };
}

describe('the bodies of a pair', () => {
  it('are the same twice, with a namespace and a time to live of the probe', async () => {
    const { result, sent } = await pairOf('own');
    expect(sent.map(({ body }) => body.cache)).toEqual(Array(2).fill({ ttl: 120, namespace: result.probe }));
    expect(sent[1]?.sending.body).toBe(sent[0]?.sending.body);
    expect(result.outcome).toBe('hit_unverified');
  });

  it('are those of a user where it is plain', async () => {
    const { sent } = await pairOf('plain');
    expect(sent.map(({ body }) => Object.hasOwn(body, 'cache'))).toEqual([false, false]);
    expect(sent[1]?.sending.body).toBe(sent[0]?.sending.body);
  });

  it('differ in `no-cache` alone where it is a negative control: only the duplicate asks for no cached answer', async () => {
    const { result, sent } = await pairOf('control');
    const cache = { ttl: 120, namespace: result.probe };
    expect(sent.map(({ body }) => body.cache)).toEqual([cache, { ...cache, 'no-cache': true }]);
    expect({ ...sent[1]?.body, cache: undefined }).toEqual({ ...sent[0]?.body, cache: undefined });
    expect(result.outcome).toBe('control_failed');
    expect((await pairOf('control', { hits: false })).result.outcome).toBeUndefined();
  });

  it.each<PairKind>(['own', 'plain', 'control'])('ask for a cache that works on demand: %s', async (kind) => {
    for (const { body } of (await pairOf(kind, { onDemand: true })).sent) expect(body.cache).toMatchObject({ 'use-cache': true });
  });

  it('hold a word that no other pair held', async () => {
    const words = [await pairOf('plain'), await pairOf('plain')].map(({ sent }) => sent[0]?.body.prompt);
    expect(new Set(words).size).toBe(2);
  });
});

describe('the wait of a pair', () => {
  const waits = async (left: number) => {
    const { sent } = await pairOf('own', { left });
    return (sent[1]?.at ?? 0) - TAKES_MS;
  };

  it('is half a second for the key to be written', async () => {
    expect(await waits(60_000)).toBe(500);
    expect(await waits(TAKES_MS + 1_000)).toBe(500);
  });

  it('is half of the time that is left where that is less, so that the duplicate has the other half', async () => {
    expect(await waits(TAKES_MS + 999)).toBe(499.5);
    expect(await waits(TAKES_MS + 400)).toBe(200);
  });

  it('is none where no time is left', async () => {
    expect(await waits(TAKES_MS)).toBe(0);
    expect(await waits(TAKES_MS - 10)).toBe(0);
  });
});

/** A view of the keys that finds none and takes the namespace for doubtful until all writes were listened to. */
function doubtfulKeys(): KeyWatch & { listened: number } {
  let listened = 0;
  return {
    watching: true,
    failure: undefined,
    learnedNamespace: null,
    connections: new Map(),
    get listened() {
      return listened;
    },
    get doubts() {
      return listened === 0;
    },
    connect: async () => undefined,
    expect: async () => undefined,
    written: async () => undefined,
    inspect: async () => ({ state: listened === 0 ? 'unknown' : 'absent' }),
    listen: async () => {
      listened += 1;
    },
    counters: async () => undefined,
    others: () => undefined,
    close: () => undefined,
  };
}

describe('a pair whose key is in doubt', () => {
  it('is followed at once by one more where it hit, which counts in its stead and for what is asked beside the pairs', async () => {
    const keys = doubtfulKeys();
    const { result, sent } = await pairOf('own', { keys });
    expect({ sent: sent.length, listened: keys.listened, key: result.key }).toEqual({ sent: 4, listened: 1, key: 'absent' });
    expect(sent.map(({ sending }) => sending.question)).toEqual([undefined, undefined, 'experiment', 'experiment']);
  });

  it.each([
    ['in both', [2, 4]],
    ['in the first of the two', [2]],
    ['in the second of the two', [4]],
  ])('is as well where the answer was altered, which is not lost: %s', async (_, altered) => {
    const keys = doubtfulKeys();
    const { result, sent } = await pairOf('own', { keys, signedWith: KEY, altered });
    expect({ sent: sent.length, listened: keys.listened }).toEqual({ sent: 4, listened: 1 });
    expect(result).toMatchObject({ outcome: 'hit_altered', key: 'absent', differs: ['/choices/0/text'] });
  });

  it.each<[string, PairKind, Given]>([
    ['missed', 'own', { hits: false }],
    ['was a negative control, whose result is not to be lost', 'control', {}],
    ['may not be paid for twice, or has lost its lease', 'own', { mayRepeat: false }],
    ['has no time for another', 'own', { left: 600 }],
  ])('is not where it %s', async (_, kind, given) => {
    const keys = doubtfulKeys();
    const { sent } = await pairOf(kind, { ...given, keys });
    expect({ sent: sent.length, listened: keys.listened }).toEqual({ sent: 2, listened: 0 });
  });
});

describe('a pair whose answers are signed with another key than that of the origin', () => {
  const keysThatSay = (state: KeyState): KeyWatch => ({ ...doubtfulKeys(), doubts: false, inspect: async () => ({ state }) });

  it.each<[KeyState, string]>([
    ['present', 'ok'],
    ['absent', 'miss_unexplained'],
    ['other_database', 'miss_unexplained'],
    ['unknown', 'miss_unexplained'],
  ])('hits by its marks only where Redis has the key: %s', async (state, outcome) => {
    const { result } = await pairOf('own', { keys: keysThatSay(state), signedWith: 'another key' });
    expect(result).toMatchObject({ outcome, doubt: 'first_not_signed', proven: false });
    expect((await pairOf('own', { keys: keysThatSay('unknown'), signedWith: KEY })).result).toMatchObject({
      outcome: 'hit_unverified',
      proven: true,
    });
  });

  it('asks each pair with a nonce of its own that owners of the key know', async () => {
    const nonces = [await pairOf('own', { signedWith: KEY }), await pairOf('own', { signedWith: KEY })].map(({ sent }) =>
      String(sent[0]?.body.prompt).slice(-32),
    );
    expect(new Set(nonces).size).toBe(2);
    for (const nonce of nonces) expect(ownerOf(nonce, '', [KEY])).toBe('own');
  });
});
