import { describe, expect, it } from 'vitest';
import { at } from '../../src/litellm/json.ts';
import { ROUTE, type Route } from '../../src/model/cache.ts';
import type { GatewayStatus } from '../../src/model/status.ts';
import type { Answer } from '../../src/origin/answer.ts';
import { newNonce } from '../../src/origin/probe-nonce.ts';
import { newStamp, type OriginKeys } from '../../src/origin/stamp.ts';
import { isSuccess } from '../../src/pairs/outcome.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { type Deceit, HIT_HEADERS, ORIGIN_KEYS, originGateway } from '../support/origin-gateway.ts';
import { gatewayConfig, watchGateway } from '../support/watched-gateway.ts';

const INSTANCE = '01234567';
/** Without a Redis to look into nothing is waited for between the two requests. */
const clock = { ...systemClock, sleep: () => Promise.resolve() };

function watched(url: string, keys: () => Promise<OriginKeys> = () => Promise.resolve(ORIGIN_KEYS)) {
  const config = gatewayConfig(url, { routes: [...ROUTE], cache_ping: 'off' });
  return watchGateway(config, undefined, clock, undefined, undefined, INSTANCE, keys);
}

/** What two rounds of all routes show of a gateway that lies. */
async function lies(deceit: Deceit) {
  const probed = watched(await originGateway(deceit));
  await probed.tick();
  const status = await probed.tick();
  return { status, outcomes: outcomesOf(status), log: probed.log };
}

function outcomesOf(status: GatewayStatus): Partial<Record<Route, string>> {
  return Object.fromEntries(status.pairs.map(({ route, outcome }) => [route, outcome]));
}

const every = (outcome: string) => Object.fromEntries(ROUTE.map((route) => [route, outcome]));
const FORGED: OriginKeys = ['a key that somebody made up'];

