import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWebConfig } from '../../../../src/config/web/schema.ts';
import { problemText } from '../../../../src/source/problem.ts';

const HASH = '$2a$04$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu';

function problems(text: string): string[] {
  const parsed = parseWebConfig(text, 'web.yml');
  return Array.isArray(parsed) ? parsed.map(problemText) : [];
}

describe('a web config file', () => {
  it.each(['', '\n# nothing yet\n', '{}', 'basic_auth_users:\n', 'http_server_config:\n'])('may ask for nothing: %j', (text) => {
    expect(parseWebConfig(text, 'web.yml')).toEqual({ tls: undefined, headers: {}, users: new Map(), ignored: [] });
  });

  it('is read in full', () => {
    const text = `tls_server_config:
  cert_file: a.crt
  key: inline
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: true
  headers:
    X-Frame-Options: sameorigin
    Strict-Transport-Security: max-age=1
basic_auth_users:
  someone: ${HASH}
`;
    expect(parseWebConfig(text, 'web.yml')).toEqual({
      tls: {
        cert_file: 'a.crt',
        key: 'inline',
        client_auth_type: 'RequireAndVerifyClientCert',
        client_ca_file: 'ca.crt',
        min_version: 'TLS12',
        max_version: 'TLS13',
        cipher_suites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
        prefer_server_cipher_suites: false,
        curve_preferences: ['X25519', 'CurveP256'],
      },
      headers: { 'X-Frame-Options': 'sameorigin', 'Strict-Transport-Security': 'max-age=1' },
      users: new Map([['someone', HASH]]),
      ignored: ['http_server_config.http2'],
    });
  });

  it.each([
    ['1s', 20, { interval: 1_000, burst: 20 }],
    ['0', 0, { interval: 0, burst: 0 }],
  ])('reads a rate limit of one every %s', (interval, burst, rateLimit) => {
    expect(parseWebConfig(`rate_limit:\n  interval: ${interval}\n  burst: ${burst}\n`, 'web.yml')).toMatchObject({ rateLimit });
  });

  it.each([
    ['tls_server_config:\n  cert_file: a\n', 'web.yml:1:1: tls_server_config.key_file: is missing'],
    ['tls_server_config:\n  cert_file: a\n  cert: b\n  key: c\n', 'web.yml:2:3: tls_server_config.cert_file: give this or cert, not both'],
    [
      'tls_server_config:\n  cert: b\n  key: c\n  client_ca: d\n',
      'web.yml:1:1: tls_server_config.client_auth_type: is missing beside a client CA',
    ],
    [
      'tls_server_config:\n  cert: b\n  key: c\n  client_auth_type: RequireAndVerifyClientCert\n',
      'web.yml:1:1: tls_server_config.client_ca_file: is missing: client certificates are to be verified',
    ],
    [
      'tls_server_config:\n  cert: b\n  key: c\n  min_version: TLS13\n  max_version: TLS12\n',
      'web.yml:4:3: tls_server_config.min_version: is above max_version',
    ],
    [
      'tls_server_config:\n  cert: b\n  key: c\n  client_allowed_sans: [x]\n',
      'web.yml:4:3: tls_server_config.client_allowed_sans: is not supported; remove it',
    ],
    ['http_server_config:\n  rate_limit: {}\n', 'web.yml:2:3: http_server_config.rate_limit: is not supported; remove it'],
    ['rate_limit:\n  interval: soon\n  burst: 1\n', 'web.yml:2:3: rate_limit.interval: must be a duration such as 500ms, 1s or 1m'],
    ['rate_limit:\n  interval: 1s\n', 'must be at least 1: with 0 every request would be refused'],
    ['rate_limit:\n  burst: 1\n', 'rate_limit.interval'],
    ['rate_limit:\n  interval: 1s\n  burst: -1\n', 'web.yml:3:3: rate_limit.burst'],
    ['rate_limit:\n  interval: 1s\n  burst: 1e9\n', 'web.yml:3:3: rate_limit.burst'],
    ['rate_limit:\n  interval: 1s\n  burts: 3\n  burst: 1\n', 'did you mean burst?'],
    ['http_server_config:\n  header: {}\n', 'web.yml:2:3: http_server_config.header: unknown key; did you mean headers?'],
    ['basic_auth_users:\n  a: secret\n', 'web.yml:2:3: basic_auth_users.a: is not a bcrypt hash'],
    [`basic_auth_users:\n  "a:b": ${HASH}\n`, 'web.yml:2:3: basic_auth_users."a:b": a user must have a name without a colon'],
    ['http_server_config:\n  headers:\n    X-Frame-Options: "a\\r\\nSet-Cookie: b"\n', 'X-Frame-Options'],
    ['http_server_config:\n  headers:\n    Strict-Transport-Security: "a\\r\\nSet-Cookie: b"\n', 'must be printable ASCII'],
    ['a: [', 'web.yml:1:'],
    ['- 1\n', 'web.yml:1:1'],
  ])('%j is refused', (text, problem) => {
    const found = problems(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
  });

  it('reports everything at once and repeats no value', () => {
    const found = problems('tls_server_config:\n  cert: SENSITIVE\n  nothing: 1\nbasic_auth_users:\n  a: SENSITIVE\nmore: SENSITIVE\n');
    expect(found).toHaveLength(4);
    expect(found.join('\n')).not.toContain('SENSITIVE');
  });

  it('never throws', () => {
    const key = fc.constantFrom(
      'tls_server_config',
      'http_server_config',
      'basic_auth_users',
      'headers',
      'cert',
      '__proto__',
      'constructor',
      'x',
    );
    const tree = fc.object({ key, maxDepth: 3, values: [fc.string(), fc.integer(), fc.constant(null), fc.boolean()] });
    fc.assert(fc.property(tree, (value) => parseWebConfig(JSON.stringify(value), 'web.yml') !== undefined));
    fc.assert(fc.property(fc.string(), (text) => parseWebConfig(text, 'web.yml') !== undefined));
  });
});
