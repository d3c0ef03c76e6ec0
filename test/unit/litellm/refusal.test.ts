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
    [404, { type: 'error', error: { type: 'not_found_error', message: 'model: claude-x' } }, 'model'],
    [404, { error: { type: 'invalid_request_error', message: 'The model `m` does not exist or you do not have access to it.' } }, 'model'],
    [404, { error: { message: "Model 'm' not found, try pulling it first" } }, 'model'],
    [404, { error: { message: 'Cannot POST /v1/messages' } }, 'status'],
    [404, { detail: 'Not Found' }, 'status'],
    [405, { detail: 'Method Not Allowed' }, 'status'],
    [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'provider'],
    [500, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'provider'],
    [529, {}, 'provider'],
    [429, { type: 'error', error: { type: 'rate_limit_error', message: 'This request would exceed' } }, 'quota'],
  ])('of %i with %j is %s: no path is missing where a model is', (status, body, failure) => {
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

describe('the error of a gateway', () => {
  it.each(['a'.repeat(4_000_000), 'Exception'.repeat(400_000), `${'_'.repeat(60_000)}Exception -`, ' LiteLLM: model group'.repeat(10_000)])(
    'is judged by its beginning, however long it is',
    (message) => {
      const told = refusal(500, JSON.stringify({ error: { message } }));
      expect(told).toBe(refusal(500, JSON.stringify({ error: { message: message.slice(0, 20_000) } })));
    },
  );
});
