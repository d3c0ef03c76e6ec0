import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/effective.ts';
import { FIDELITY_SHAPE, type FidelityShape } from '../../src/model/fidelity.ts';
import type { GatewayStatus } from '../../src/model/status.ts';
import { type Clock, systemClock } from '../../src/schedule/clock.ts';
import { type CacheBehaviour, fidelityGateway } from '../support/fidelity-gateway.ts';
import { ORIGIN_KEYS } from '../support/prescribed.ts';
import { gatewayConfig, watchGateway } from '../support/watched-gateway.ts';

/** Every shape but that of semantic caches. */
const SHAPES = FIDELITY_SHAPE.filter((shape) => shape !== 'semantic_opposite');

/** A gateway that is watched with shapes; nothing waits for a write, which the stand-in does before it answers. */
async function watched(
  behaviour: Partial<CacheBehaviour> = {},
  fidelity: Partial<NonNullable<GatewayConfig['fidelity']>> = {},
  cache_ping: GatewayConfig['cache_ping'] = 'off',
) {
  const gateway = await fidelityGateway(behaviour);
  let ahead = 0;
  const clock: Clock = { ...systemClock, sleep: () => Promise.resolve(), monotonic: () => systemClock.monotonic() + ahead };
  const config = gatewayConfig(gateway.url, {
    cache_ping,
    fidelity: { interval: 600_000, shapes: [...FIDELITY_SHAPE], accept: [], ...fidelity },
  });
  const probed = watchGateway(config, undefined, clock, undefined, undefined, '01234567', () => Promise.resolve(ORIGIN_KEYS));
  return {
    ...gateway,
    ...probed,
    /** Rounds one interval apart; gives the status after the last. */
    async rounds(count: number): Promise<GatewayStatus> {
      let status = probed.watch.status();
      for (let round = 0; round < count; round++) {
        status = await probed.tick();
        ahead += config.interval;
      }
      return status;
    },
  };
}

function resultsOf({ fidelity }: GatewayStatus): Partial<Record<FidelityShape, string>> {
  return Object.fromEntries((fidelity?.shapes ?? []).map(({ shape, result }) => [shape, result]));
}

const all = (result: string, but: Partial<Record<FidelityShape, string>> = {}) => ({
  ...Object.fromEntries(SHAPES.map((shape) => [shape, result])),
  ...but,
});

/** What a release did that loses reasoning in streams, reckons their usage anew and gives vectors of other inputs. */
const OLD: Partial<CacheBehaviour> = {
  version: '1.80.9',
  caches: (api) => api !== 'responses',
  replays: (answer, { stream, streamUsage }) => ({
    ...answer,
    choices: stream ? answer.choices.map((choice) => ({ ...choice, reasoning: undefined })) : answer.choices,
    usage: streamUsage ? { ...answer.usage, output: 23 } : answer.usage,
  }),
  places: ({ inputs, cached }) => inputs.map((_, index) => (index === 2 && cached.includes(true) ? 1 : index)),
};

const changedText: CacheBehaviour['replays'] = (answer) => ({
  ...answer,
  choices: answer.choices.map((choice) => ({ ...choice, text: `${choice.text} and more` })),
});

