import { describe, expect, it } from 'vitest';
import { isLocal, isLoopback } from '../../../../src/http/server/request.ts';

describe('a peer', () => {
  it.each(['127.0.0.1', '127.0.0.2', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::FFFF:127.1.2.3'])('%s is this machine', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each([
    undefined,
    '',
    '10.0.0.1',
    '128.0.0.1',
    '127.evil.example',
    '127.0.0.1.evil.example',
    '0.0.0.0',
    '::',
    '::2',
    'fe80::1',
    '::ffff:10.0.0.1',
    '::ffff:128.0.0.1',
    '1127.0.0.1',
  ])('%s is not', (address) => {
    expect(isLoopback(address)).toBe(false);
  });
});

describe('a request from this machine', () => {
  const asked = (headers: readonly (readonly [string, string])[], httpVersion = '1.1', remoteAddress = '127.0.0.1') =>
    isLocal({
      socket: { remoteAddress },
      httpVersion,
      headers: Object.fromEntries(headers.toReversed().map(([name, value]) => [name.toLowerCase(), value])),
      rawHeaders: headers.flat(),
    });
  const curl = [
    ['Host', 'localhost:9464'],
    ['User-Agent', 'curl/8.5.0'],
    ['Accept', '*/*'],
  ] as const;

  it.each([
    ['curl', curl],
    [
      'curl with a body and a login',
      [...curl, ['Authorization', 'Basic eA=='], ['Content-Type', 'application/json'], ['Content-Length', '2']],
    ],
    [
      'a client of Go',
      [
        ['Host', '127.0.0.1:9464'],
        ['User-Agent', 'Go-http-client/1.1'],
        ['Content-Length', '0'],
        ['Accept-Encoding', 'gzip'],
      ],
    ],
    [
      'the fetch of Node',
      [...curl.slice(0, 1), ['user-agent', 'node'], ['sec-fetch-mode', 'cors'], ['accept-language', '*'], ['connection', 'keep-alive']],
    ],
  ] as const)('is that of %s', (_, headers) => {
    expect(asked(headers)).toBe(true);
  });

  it.each([
    ...['Via', 'Forwarded', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Real-IP', 'X-Request-Id', 'X-Correlation-Id', 'X-B3-TraceId'],
    ...['X-Scheme', 'X-Envoy-Internal', 'Client-IP', 'CF-Ray', 'X-Amz-Cf-Id', 'X-Varnish', 'X-Azure-Ref', 'X-Cache', 'Proxy-Connection'],
    ...['Proxy-Authorization', 'Max-Forwards', 'Origin', 'Referer', 'Cookie', 'DNT', 'Sec-Fetch-Site', 'Sec-CH-UA', 'Upgrade', 'Priority'],
    ...['Cache-Control', 'Pragma', 'X-Anything', 'SSL-Client-Verify', 'Front-End-Https', 'Ali-CDN-Real-IP', 'Save-Data'],
  ])('is not one with %s', (name) => {
    expect(asked([...curl, [name, 'x']])).toBe(false);
  });

  it('is not one with another host, a second host, an older protocol or from elsewhere', () => {
    expect(asked([['Host', 'localhost.evil.example']])).toBe(false);
    expect(asked([...curl, ['Host', 'evil.example']])).toBe(false);
    expect(asked([['Host', 'evil.example'], ...curl])).toBe(false);
    expect(asked(curl, '1.0')).toBe(false);
    expect(asked(curl, '1.1', '192.0.2.1')).toBe(false);
    expect(asked([])).toBe(false);
  });
});