describe('a gateway whose model leads to the origin', () => {
  it('works by the content of its answers on every route, with headers and without any', async () => {
    const marked = await lies({});
    expect(marked.outcomes).toEqual(every('hit_unverified'));
    expect(marked.status).toMatchObject({ verdict: 'working', cause: 'none', origin: { problems: [] } });
    const bare = await lies({ headers: () => ({}) });
    expect(bare.outcomes).toEqual({
      ...every('hit_unverified'),
      ...Object.fromEntries(['completions', 'chat', 'messages'].map((route) => [route, 'hit_unlabelled'])),
    });
    expect(bare.status).toMatchObject({ verdict: 'working', cause: 'none', origin: { problems: [] } });
    for (const { evidence } of bare.status.pairs) expect(evidence).toMatch(/^duplicate hit in .*, told by its content$/);
  });

  it.each<[string, Deceit, string]>([
    [
      'claims hits and asks the origin each time',
      { stamp: ({ asked }) => newStamp(asked.nonce), headers: () => HIT_HEADERS },
      'miss_unexplained',
    ],
    [
      'replays the answer of another pair to the duplicate',
      { stamp: ({ isDuplicate, before }) => (isDuplicate ? before : undefined) },
      'hit_on_first',
    ],
    ['replays the answer of another pair to the first', { stamp: ({ before }) => before }, 'hit_on_first'],
    ['forges the duplicate without the key', { keys: ({ isDuplicate }) => (isDuplicate ? FORGED : undefined) }, 'miss_unexplained'],
    ['forges both answers without the key', { keys: () => FORGED }, 'miss_unexplained'],
    [
      'cuts the answer of the duplicate in its stamp',
      {
        answer: (answer, { isDuplicate }) => (isDuplicate ? withText(answer, (text) => text.slice(0, 60)) : answer),
        vectors: (body, { isDuplicate }) => (isDuplicate ? withVector(body, (vector) => vector.slice(0, 40)) : body),
      },
      'miss_unexplained',
    ],
    [
      'gives parts of two answers at once',
      {
        answer: (answer, { isDuplicate, asked }) =>
          isDuplicate
            ? withText(
                answer,
                (text) => `${text} ${text.replace(/-[0-9a-f]{32}-[0-9a-f]{32} /, `-${newStamp(asked.nonce).number}-${'0'.repeat(32)} `)}`,
              )
            : answer,
        vectors: (body, { isDuplicate }) =>
          isDuplicate
            ? {
                ...body,
                data: [
                  ...list(body.data),
                  ...list(withVector(body, (vector) => [...vector.slice(0, 30), ...vector.slice(30).map(() => 0)]).data),
                ],
              }
            : body,
      },
      'miss_unexplained',
    ],
    [
      'ends the body of the duplicate early',
      { text: (text, { isDuplicate }) => (isDuplicate ? text.slice(0, text.length / 2) : text) },
      'error_duplicate',
    ],
  ])('that %s is never taken for one that hits', async (_, deceit, outcome) => {
    const { status, outcomes } = await lies(deceit);
    for (const { outcome: seen } of status.pairs) expect(isSuccess(seen)).toBe(false);
    expect(outcomes).toEqual(every(outcome));
    expect(status.verdict).not.toBe('working');
  });

  it('is wrong_answers where it gives the answer to another prompt, and says whose that was', async () => {
    const replay: Deceit = { stamp: ({ before }) => before };
    const own = await lies(replay);
    expect(own.status).toMatchObject({ verdict: 'wrong_answers', cause: 'semantic_or_key_collision' });
    expect(own.status.evidence).toMatch(
      /^A prompt with a fresh 128-bit nonce was answered from the cache with the answer to an earlier probe of this exporter: /,
    );
    expect(own.status.pairs[0]?.evidence).toMatch(/^first request got the answer to an earlier probe of this exporter in /);
    const duplicate = await lies({ stamp: ({ isDuplicate, before }) => (isDuplicate ? before : undefined) });
    expect(duplicate.status.pairs[0]?.evidence).toMatch(/^duplicate got the answer to an earlier probe of this exporter in /);
    const other = await lies({ stamp: () => newStamp(newNonce('89abcdef', ORIGIN_KEYS)) });
    expect(other.status.evidence).toContain('with the answer to a probe of another exporter');
    const unknown = await lies({ stamp: () => newStamp(newNonce('89abcdef')) });
    expect(unknown.status.evidence).toContain('with the answer to a prompt that is not known to be of a probe');
  });

  it('is wrong_answers where a hit is not what was stored, and says where', async () => {
    const { status, outcomes } = await lies({
      answer: (answer, { isDuplicate }) => (isDuplicate ? withText(answer, (text) => `${text} and more`) : answer),
      vectors: (body, { isDuplicate }) =>
        isDuplicate ? { ...body, data: list(body.data).map((item) => ({ ...record(item), index: 1 })) } : body,
    });
    expect(outcomes).toEqual(every('hit_altered'));
    expect(status).toMatchObject({ verdict: 'wrong_answers', cause: 'answer_wrong' });
    expect(status.evidence).toContain('chat, which differs at /choices/0/message/content; ');
    expect(status.evidence).toContain('embeddings, which differs at /data/0/index');
    for (const { evidence } of status.pairs) expect(evidence).toMatch(/, told by its content, differs at \/[a-z]+\/0\/[a-z/0]+$/);
  });

  it('leaves a gateway whose model leads to something else to its marks, says so, and logs it once', async () => {
    for (const [deceit, sentence, outcome] of [
      [
        MOCK,
        /^The answers of completions, chat, .* do not come from the origin, .* api_base .* mock_response .* fallbacks.* model_info\.$/,
        'hit_unverified',
      ],
      [
        { keys: () => FORGED },
        /^The answers of completions, chat, .* are not signed with the key of this origin: they come from another origin.* api_base .*\.$/,
        'miss_unexplained',
      ],
    ] as const) {
      const { status, outcomes, log } = await lies(deceit);
      expect(outcomes).toEqual(every(outcome));
      expect(status.origin?.problems).toEqual([expect.stringMatching(sentence)]);
      expect(status.evidence).toContain(status.origin?.problems[0]);
      const lines = log.filter(({ problem }) => problem !== undefined);
      expect(lines).toEqual([expect.objectContaining({ level: 'warn', problem: expect.stringMatching(sentence) })]);
    }
  });

  it('is left to its marks while the key cannot be read, and says that', async () => {
    const probed = watched(await originGateway(), () => Promise.reject(new Error('ENOENT')));
    const status = await probed.tick();
    expect(outcomesOf(status)).toEqual(every('hit_unverified'));
    expect(status.origin?.problems).toEqual([expect.stringContaining('the file of origin.api_key_file cannot be read')]);
  });

  it('costs nothing while the answers are the origin’s, whatever the gateway reports, and its price where they are not', async () => {
    const priced = { headers: () => ({ 'x-litellm-response-cost': '0.5' }) };
    expect((await lies(priced)).status.costUsd).toBe(0);
    expect((await lies({ ...MOCK, ...priced })).status.costUsd).toBeGreaterThan(0);
  });
});

it('a gateway that is not said to lead to the origin is judged by its marks alone, whatever its answers hold', async () => {
  const url = await originGateway({ stamp: ({ asked }) => newStamp(asked.nonce) });
  const probed = watchGateway(gatewayConfig(url, { routes: [...ROUTE], cache_ping: 'off' }), undefined, clock);
  const status = await probed.tick();
  expect(outcomesOf(status)).toEqual(every('hit_unverified'));
  expect(status.origin).toBeUndefined();
});

/** A mock model: the same words for everybody. */
const MOCK: Deceit = {
  answer: (answer) => withText(answer, () => 'ok'),
  vectors: (body) => withVector(body, () => [0.5, 0.25]),
};

function withText(answer: Answer, change: (text: string) => string): Answer {
  return { ...answer, choices: answer.choices.map((choice) => ({ ...choice, text: change(choice.text) })) };
}

function withVector(body: Record<string, unknown>, change: (vector: number[]) => number[]): Record<string, unknown> {
  return {
    ...body,
    data: list(body.data).map((item) => ({ ...record(item), embedding: change(list(at(item, 'embedding')).map(Number)) })),
  };
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
