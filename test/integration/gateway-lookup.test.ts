import { afterAll, describe, expect, it } from 'vitest';
import { bodyText } from '../lookup/bodies.ts';
import { type Stand, startStand } from '../lookup/stand.ts';
import { runTrials } from '../lookup/trials.ts';
import { lacksRedis } from '../support/redis.ts';

const stands: Stand[] = [];
afterAll(() => Promise.all(stands.map((stand) => stand.stop())));

async function stand(...args: Parameters<typeof startStand>): Promise<Stand> {
  const started = await startStand(...args);
  stands.push(started);
  return started;
}

const TRIALS = 18;

function chat(model: string, content: string): string {
  return bodyText({ route: 'chat', model, fields: [['messages', JSON.stringify([{ role: 'user', content }])]] });
}

describe.skipIf(await lacksRedis('8.2.3'))('lookup', () => {
  it.each([
    ['1.80.9', undefined],
    ['1.104.2', 'users'],
  ] as const)('is right of requests on LiteLLM %s, or says that it cannot be told', { timeout: 420_000 }, async (release, namespace) => {
    const own = await stand(release, namespace);
    const trials = await runTrials(own, TRIALS, 7);

    expect(trials.filter(({ outcome }) => outcome === 'wrong')).toEqual([]);
    expect(trials.filter(({ outcome }) => outcome === 'right').length).toBeGreaterThan(TRIALS / 2);
    await own.stop();
    stands.splice(stands.indexOf(own), 1);
  });

  it('is right of requests on the newest LiteLLM, of deployments that differ, other names and groups of models', {
    timeout: 420_000,
  }, async () => {
    const own = await stand('1.110.2', 'users');
    const trials = await runTrials(own, TRIALS, 8);

    expect(trials.filter(({ outcome }) => outcome === 'wrong')).toEqual([]);
    expect(trials.filter(({ outcome }) => outcome === 'right').length).toBeGreaterThan(TRIALS / 2);

    const looked = async (model: string) => (await own.lookup(chat(model, `about ${model}`), ['--gateway', 'chat'])).found;
    const before = await looked('two');
    expect(before).toMatchObject({ result: 'not_in_cache' });
    for (const model of ['two', 'nickname', 'hidden', 'grouped']) expect(await own.send('chat', chat(model, `about ${model}`))).toBe(200);
    expect(await looked('two')).toMatchObject({ result: 'cannot_tell', reason: 'keys_differ', present: 1 });
    for (const model of ['nickname', 'hidden', 'grouped']) expect(await looked(model)).toMatchObject({ result: 'in_cache' });
    expect(await looked('nobody')).toMatchObject({ result: 'cannot_tell', reason: 'model_unknown' });

    const many = JSON.stringify({ model: 'users-model', messages: Array.from({ length: 6 }, () => ({ role: 'user', content: 'many' })) });
    const { code, found } = await own.lookup(many, ['--gateway', 'chat']);
    expect(found).toMatchObject({ result: 'cannot_tell', reason: 'not_stored', verdict: 'working' });
    expect(code).toBe(2);
    // No look-up has asked the provider for the model of a user's request.
    const asked = own.asked.length;
    const batch = bodyText({ route: 'embeddings', model: 'users-embedding', fields: [['input', '["never", "sent"]']] });
    expect((await own.lookup(batch, ['--gateway', 'embeddings', '--route', 'embeddings'])).found).toMatchObject({
      result: 'not_in_cache',
      parts: 2,
    });
    expect(new Set(own.asked.slice(asked))).toEqual(new Set(['text-embedding-3-small']));
  });
});
