import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault, type JsonNode, readJson } from '../../../src/explain/json-text.ts';
import type { AskedRoute, UserRequest } from '../../../src/explain/request.ts';
import { isAskedDirectly, knownModel, partKeys, recipesFor, sampleOf } from '../../../src/lookup/candidates.ts';
import { type Deployment, deploymentsOf, isAsConfigured, readDeployments, whyUnknowable } from '../../../src/lookup/deployment.ts';
import { findParts } from '../../../src/lookup/found.ts';
import { namespaceIn, storedNames } from '../../../src/lookup/namespace.ts';
import { keysBy, recipesOf } from '../../../src/lookup/recipe.ts';
import { groupOf, NO_SETTINGS, readRouterSettings } from '../../../src/lookup/router-settings.ts';
import type { Entry } from '../../../src/redis/probe-keys/entry.ts';

function node(text: string): JsonNode {
  const read = readJson(text);
  if (isFault(read)) throw new Error(read.fault);
  return read;
}

function request(route: AskedRoute, json: string): UserRequest {
  return { route, body: node(json) };
}

function deployments(list: readonly (readonly [name: string, parameters: Readonly<Record<string, unknown>>])[]): readonly Deployment[] {
  const body = JSON.stringify({ data: list.map(([model_name, litellm_params]) => ({ model_name, litellm_params })) });
  return readDeployments(body) ?? [];
}

const HASH = 'a'.repeat(64);

describe('readDeployments', () => {
  it.each(['', 'no JSON', '{}', '[]', '{"data":{}}', '{"error":{"message":"no"}}'])('gives undefined for %j', (body) => {
    expect(readDeployments(body)).toBeUndefined();
  });

  it('leaves out what has no name and keeps the order of parameters', () => {
    const [only, ...others] =
      readDeployments('{"data":[{"litellm_params":{}},7,{"model_name":"m","litellm_params":{"b":1.0,"model":"openai/x","a":2}}]}') ?? [];

    expect(others).toEqual([]);
    expect(only).toMatchObject({ name: 'm', model: 'openai/x' });
    expect([...(only?.parameters.keys() ?? [])]).toEqual(['b', 'model', 'a']);
  });
});

describe('deploymentsOf', () => {
  const all = deployments([
    ['openai/*', { model: 'openai/*' }],
    ['a*b*c', {}],
    ['plain', {}],
    ['plain', { seed: 1 }],
    ['openai/exact', {}],
  ]);
  it.each<[string, number]>([
    ['plain', 2],
    ['openai/exact', 1],
    ['openai/other', 1],
    ['a-b-c', 1],
    ['abc', 1],
    ['acb', 0],
    ['ac', 0],
    ['other/model', 0],
    ['', 0],
  ])('finds those of %s', (model, count) => expect(deploymentsOf(model, all)).toHaveLength(count));
});

describe('what cannot be known of a deployment', () => {
  it.each<[Readonly<Record<string, unknown>>, boolean]>([
    [{ model: 'openai/gpt-4o' }, false],
    [{ model: 'auto_router/fast' }, true],
    [{ model: 'complexity_router' }, true],
    [{ model: 'auto_routers-model' }, false],
    [{ model: 'openai/x', prompt_id: 'p' }, true],
  ])('%j', (parameters, expected) => {
    const [deployment] = deployments([['m', parameters]]);

    expect(deployment && whyUnknowable(deployment) !== undefined).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['5', true],
    ['"u"', true],
    ['"ab****cd"', false],
    ['"True"', false],
    ['"12"', false],
    ['{"type":"json_object"}', true],
    ['{"type":true}', false],
    ['{"n":"3.5"}', false],
    ['["a"]', true],
    ['["a",1]', false],
    ['true', true],
  ])('takes %s of /model/info for what is configured: %s', (json, expected) => expect(isAsConfigured(node(json))).toBe(expected));
});

