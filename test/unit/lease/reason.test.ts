import { describe, expect, it } from 'vitest';
import { failureReason, LEASE_VERB, refusalReason } from '../../../src/lease/reason.ts';
import { GATEWAY_FAILURE } from '../../../src/model/cache.ts';

const PLACE = { namespace: 'watch', name: 'lce', tokenFile: '/account/token', caFile: '/account/ca.crt' };

describe('why the API server does not give the lease', () => {
  it.each([
    [400, 'get', /lease\.kubernetes\.namespace/],
    [401, 'get', /does not accept the token in \/account\/token/],
    [403, 'get', /let its role get, create and update leases in the namespace watch, .* exists/],
    [403, 'create', /let its role get, create and update leases in the namespace watch, .* exists/],
    [404, 'create', /create the namespace watch/],
    [404, 'update', /made again/],
    [422, 'create', /lease\.kubernetes\.namespace and \.name \(lce\)/],
    [429, 'update', /too much to do/],
    [500, 'get', /storage/],
    [503, 'get', /storage/],
    [302, 'get', /KUBERNETES_SERVICE_HOST/],
  ] as const)('%s to a %s has a hint of its own', (status, verb, hint) => {
    const reason = refusalReason(verb, status, PLACE);
    expect(reason).toMatch(new RegExp(`answers the ${verb} of the Lease with HTTP ${status}; `));
    expect(reason).toMatch(hint);
  });

  it('blames the role for a 403 alone', () => {
    for (const verb of LEASE_VERB) {
      for (let status = 200; status < 600; status++) {
        expect(/\brole\b/.test(refusalReason(verb, status, PLACE)), `${verb} ${status}`).toBe(status === 403);
      }
    }
  });

  it('names the address for each class of failure, and for TLS the file of the authority', () => {
    const api = 'https://[fd00::1]:443';
    const reasons = GATEWAY_FAILURE.map((failure) => [failure, failureReason(failure, api, PLACE)] as const);
    for (const [failure, reason] of reasons) expect(reason, failure).toContain(failure === 'auth' ? PLACE.tokenFile : api);
    expect(new Set(reasons.map(([, reason]) => reason)).size).toBe(GATEWAY_FAILURE.length);
    expect(failureReason('tls', api, PLACE)).toContain('/account/ca.crt');
  });
});
