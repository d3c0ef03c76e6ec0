import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TlsConfig } from '../../src/config/effective.ts';
import { GatewayError } from '../../src/litellm/failure.ts';
import { exchange } from '../../src/litellm/request.ts';
import { createTarget } from '../../src/redis/connection/connect.ts';
import { settle } from '../../src/redis/connection/failure.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { authority, certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { targetConfig } from '../support/target.ts';

const SECRET = 'a-password-that-nobody-may-see';
const WEAK = 'DEFAULT@SECLEVEL=0';

/** What a server does with a socket that speaks: the least of both protocols. */
function answer(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.on('data', (data) => {
    socket.write(String(data).includes('HTTP') ? 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}' : '+OK\r\n');
  });
}

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** How Redis and a gateway at a port are told to fail; `ok` where they do not. */
async function tried(
  port: number,
  tls: TlsConfig | undefined,
  scheme = tls === undefined ? '' : 's',
): Promise<{ redis: string; gateway: string }> {
  const target = createTarget(targetConfig(`redis${scheme}://127.0.0.1:${port}`, { password: SECRET, ...(tls && { tls }) }));
  const opened = await settle(target.open(target.credential, AbortSignal.timeout(20_000)));
  if (opened.ok) opened.value.disconnect();
  const url = new URL(`http${scheme}://127.0.0.1:${port}/health/liveliness`);
  const headers = { authorization: `Bearer ${SECRET}` };
  const { signal } = new AbortController();
  const gateway = await exchange({ method: 'GET', url, headers, timeout: 20_000, signal, tls }, systemClock).then(
    () => 'ok',
    (error: unknown) => (error instanceof GatewayError ? `${error.failure}: ${error.message}` : String(error)),
  );
  return { redis: opened.ok ? 'ok' : `${opened.error.failure}: ${opened.error.message}`, gateway };
}