describe('storedNames', () => {
  const plain = request('chat', '{"messages":[]}');
  const named = (name: string) => request('chat', `{"messages":[],"cache":{"namespace":${JSON.stringify(name)}}}`);
  it.each<[string, string | null, UserRequest, readonly string[]]>([
    ['none', null, plain, [HASH]],
    ['that of the gateway', 'users', plain, [`users:${HASH}`]],
    ['that of the request', null, named('x'), [`x:${HASH}`]],
    ['both', 'users', named('x'), [`users:x:${HASH}`]],
    ['the same twice', 'users', named('users'), [`users:${HASH}`]],
    ['one that begins alike', 'users', named('users2'), [`users:users2:${HASH}`, `users2:${HASH}`]],
    ['an empty one', 'users', named(''), [`users:${HASH}`]],
    ['that of metadata', 'users', request('chat', '{"messages":[],"metadata":{"redis_namespace":"m"}}'), [`users:m:${HASH}`]],
    [
      'that of the controls before metadata',
      null,
      request('chat', '{"cache":{"namespace":"x"},"metadata":{"redis_namespace":"m"}}'),
      [`x:${HASH}`],
    ],
    ['either where the API may not read metadata', null, request('responses', '{"metadata":{"redis_namespace":"m"}}'), [`m:${HASH}`, HASH]],
    ['no text', 'users', request('chat', '{"cache":{"namespace":7},"metadata":"m"}'), [`users:${HASH}`]],
  ])('%s', (_, namespace, of, expected) => expect(storedNames(HASH, namespace, of)).toEqual(expected));
});

describe('namespaceIn', () => {
  it.each<[string, string | null | undefined]>([
    [`lce-probe-0123456789ab:${HASH}`, null],
    [`users:lce-probe-0123456789ab:${HASH}`, 'users'],
    [`a:b:lce-probe-0123456789ab:${HASH}`, 'a:b'],
    [`users:${HASH}`, undefined],
    ['lce-probe-0123', undefined],
  ])('%s', (key, expected) => expect(namespaceIn(key)).toBe(expected));
});

describe('readRouterSettings', () => {
  it('reads groups and other names, and nothing where there is neither', () => {
    const settings = readRouterSettings(
      '{"fields":[],"current_values":{"caching_groups":[["a","b"]],"model_group_alias":{"x":"a","y":{"model":"b","hidden":true},"z":7},"redis_password":"secret"}}',
    );

    expect(settings.aliases).toEqual(
      new Map([
        ['x', 'a'],
        ['y', 'b'],
      ]),
    );
    expect(groupOf('b', settings)).toMatchObject({ kind: 'array' });
    expect(groupOf('c', settings)).toBeUndefined();
    for (const body of ['', '{}', '{"current_values":{"caching_groups":7,"model_group_alias":[]}}'])
      expect(readRouterSettings(body)).toEqual(NO_SETTINGS);
  });
});

describe('knownModel', () => {
  const all = deployments([['gpt', { seed: 1 }]]);

  it('calls a model of a group by the group, and follows another name of a model', () => {
    const settings = readRouterSettings('{"current_values":{"caching_groups":[["gpt","x\'y"]],"model_group_alias":{"nick":"gpt"}}}');

    expect(knownModel('gpt', all, settings)).toMatchObject({ text: `['gpt', "x'y"]`, isListed: true });
    expect(knownModel('nick', all, settings)).toMatchObject({ text: 'nick', isListed: true });
    expect(knownModel('nick', all, NO_SETTINGS)).toMatchObject({ text: 'nick', isListed: false });
    expect(knownModel('gpt', undefined, NO_SETTINGS)).toMatchObject({ isListed: false });
  });
});

describe('partKeys', () => {
  const chat = request('chat', '{"model":"m","messages":[]}');
  const recipes = recipesOf('1.110.2');
  const probe = knownModel('probe', deployments([['probe', { model: 'openai/p' }]]), NO_SETTINGS);
  const fitting = (of: UserRequest) => {
    const [first] = recipes;
    const [deployment] = probe.deployments;
    const keys = first && deployment ? keysBy(first, of, 'probe', deployment) : [];
    return recipesFor(new Set(keys.map(({ hash }) => hash)), of, probe, recipes);
  };

  it('is one key where all recipes that fit agree', () => {
    const model = knownModel('m', deployments([['m', { model: 'openai/x' }]]), NO_SETTINGS);

    expect(fitting(chat).length).toBeGreaterThan(1);
    expect(partKeys(chat, model, fitting(chat), probe)).toMatchObject([{ isSure: true }]);
    expect(partKeys(chat, model, fitting(chat), probe)[0]?.hashes.size).toBe(1);
  });

  it('is one of several where deployments differ, and not sure where one is not known', () => {
    const two = knownModel(
      'm',
      deployments([
        ['m', { model: 'openai/x', seed: 1 }],
        ['m', { model: 'openai/x', seed: 2 }],
      ]),
      NO_SETTINGS,
    );

    expect(partKeys(chat, two, fitting(chat), probe)[0]?.hashes.size).toBe(2);
    expect(partKeys(chat, knownModel('m', [], NO_SETTINGS), fitting(chat), probe)).toMatchObject([{ isSure: false }]);
  });

  it('takes a stream with and without the question for its usage, unless it is known what the model takes', () => {
    const stream = request('chat', '{"model":"m","messages":[],"stream":true}');
    const model = knownModel('m', deployments([['m', { model: 'openai/x' }]]), NO_SETTINGS);
    const sizes = (takesUsage: boolean | undefined, ofProbe: boolean | undefined) =>
      partKeys(stream, { ...model, takesUsage }, fitting(stream), { ...probe, takesUsage: ofProbe })[0]?.hashes.size;

    expect(sizes(undefined, undefined)).toBe(2);
    expect(new Set([sizes(true, true), sizes(true, undefined)])).toContain(1);
  });

  it('fits no recipe to a key that none gives', () => {
    expect(recipesFor(new Set([HASH]), chat, probe, recipes)).toEqual([]);
  });
});

