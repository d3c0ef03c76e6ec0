import { describe, expect, it } from 'vitest';
import { metricsText } from '../../../src/text/words.ts';

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
