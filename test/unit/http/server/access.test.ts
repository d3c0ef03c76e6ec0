import { describe, expect, it } from 'vitest';
import { CLIENT_AUTH } from '../../../../src/config/web/schema.ts';
import { isCertificateAccepted } from '../../../../src/http/server/access.ts';

describe('client certificates', () => {
  it('are demanded as each policy says', () => {
    const states = [
      [false, false],
      [true, false],
      [true, true],
    ] as const;
    expect(
      Object.fromEntries(
        CLIENT_AUTH.map((policy) => [policy, states.map(([given, verified]) => isCertificateAccepted(policy, given, verified))]),
      ),
    ).toEqual({
      NoClientCert: [true, true, true],
      RequestClientCert: [true, true, true],
      RequireAnyClientCert: [false, true, true],
      VerifyClientCertIfGiven: [true, false, true],
      RequireAndVerifyClientCert: [false, false, true],
    });
  });
});
