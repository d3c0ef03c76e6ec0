import { describe, expect, it } from 'vitest';
import { refusal } from '../../../src/litellm/refusal.ts';
import { RECORDINGS, recorded } from '../../support/litellm-answer.ts';

const REFUSALS = {
  'wrong-key': 'auth',
  'cache-ping-wrong-key': 'auth',
  'wrong-model-completions': 'model',
  'wrong-model-chat': 'model',
  'wrong-model-embeddings': 'model',
  'wrong-model-responses': 'model',
  'wrong-model-messages': 'model',
  'policy-messages': 'policy',
  'provider-400-messages': 'provider',
  'provider-401-messages': 'provider',
  'provider-403-messages': 'provider',
  'provider-404-messages': 'provider',
  'provider-429-messages': 'provider',
  'provider-500-messages': 'provider',
  'policy-completions': 'policy',
  'policy-chat': 'policy',
  'rate-limit': 'quota',
  'provider-400': 'provider',
  'provider-401': 'provider',
  'provider-403': 'provider',
  'provider-404': 'provider',
  'provider-429': 'provider',
  'provider-500': 'provider',
  'provider-cooldown': 'provider',
  'cache-ping-redis-down': 'status',
  'cache-ping-off': 'status',
} as const;

describe.each(RECORDINGS)('the refusals of LiteLLM %s', (release) => {
  it.each(Object.entries(REFUSALS))('%s is %s', (name, failure) => {
    const { status, body } = recorded(release, name);
    expect(refusal(status, body)).toBe(failure);
  });
});

describe('a refusal', () => {
  it('of a request without a key, or with a refused one, is auth where the release says so', () => {
    for (const name of ['no-key', 'refused-key']) {
      const old = recorded('1.80.9', name);
      expect(refusal(old.status, old.body)).toBe('auth');
      // 1.106.0 hides it behind a bare 500.
      const now = recorded('1.106.0', name);
      expect(refusal(now.status, now.body)).toBe('status');
    }
  });

  it.each([
    [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'provider'],
    [500, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'provider'],
    [529, {}, 'provider'],
    [429, { type: 'error', error: { type: 'rate_limit_error', message: 'This request would exceed' } }, 'quota'],
  ])('of %i with %j is %s', (status, body, failure) => {
    expect(refusal(status, JSON.stringify(body))).toBe(failure);
  });

  it('is told by its status where the body says nothing', () => {
    const bare = [301, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504].map((status) => [status, refusal(status, '<html>nothing</html>')]);
    expect(Object.fromEntries(bare)).toEqual({
      301: 'status',
      400: 'status',
      401: 'auth',
      403: 'auth',
      404: 'status',
      408: 'timeout',
      429: 'quota',
      500: 'status',
      502: 'status',
      503: 'status',
      504: 'timeout',
    });
  });

  it('of a budget is a quota, of a model that the key may not use a model', () => {
    const said = (type: string, message: string) => JSON.stringify({ error: { type, message } });
    expect(refusal(400, said('budget_exceeded', 'Budget has been exceeded! Current cost: 1.2, Max budget: 1.0'))).toBe('quota');
    expect(refusal(401, said('key_model_access_denied', 'key not allowed to access model. This key can only access models=[]'))).toBe(
      'model',
    );
  });
});

