import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault, readJson } from '../../../src/explain/json-text.ts';
import type { AskedRoute, UserRequest } from '../../../src/explain/request.ts';
import { type Deployment, readDeployments } from '../../../src/lookup/deployment.ts';
import { keysBy, mayAskForUsage, type Recipe, recipesOf } from '../../../src/lookup/recipe.ts';

function request(route: AskedRoute, json: string): UserRequest {
  const body = readJson(json);
  if (isFault(body)) throw new Error(body.fault);
  return { route, body };
}

/** The deployment of a model whose parameters are these, as `/model/info` tells them. */
function deployment(parameters: Readonly<Record<string, unknown>> = {}): Deployment {
  const body = JSON.stringify({
    data: [{ model_name: 'm', litellm_params: { api_base: 'http://x', model: 'openai/gpt-4o', ...parameters } }],
  });
  const [found] = readDeployments(body) ?? [];
  if (found === undefined) throw new Error('The deployment was not read.');
  return found;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a release did, as it was seen on a gateway. */
const SEEN: Readonly<Record<'1.80.9' | '1.104.2' | '1.110.2', Omit<Recipe, 'names'>>> = {
  '1.80.9': { streamIsLast: true, asksForUsage: false, hasExtras: false, namesDeployment: true, isOld: true },
  '1.104.2': { streamIsLast: true, asksForUsage: true, hasExtras: false, namesDeployment: true, isOld: true },
  '1.110.2': { streamIsLast: false, asksForUsage: true, hasExtras: true, namesDeployment: false, isOld: true },
};

function recipe(release: keyof typeof SEEN): Recipe {
  const own = SEEN[release];
  const found = recipesOf(release).find(
    (one) =>
      one.streamIsLast === own.streamIsLast &&
      one.asksForUsage === own.asksForUsage &&
      one.hasExtras === own.hasExtras &&
      one.namesDeployment === own.namesDeployment &&
      one.isOld === own.isOld,
  );
  if (found === undefined) throw new Error('There is no such recipe.');
  return found;
}

const HI = '"messages":[{"role":"user","content":"hi"}]';
const TOLD = "messages: [{'role': 'user', 'content': 'hi'}]";

// What LiteLLM's own `_get_hashed_cache_key` was given on gateways of these releases.
describe('keysBy', () => {
  it.each<[keyof typeof SEEN, AskedRoute, string, Readonly<Record<string, unknown>>, string]>([
    ['1.80.9', 'chat', `{${HI},"model":"m"}`, {}, `model: m${TOLD}stream: False`],
    ['1.80.9', 'chat', `{"stream":true,"temperature":0,${HI},"model":"m"}`, {}, `model: m${TOLD}temperature: 0stream: True`],
    ['1.80.9', 'chat', `{"stream":null,${HI},"model":"m"}`, {}, `model: m${TOLD}`],
    [
      '1.80.9',
      'chat',
      `{"model":"m",${HI},"top_k":4,"metadata":{"a":1},"user":null,"stop":["a",null]}`,
      {},
      `model: m${TOLD}stop: ['a', None]stream: False`,
    ],
    [
      '1.80.9',
      'chat',
      `{"model":"m",${HI},"temperature":0.9}`,
      { temperature: 0.3, max_tokens: 5, top_k: 3, user: 'u' },
      `model: mtemperature: 0.9max_tokens: 5user: u${TOLD}stream: False`,
    ],
    ['1.80.9', 'chat', `{"model":"m",${HI}}`, { stream: true }, `model: mstream: False${TOLD}`],
    [
      '1.80.9',
      'completions',
      '{"stream":true,"temperature":0,"prompt":"hi","model":"m"}',
      {},
      'model: mprompt: histream: Truetemperature: 0',
    ],
    [
      '1.80.9',
      'completions',
      '{"prompt":["a","b"],"model":"m","echo":false,"temperature":0.0}',
      {},
      "model: mprompt: ['a', 'b']echo: Falsetemperature: 0.0",
    ],
    [
      '1.80.9',
      'chat',
      '{"model":"m","messages":[{"role":"user","content":"a"}],"temperature":1E2,"top_p":-0.0,"seed":123456789012345678901234567890,"max_tokens":1,"max_tokens":2,"logit_bias":{"2":1,"1":1},"presence_penalty":1e400}',
      {},
      "model: mmessages: [{'role': 'user', 'content': 'a'}]temperature: 100.0top_p: -0.0seed: 123456789012345678901234567890max_tokens: 2logit_bias: {'2': 1, '1': 1}presence_penalty: infstream: False",
    ],
    [
      '1.104.2',
      'chat',
      `{"stream":true,"temperature":0,${HI},"model":"m"}`,
      {},
      `model: m${TOLD}temperature: 0stream_options: {'include_usage': True}stream: True`,
    ],
    [
      '1.104.2',
      'chat',
      `{"stream_options":{"x":1},"stream":true,"temperature":0,${HI},"model":"m"}`,
      {},
      `model: m${TOLD}stream_options: {'x': 1, 'include_usage': True}temperature: 0stream: True`,
    ],
    [
      '1.104.2',
      'messages',
      `{"stream":false,${HI},"model":"m","max_tokens":5}`,
      {},
      `model: openai/gpt-4ostream: False${TOLD}max_tokens: 5`,
    ],
    [
      '1.110.2',
      'chat',
      `{"stream":true,"temperature":0,${HI},"model":"m"}`,
      {},
      `model: m${TOLD}stream: Truetemperature: 0stream_options: {'include_usage': True}`,
    ],
    [
      '1.110.2',
      'chat',
      `{"stream_options":{"include_usage":false},"stream":true,${HI},"model":"m"}`,
      {},
      `model: m${TOLD}stream_options: {'include_usage': True}stream: True`,
    ],
    [
      '1.110.2',
      'chat',
      `{"stream_options":null,"stream":true,${HI},"model":"m"}`,
      {},
      `model: m${TOLD}stream_options: {'include_usage': True}stream: True`,
    ],
    [
      '1.110.2',
      'chat',
      `{"stream_options":{"include_usage":true},${HI},"model":"m"}`,
      {},
      `model: m${TOLD}stream_options: {'include_usage': True}stream: False`,
    ],
    ['1.110.2', 'chat', `{"stream":"true",${HI},"model":"m"}`, {}, `model: m${TOLD}stream: true`],
    ['1.110.2', 'chat', `{"model":"m",${HI},"reasoning_summary":"auto"}`, {}, `model: m${TOLD}stream: Falsereasoning_summary: auto`],
    [
      '1.110.2',
      'chat',
      `{"model":"m",${HI},"continuation_token":"t","return_token_ids":true}`,
      {},
      `model: m${TOLD}continuation_token: treturn_token_ids: Truestream: False`,
    ],
    [
      '1.110.2',
      'chat',
      `{"model":"m",${HI},"extra_body":{"reasoningSummary":"x","return_token_ids":true,"b":2}}`,
      {},
      `model: m${TOLD}stream: Falseextra_body.return_token_ids: Truereasoning_summary: x`,
    ],
    [
      '1.110.2',
      'chat',
      `{"model":"m",${HI},"thought_signature_in_tool_call_id":false}`,
      {},
      `model: m${TOLD}stream: Falsethought_signature_in_tool_call_id: False`,
    ],
    ['1.110.2', 'chat', `{"model":"m",${HI},"top_k":1,"zzz":2}`, {}, `model: m${TOLD}top_k: 1stream: False`],
    [
      '1.110.2',
      'completions',
      '{"stream":true,"temperature":0,"prompt":"hi","model":"m"}',
      {},
      "model: mprompt: histream: Truetemperature: 0stream_options: {'include_usage': True}",
    ],
    ['1.110.2', 'responses', '{"temperature":0.5,"input":"x","model":"m"}', {}, 'model: mtemperature: 0.5input: x'],
    [
      '1.110.2',
      'responses',
      '{"input":"x","model":"m","stream":true,"temperature":1}',
      { temperature: 0.3, max_tokens: 5 },
      'model: mtemperature: 1max_tokens: 5input: xstream: True',
    ],
    ['1.110.2', 'messages', `{"temperature":0,${HI},"model":"m","max_tokens":5}`, {}, `model: mtemperature: 0${TOLD}max_tokens: 5`],
  ])('%s, %s: %s', (release, route, json, parameters, material) => {
    expect(keysBy(recipe(release), request(route, json), 'm', deployment(parameters))).toEqual([{ hash: sha256(material), isSure: true }]);
  });

  it('makes a key of every input of a batch of embeddings', () => {
    const keys = (json: string) => keysBy(recipe('1.80.9'), request('embeddings', json), 'm', deployment()).map(({ hash }) => hash);

    expect(keys(`{"user":"u","input":["a","b's"],"model":"m"}`)).toEqual([
      sha256('model: minput: auser: u'),
      sha256("model: minput: b'suser: u"),
    ]);
    expect(keys('{"input":[[1,2],[3]],"model":"m"}')).toEqual([sha256('model: minput: [1, 2]'), sha256('model: minput: [3]')]);
    expect(keys('{"input":[1,2],"model":"m"}')).toEqual([sha256('model: minput: 1'), sha256('model: minput: 2')]);
    expect(keys('{"input":[],"model":"m"}')).toEqual([]);
    expect(keys('{"input":"hi","model":"m"}')).toEqual([sha256('model: minput: hi')]);
  });

  it('is not sure where the gateway hides a parameter, unless the request has one in its place', () => {
    const hidden = deployment({ user: 'ab****yz', response_format: { n: 'True' } });

    expect(keysBy(recipe('1.110.2'), request('chat', `{"model":"m",${HI}}`), 'm', hidden)).toMatchObject([{ isSure: false }]);
    expect(keysBy(recipe('1.110.2'), request('chat', `{"model":"m",${HI},"user":"u","response_format":null}`), 'm', hidden)).toMatchObject([
      { isSure: true },
    ]);
  });

  it('makes none of a text with half of a pair outside of quotes, which LiteLLM cannot encode', () => {
    expect(keysBy(recipe('1.80.9'), request('completions', '{"prompt":"\\ud800","model":"m"}'), 'm', deployment())).toEqual([]);
  });

  it('gives two requests the same key only where they say the same', () => {
    const value = fc.jsonValue({ maxDepth: 2 }).map((one) => JSON.stringify(one));
    fc.assert(
      fc.property(value, value, (one, other) => {
        const keyOf = (text: string) =>
          keysBy(recipe('1.110.2'), request('chat', `{"model":"m","messages":[{"content":${text}}]}`), 'm', deployment())[0]?.hash;

        expect(keyOf(one) === keyOf(other)).toBe(normal(one) === normal(other));
      }),
    );
  });
});

/** What Python reads alike: one of several members of a name, numbers of the same value and form. */
function normal(json: string): string {
  return JSON.stringify(JSON.parse(json)).replaceAll('-0', '0');
}

describe('recipesOf', () => {
  it('has all recipes for a release that is not known', () => {
    expect(recipesOf(undefined).length).toBeGreaterThan(recipesOf('1.80.9').length);
    expect(recipesOf('1.110.2').length).toBeGreaterThan(0);
    expect(recipesOf('2.0.0').length).toBeGreaterThan(0);
  });
});

describe('mayAskForUsage', () => {
  it.each<[AskedRoute, string, boolean]>([
    ['chat', '{"stream":true}', true],
    ['completions', '{"stream":true,"stream_options":null}', true],
    ['chat', '{"stream":true,"stream_options":{"include_usage":true}}', false],
    ['chat', '{"stream":"true"}', false],
    ['responses', '{"stream":true}', false],
  ])('%s %s: %s', (route, json, expected) => expect(mayAskForUsage(request(route, json))).toBe(expected));
});
