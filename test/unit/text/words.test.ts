import { describe, expect, it } from 'vitest';
import type { GatewayStatus } from '../../../src/model/status.ts';
import { CAUSE_WORDS, metricsText, nextStep, originText } from '../../../src/text/words.ts';

describe('what the metrics of a gateway answered, in words', () => {
  const url = 'http://litellm:4000/metrics/';

  it('does not say that no breaker is open: of several processes another one may be', () => {
    expect(metricsText({ url, breaker: 'not_open' })).toBe(`${url}: it has a circuit breaker that is not open`);
  });

  it('is true of a login that was refused with the key and without it', () => {
    expect(metricsText({ url, failure: 'auth', status: 401 })).toBe(
      `${url}: the login was refused; the API key is sent only where scheme, host and port are those of gateways[].url (HTTP 401)`,
    );
  });
});

const FAILING: GatewayStatus = {
  name: 'litellm',
  url: 'http://litellm:4000',
  verdict: 'not_measurable',
  cause: 'provider_error',
  evidence: 'The provider behind the probe model refuses or fails.',
  pairs: [{ route: 'chat', model: 'cache-probe', outcome: 'error_first', at: 0, evidence: '', traceId: 'a' }],
  costUsd: 0,
};

describe('what to do next', () => {
  it('is to look at the way to the origin where that is the provider, and not to take a mock model', () => {
    expect(nextStep({ ...FAILING, origin: { problems: [] } })).toMatch(/exporter that serves it runs.*api_base.*api_key/);
    expect(nextStep(FAILING)).toBe(CAUSE_WORDS.provider_error.next);
    expect(nextStep({ ...FAILING, cause: 'gateway_auth', origin: { problems: [] } })).toBe(CAUSE_WORDS.gateway_auth.next);
  });

  it('is nothing where nothing is known, or all is as expected', () => {
    expect(nextStep({ ...FAILING, verdict: 'unknown' })).toBe('');
    expect(nextStep({ ...FAILING, asExpected: true })).toBe('');
  });
});

describe('whether content tells hits', () => {
  it('is open while no pair has been answered', () => {
    expect(originText({ ...FAILING, origin: { problems: [] } })).toBeUndefined();
    const [pair] = FAILING.pairs;
    const pairs = pair === undefined ? [] : [pair, { ...pair, outcome: 'ok' as const }];
    expect(originText({ ...FAILING, pairs, origin: { problems: [] } })).toBe('told by the content of answers');
  });

  it('is not explained again where the evidence does that', () => {
    const problems = ['Look at api_base.'];
    const answered = { ...FAILING, pairs: [], origin: { problems } };
    expect(originText(answered)).toBe('not told by the content of all answers: Look at api_base.');
    expect(originText({ ...answered, evidence: 'Last pairs: a hit. Look at api_base.' })).toBe('not told by the content of all answers');
  });
});