describe('an answer that something is not there', () => {
  const detail = (said: unknown) => ({ detail: said });
  const openai = (message: string, code: string | null = null, type = 'invalid_request_error') => ({
    error: { message, type, param: null, code },
  });
  const anthropic = (message: string, type = 'not_found_error') => ({ type: 'error', error: { type, message }, request_id: 'req_1' });

  it.each<[string, number, unknown]>([
    ['of LiteLLM', 404, openai('/chat/completions: Invalid model name passed in model=x. Call `/v1/models` to view available models.')],
    ['of LiteLLM before the route', 400, detail({ error: 'Invalid model name passed in model=x' })],
    ['of OpenAI', 404, openai('The model `x` does not exist or you do not have access to it.', 'model_not_found')],
    ['of OpenAI without its code', 404, openai('The model `x` does not exist or you do not have access to it.')],
    ['of OpenAI by its code alone', 404, openai('Not found', 'model_not_found')],
    ['of Anthropic', 404, anthropic('model: claude-x')],
    ['of Azure, a deployment', 404, openai('The API deployment for this resource does not exist.', 'DeploymentNotFound', '')],
    ['of Azure, without its code', 404, openai('The API deployment for this resource does not exist. Try again.')],
    ['of vLLM', 404, { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', code: 404 }],
    ['of Ollama', 404, { error: "model 'x' not found, try pulling it first" }],
    ['of Gemini', 404, { error: { code: 404, message: 'models/x is not found for API version v1beta', status: 'NOT_FOUND' } }],
    [
      'of Vertex',
      404,
      { error: { code: 404, message: 'Publisher Model `projects/p/models/x` was not found or your project has no access' } },
    ],
    ['of Together', 404, openai('Unable to access model x.', 'model_not_available')],
    ['of FastAPI', 404, detail('Model not found')],
  ])('is of the model: %s', (_, status, body) => {
    expect(refusal(status, JSON.stringify(body))).toBe('model');
  });

  it.each<[string, unknown]>([
    ['FastAPI, which LiteLLM runs on', detail('Not Found')],
    ['FastAPI, the method', detail('Method Not Allowed')],
    ['FastAPI, several problems', detail([{ loc: ['path'], msg: 'field required' }])],
    ['Anthropic', anthropic('Not Found')],
    ['Anthropic, in a sentence', anthropic('The requested resource could not be found')],
    ['Anthropic, with the path', anthropic('Not found: POST /v1/model')],
    ['Anthropic, without words', { type: 'error', error: { type: 'not_found_error' } }],
    ['OpenAI', openai('Invalid URL (POST /v1/messages)')],
    ['OpenAI, with a model in the path', openai('Unknown request URL: POST /v1/model/x. Not found.', 'unknown_url')],
    ['Azure', { error: { code: '404', message: 'Resource not found' } }],
    ['Express', { error: { message: 'Cannot POST /v1/model not found' } }],
    ['Kong', { message: 'no Route matched with those values' }],
    ['Spring', { status: 404, error: 'Not Found', message: 'No static resource v1/messages.', path: '/v1/messages' }],
    ['Apache, behind a filter', { error: 'The requested URL /v1/model was not found on this server.' }],
    ['an endpoint that is switched off', { error: { message: 'This endpoint does not exist for the model' } }],
    ['a number', 404],
    ['nothing', null],
    ['a list', []],
    ['an ingress', '<html><head><title>404 Not Found</title></head><body><center>nginx</center> model not found</body></html>'],
    ['Traefik', '404 page not found'],
    ['a load balancer', 'default backend - 404'],
    ['a load balancer of Google', 'response 404 (backend NotFound), service rules for the path non-existent'],
    ['an empty answer', ''],
  ])('is of the path: %s', (_, body) => {
    for (const status of [404, 405, 501])
      expect(refusal(status, typeof body === 'string' ? body : JSON.stringify(body)), String(status)).toBe('status');
  });

  it('is never of the model with a status that says so of the path alone', () => {
    for (const status of [405, 501]) expect(refusal(status, JSON.stringify(openai('The model `x` does not exist.')))).toBe('status');
  });
});

describe('the error of a gateway', () => {
  it.each(['a'.repeat(4_000_000), 'Exception'.repeat(400_000), `${'_'.repeat(60_000)}Exception -`, ' LiteLLM: model group'.repeat(10_000)])(
    'is judged by its beginning, however long it is',
    (message) => {
      const told = refusal(500, JSON.stringify({ error: { message } }));
      expect(told).toBe(refusal(500, JSON.stringify({ error: { message: message.slice(0, 20_000) } })));
    },
  );
});