describe.skipIf(lacksOpenssl())('TLS that cannot be agreed on', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tls-failures-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const ca = certificateAuthority(directory, 'ca');
  const other = certificateAuthority(directory, 'other');
  const good = ca.sign('good');
  const expired = ca.dated('expired', '20200101000000Z', '20210101000000Z');
  const future = ca.dated('future', '20400101000000Z', '20410101000000Z');
  const between = authority(directory, ca.sign('between', { signs: true }));
  const leaf = between.sign('leaf');
  const noAuthority = authority(directory, ca.sign('no-authority'));
  const forged = noAuthority.sign('forged');
  const stranger = other.sign('stranger');
  const asksClients = { ...good, ca: ca.cert, requestCert: true, rejectUnauthorized: true };
  const junk = file('junk.pem', `${SECRET}\n`);
  const locked = file('locked.key', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n');

  it.each<[what: string, server: TlsOptions, ours: Partial<TlsConfig>, told: string]>([
    ['one that has expired', expired, {}, 'has expired; renew it'],
    ['one that is not valid yet', future, {}, 'compare the clocks'],
    ['one for another name', ca.sign('named', { names: 'DNS:cache.example' }), {}, 'tls.server_name'],
    ['one of an authority that is not trusted', stranger, {}, 'tls.ca_file'],
    ['one without those between it and the authority', leaf, {}, 'tls.ca_file'],
    ['one of a signer that may not sign', { cert: forged.cert + noAuthority.cert, key: forged.key }, {}, 'another purpose'],
    ['one for clients', ca.sign('client', { extensions: ['extendedKeyUsage=clientAuth'] }), {}, 'serverAuth'],
    ['a key of 512 bits', { ...ca.sign('short', { key: ['-newkey', 'rsa:512'] }), ciphers: WEAK }, {}, 'refused the handshake'],
    ['TLS 1.0 alone', { ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: WEAK }, {}, 'TLS 1.2 or newer'],
    ['TLS 1.1 alone', { ...good, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: WEAK }, {}, 'TLS 1.2 or newer'],
    ['ciphers that nobody has', { ...good, maxVersion: 'TLSv1.2', ciphers: `NULL-SHA256:${WEAK}` }, {}, 'refused the handshake'],
    ['none of ours, in TLS 1.2', { ...asksClients, maxVersion: 'TLSv1.2' }, {}, 'cert_file'],
    ['none of ours, in TLS 1.3', { ...asksClients, minVersion: 'TLSv1.3' }, {}, 'cert_file'],
    ['one of ours that has expired, in TLS 1.2', { ...asksClients, maxVersion: 'TLSv1.2' }, pair(expired), 'cert_file'],
    ['one of ours that has expired, in TLS 1.3', { ...asksClients, minVersion: 'TLSv1.3' }, pair(expired), 'cert_file'],
    ['one of ours from another authority', asksClients, pair(stranger), 'cert_file'],
    ['a key of ours that is another one', asksClients, { ...pair(good), key_file: expired.keyFile }, 'is not the key of'],
    ['a key of ours with a passphrase', asksClients, { ...pair(good), key_file: locked }, 'passphrase'],
    ['a file of authorities without any', good, { ca_file: junk }, 'holds no certificate'],
    ['a key in place of the authorities', good, { ca_file: good.keyFile }, 'holds no certificate'],
    ['a certificate of ours that is none', asksClients, { cert_file: junk, key_file: good.keyFile }, 'holds no certificate'],
    ['a certificate in place of our key', asksClients, { ...pair(good), key_file: good.certFile }, 'holds no private key'],
    ['a file that is not there', good, { ca_file: join(directory, 'none.pem') }, 'none.pem does not exist'],
  ])('because of %s is told as TLS, with what to do', async (_, server, ours, told) => {
    const port = await listening(createTlsServer(server, answer));
    const seen = await tried(port, { insecure_skip_verify: false, ca_file: ca.certFile, ...ours });
    const expected = { redis: expect.stringMatching(/^tls: /), gateway: expect.stringMatching(/^tls: /) };
    expect(seen).toEqual(expected);
    expect(seen).toEqual({ redis: expect.stringContaining(told), gateway: expect.stringContaining(told) });
    expect(JSON.stringify(seen)).not.toContain(SECRET);
  });

  it.each<[what: string, server: TlsOptions, ours: Partial<TlsConfig>]>([
    ['TLS 1.2 alone', { ...good, maxVersion: 'TLSv1.2' }, {}],
    ['TLS 1.3 alone', { ...good, minVersion: 'TLSv1.3' }, {}],
    ['a chain in the right order', { cert: leaf.cert + between.cert, key: leaf.key }, {}],
    ['clients that show a certificate, in TLS 1.2', { ...asksClients, maxVersion: 'TLSv1.2' }, pair(good)],
    ['clients that show a certificate, in TLS 1.3', { ...asksClients, minVersion: 'TLSv1.3' }, pair(good)],
    ['protocols above TLS that nobody has', { ...good, ALPNProtocols: ['nothing/9'] }, {}],
  ])('is no reason to fail with %s', async (_, server, ours) => {
    const port = await listening(createTlsServer(server, answer));
    expect(await tried(port, { insecure_skip_verify: false, ca_file: ca.certFile, ...ours })).toEqual({ redis: 'ok', gateway: 'ok' });
  });

  it.each<[what: string, does: (socket: Socket) => void]>([
    ['hangs up at once', (socket) => socket.destroy()],
    ['hangs up after the first message', (socket) => socket.on('data', () => socket.end())],
    ['resets the connection', (socket) => socket.on('data', () => socket.resetAndDestroy())],
    ['ends in the middle of a record', (socket) => socket.on('data', () => socket.end(Buffer.from([0x16, 3, 3, 0x40, 0])))],
    ['answers an error of Redis', (socket) => socket.on('data', () => socket.write('-ERR unknown command\r\n'))],
    ['answers a page', (socket) => socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    ['answers anything', (socket) => socket.on('data', () => socket.write(SECRET.repeat(1_000)))],
    ['warns of an unknown name', (socket) => socket.on('data', () => socket.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 112])))],
    ['wants another protocol', (socket) => socket.on('data', () => socket.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 120])))],
  ])('because the server %s is told as TLS', async (_, does) => {
    const port = await listening(createServer(does));
    const seen = await tried(port, { insecure_skip_verify: false, ca_file: ca.certFile });
    expect(seen).toEqual({ redis: expect.stringMatching(/^tls: .{20}/), gateway: expect.stringMatching(/^tls: .{20}/) });
    expect(JSON.stringify(seen)).not.toContain(SECRET);
  });

  it('is told where the server asks for it and none was meant', async () => {
    const port = await listening(createTlsServer(good, answer));
    expect((await tried(port, undefined)).redis).toMatch(/^tls: .*rediss:\/\//);
  });
});

function pair({ certFile, keyFile }: { certFile: string; keyFile: string }): Partial<TlsConfig> {
  return { cert_file: certFile, key_file: keyFile };
}
