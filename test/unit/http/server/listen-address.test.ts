import { describe, expect, it } from 'vitest';
import { formatAddress, ListenError, listenError, parseListenAddress } from '../../../../src/http/server/listen-address.ts';

describe('a listen address', () => {
  it.each([
    [':9464', { port: 9464 }],
    [':0', { port: 0 }],
    ['127.0.0.1:1', { host: '127.0.0.1', port: 1 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['[fe80::1%eth0]:80', { host: 'fe80::1%eth0', port: 80 }],
  ])('%s is read', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  it.each(['', '9464', ':', ':65536', '::1:80', '[::1]', 'a b:1', 'host:1/', ':-1', ':1e3'])('%s is refused', (text) => {
    expect(() => parseListenAddress(text)).toThrow(ListenError);
  });

  it('is written with brackets around IPv6', () => {
    expect(formatAddress('::', 9464)).toBe('[::]:9464');
    expect(formatAddress('127.0.0.1', 9464)).toBe('127.0.0.1:9464');
  });

  it('that is not allowed says what to do', () => {
    const error = listenError(':80', Object.assign(new Error('listen EACCES'), { code: 'EACCES' }));
    expect(error.message).toBe('cannot listen on :80: this user may not use the port; choose one above 1023 with http.listen or --listen');
  });
});