describe('sampleOf', () => {
  it('takes the first inputs of a batch of embeddings, and any other request whole', () => {
    expect(sampleOf(request('embeddings', '{"model":"m","input":[1,2,3,4,5,6]}')).body).toEqual(node('{"model":"m","input":[1,2,3,4]}'));
    for (const whole of [request('embeddings', '{"input":"x"}'), request('responses', '{"input":[1,2,3,4,5]}')])
      expect(sampleOf(whole)).toEqual(whole);
  });
});

describe('isAskedDirectly', () => {
  it.each<[AskedRoute, Readonly<Record<string, unknown>>, boolean]>([
    ['chat', { model: 'anthropic/x' }, true],
    ['messages', { model: 'anthropic/x' }, true],
    ['messages', { model: 'openai/x' }, false],
    ['messages', { model: 'openai/x', mock_response: 'ok' }, true],
    ['messages', { model: 'x', custom_llm_provider: 'anthropic' }, true],
    ['responses', { model: 'openai/x' }, true],
    ['responses', { model: 'bedrock/x' }, false],
    ['responses', {}, false],
  ])('%s to %j: %s', (route, parameters, expected) => {
    expect(isAskedDirectly(request(route, '{}'), deployments([['m', parameters]]))).toBe(expected);
  });
});

describe('findParts', () => {
  const entries: Readonly<Record<string, Entry>> = {
    here: { state: 'present', ttlSeconds: 9 },
    later: { state: 'present', ttlSeconds: 5 },
    forever: { state: 'present' },
    refused: { state: 'unreadable', failure: 'noperm' },
  };
  const read = async (name: string): Promise<Entry> => entries[name] ?? { state: 'absent' };
  it.each<[string, readonly (readonly string[])[], boolean, string, number | undefined]>([
    ['all are there', [['here'], ['later']], true, 'all', 5],
    ['all of one that never expires', [['forever']], true, 'all', undefined],
    ['one is missing', [['here'], ['gone']], true, 'none', 9],
    ['one of two possible names', [['here', 'gone']], true, 'some keys', 9],
    ['missing, and not sure', [['gone']], false, 'not sure', undefined],
    ['no name at all', [[]], true, 'not sure', undefined],
    ['nothing', [], true, 'not sure', undefined],
  ])('%s', async (_, names, isSure, state, ttlSeconds) => {
    const found = await findParts(
      names.map((own) => ({ names: own, isSure })),
      read,
    );

    expect(found.state).toBe(state);
    expect(found.counts.ttlSeconds).toBe(ttlSeconds);
    expect(found.failure).toBeUndefined();
  });

  it('stops at what may not be asked for', async () => {
    expect(await findParts([{ names: ['here', 'refused', 'later'], isSure: true }], read)).toMatchObject({
      failure: 'noperm',
      counts: { present: 1 },
    });
  });

  it('never says that all or none are there where only some names are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('here', 'later', 'gone'), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
        async (names) => {
          const { state } = await findParts(
            names.map((own) => ({ names: own, isSure: true })),
            read,
          );
          const there = (name: string) => name !== 'gone';

          if (state === 'all') expect(names.flat().every(there)).toBe(true);
          if (state === 'none') expect(names.some((own) => !own.some(there))).toBe(true);
        },
      ),
    );
  });
});