describe('the shapes of the answers of a gateway', () => {
  it('are tried one in a round after the start until all were tried, and after that when their interval is over', async () => {
    const { rounds, asked, controls, value } = await watched();
    const before = await rounds(0);
    expect(resultsOf(before)).toEqual(all('unknown'));
    for (let round = 1; round <= SHAPES.length; round++) {
      const status = await rounds(1);
      expect(Object.values(resultsOf(status)).filter((result) => result === 'same')).toHaveLength(round);
      expect(status.verdict).toBe('working');
    }
    const count = asked.length;
    await rounds(1);
    // The first of them is due again after ten rounds.
    expect(asked.length - count).toBeGreaterThan(4);
    for (const cache of controls()) {
      expect(cache).toMatchObject({ namespace: expect.stringMatching(/^lce-probe-01234567[0-9a-f]{12}$/) });
    }
    const ttls = new Set(controls().map((cache) => Object(cache).ttl));
    expect(ttls).toEqual(new Set([60, 120]));
    expect(value('llm.cache.fidelity', { shape: 'long', result: 'same' })).toBe(1);
    expect(value('llm.cache.fidelity', { shape: 'long', result: 'wrong' })).toBe(0);
    expect(value('llm.cache.fidelity', { shape: 'semantic_opposite', result: 'unknown' })).toBeUndefined();
    expect(value('llm.cache.fidelity.checks', { shape: 'text', result: 'same' })).toBeGreaterThan(0);
    expect(value('cache_exporter.probe_overhead', { question: 'fidelity' })).toBeGreaterThan(0);
  });

  it('are what the cache of an old release does to them, and the verdict follows those that are wrong', async () => {
    const { rounds, value } = await watched(OLD);
    const status = await rounds(SHAPES.length);
    expect(resultsOf(status)).toEqual(
      all('same', { stream_reasoning: 'altered', stream_usage: 'altered', embeddings_batch: 'wrong', responses: 'not_cached' }),
    );
    expect(status).toMatchObject({ verdict: 'wrong_answers', cause: 'answer_wrong' });
    expect(status.evidence).toContain('the shape embeddings_batch, which differs at /data/2/embedding');
    expect(status.fidelity?.shapes.find(({ shape }) => shape === 'stream_usage')).toMatchObject({
      parts: ['/usage/completion_tokens', '/usage/total_tokens'],
      since: expect.any(Number),
    });
    expect(value('llm.cache.cause', { cause: 'answer_wrong' })).toBe(1);
  });

  it('leave the verdict where the configuration accepts what the cache does, and are shown all the same', async () => {
    const { rounds, value } = await watched(OLD, { shapes: ['embeddings_batch'], accept: ['embeddings_batch'] });
    const status = await rounds(2);
    expect(status).toMatchObject({ verdict: 'working', cause: 'none' });
    expect(status.fidelity?.shapes).toEqual([expect.objectContaining({ result: 'wrong', accepted: true })]);
    expect(value('llm.cache.fidelity', { shape: 'embeddings_batch', result: 'wrong' })).toBe(1);
    expect(value('llm.cache.fidelity.accepted', { shape: 'embeddings_batch' })).toBe(1);
  });

  it('never hide an outage, and say nothing new while there is one', async () => {
    const { rounds, cache } = await watched(OLD, { shapes: ['text', 'embeddings_batch', 'responses'] });
    expect(await rounds(3)).toMatchObject({ verdict: 'wrong_answers', cause: 'answer_wrong' });
    cache.caches = () => false;
    const away = await rounds(3);
    expect(away.verdict).toBe('not_caching');
    expect(resultsOf(away)).toEqual({ text: 'same', embeddings_batch: 'wrong', responses: 'not_cached' });
    cache.caches = (api) => api !== 'responses';
    expect(await rounds(1)).toMatchObject({ verdict: 'wrong_answers', cause: 'answer_wrong' });
  });

  it('are not judged where the cache is lost just after the pairs', async () => {
    const { rounds, cache } = await watched({}, { shapes: ['text'] });
    let pairs = 0;
    cache.caches = (_, asked) => {
      // The completions and the chat of the round hit, and nothing after them.
      pairs += 1;
      return pairs <= 2 && asked.nonce !== '';
    };
    const status = await rounds(1);
    expect(status.verdict).toBe('working');
    expect(status.fidelity?.shapes).toEqual([expect.objectContaining({ result: 'unknown', why: 'cache_missed' })]);
  });

  it('do not change by chance: an entry that is lost is looked for again, and one miss leaves what is known', async () => {
    const { rounds, cache, watch } = await watched({}, { shapes: ['text'], interval: 60_000 });
    cache.refuses = () => undefined;
    for (let round = 0; round < 50; round++) {
      const before = cache.caches;
      // Every third time the look-up of the shape finds nothing: the one after the two look-ups of the pairs, which ask twice each.
      let lookups = 0;
      cache.caches = () => {
        lookups += 1;
        return !(round % 3 === 1 && lookups === 3);
      };
      await rounds(1);
      cache.caches = before;
      expect([round, resultsOf(watch.status())]).toEqual([round, { text: 'same' }]);
    }
  });

  it('are refused where the gateway does not serve the API, and not while it is busy', async () => {
    const { rounds, cache } = await watched(
      { refuses: (api) => (api === 'responses' ? 404 : api === 'messages' ? 503 : undefined) },
      { shapes: ['responses', 'messages'] },
    );
    const status = await rounds(2);
    expect(status.fidelity?.shapes).toEqual([
      expect.objectContaining({ shape: 'responses', result: 'refused', status: 404 }),
      expect.objectContaining({ shape: 'messages', result: 'unknown', why: 'unanswered', status: 503 }),
    ]);
    expect(status.verdict).toBe('working');
    cache.refuses = () => undefined;
    expect(resultsOf(await rounds(12))).toEqual({ responses: 'same', messages: 'same' });
  });

  it('are forgotten with another release, and tried again', async () => {
    const { rounds, cache } = await watched(OLD, { shapes: ['embeddings_batch', 'text'] });
    expect(await rounds(2)).toMatchObject({ verdict: 'wrong_answers' });
    Object.assign(cache, { version: '1.110.2', places: ({ inputs }: { inputs: readonly string[] }) => inputs.map((_, index) => index) });
    const status = await rounds(1);
    expect(status.verdict).toBe('working');
    expect(resultsOf(await rounds(1))).toEqual({ embeddings_batch: 'same', text: 'same' });
  });

  it.each([
    ['two releases', ['1.110.1', '1.110.2']],
    ['three releases', ['1.109.3', '1.110.1', '1.110.2']],
  ])('are kept where %s answer by turns behind one address', async (_, versions) => {
    const { rounds, cache } = await watched({}, { shapes: ['text', 'json', 'choices'] });
    for (let round = 0; round < 3 + versions.length; round++) {
      cache.version = versions[round % versions.length] ?? '';
      await rounds(1);
    }
    for (let round = 0; round < 6; round++) {
      cache.version = versions[round % versions.length] ?? '';
      expect(resultsOf(await rounds(1)), cache.version).toEqual({ text: 'same', json: 'same', choices: 'same' });
    }
  });

  it('say nothing of a model that does not lead to the origin', async () => {
    const { rounds } = await watched({ isMock: true }, { shapes: ['text'] });
    const status = await rounds(2);
    expect(resultsOf(status)).toEqual({ text: 'unknown' });
    expect(status.cause).not.toBe('answer_wrong');
  });

  it('make no outage of a cache that changes answers: /cache/ping is asked no more than before', async () => {
    const { rounds, cache } = await watched({ replays: changedText }, { shapes: [] }, 'auto');
    const status = await rounds(3);
    expect(status).toMatchObject({ verdict: 'wrong_answers', cause: 'answer_wrong', cachePingNotAsked: 'not_needed' });
    cache.caches = () => false;
    const away = await rounds(1);
    expect(away).toMatchObject({ verdict: 'not_caching', cachePing: 404 });
    expect(away.cachePingNotAsked).toBeUndefined();
  });

  it('are not tried without a configuration of them', async () => {
    const { rounds, asked } = await watched({}, { shapes: [] });
    const status = await rounds(2);
    expect(status.fidelity).toBeUndefined();
    expect(asked).toHaveLength(8);
  });
});
