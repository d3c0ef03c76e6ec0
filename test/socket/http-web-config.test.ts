import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { hashSync } from 'bcryptjs';
import { afterAll, describe, expect, it } from 'vitest';
import { WebConfigError } from '../../src/http/server/access.ts';
import { certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { ask, portOf, raw, serve } from '../support/http.ts';

const directory = mkdtempSync(join(tmpdir(), 'web-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;
function webConfig(text: string): string {
  files += 1;
  const file = join(directory, `web-${files}.yml`);
  writeFileSync(file, text);
  return file;
}

function basic(user: string, password: string) {
  return { headers: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` } };
}

const SCRAPER = `basic_auth_users:\n  scraper: ${hashSync('open sesame', 4)}\n`;

describe('the addresses for health checks', () => {
  it('answer without TLS and login what a web config file guards, name nothing, and serve nothing else', async () => {
    const state = { healthy: true, missing: ['target the-name has not been tried yet'] };
    const pages = { healthy: () => state.healthy, missing: () => state.missing };
    const both = { web_config_file: webConfig(SCRAPER), health_listen: ['127.0.0.1:0'] };
    const { port, healthAddresses } = await serve(pages, both);
    const health = portOf(healthAddresses[0]);
    expect((await ask(port, '/-/healthy')).status).toBe(401);
    expect(await ask(health, '/-/healthy')).toMatchObject({ status: 200, body: 'Healthy.\n' });
    expect(await ask(health, '/-/ready')).toMatchObject({ status: 503, body: 'Not ready.\n' });
    state.missing = [];
    expect((await ask(health, '/-/ready')).status).toBe(200);
    state.healthy = false;
    expect((await ask(health, '/-/healthy')).status).toBe(503);
    for (const path of ['/', '/metrics', '/api/v1/status', '/debug/gateways/x', '/probe', '/-/healthy/x'])
      expect((await ask(health, path)).status, path).toBe(404);
    for (const path of ['/-/reload', '/-/healthy'])
      expect((await ask(health, path, { method: 'POST' })).status, path).toBeGreaterThanOrEqual(404);
  });

  it('take part in nothing listening where one address cannot be had', async () => {
    const { addresses } = await serve();
    await expect(serve({}, { health_listen: [addresses[0] ?? ''] })).rejects.toThrow(addresses[0]);
  });
});

describe('basic authentication', () => {
  it('lets in the users of the file and nobody else, on every page', async () => {
    const { port } = await serve({}, { web_config_file: webConfig(SCRAPER) });
    for (const path of ['/metrics', '/', '/-/healthy', '/nothing']) {
      const reply = await ask(port, path);
      expect(reply.status, path).toBe(401);
      expect(reply.headers['www-authenticate']).toBe('Basic realm="litellm-cache-exporter", charset="UTF-8"');
    }
    expect((await ask(port, '/metrics', basic('scraper', 'open sesame'))).status).toBe(200);
    expect((await ask(port, '/metrics', basic('scraper', 'wrong'))).status).toBe(401);
    expect((await ask(port, '/metrics', basic('other', 'open sesame'))).status).toBe(401);
    expect((await ask(port, '/metrics', basic('', ''))).status).toBe(401);
    expect((await ask(port, '/metrics', { headers: { Authorization: 'Bearer open sesame' } })).status).toBe(401);
    expect((await ask(port, '/-/reload', { method: 'POST' })).status).toBe(401);
  });

  it('computes passwords in a thread of its own, where they hold up nothing', async () => {
    const { port } = await serve({}, { web_config_file: webConfig(`basic_auth_users:\n  scraper: ${hashSync('open sesame', 11)}\n`) });
    let threads = 0;
    const count = () => {
      threads += 1;
    };
    process.on('worker', count);
    expect((await ask(port, '/metrics', basic('scraper', 'wrong'))).status).toBe(401);
    process.off('worker', count);
    expect(threads).toBe(1);
  });

  it('refuses logins beyond those that wait', async () => {
    const { port } = await serve({}, { web_config_file: webConfig(`basic_auth_users:\n  scraper: ${hashSync('open sesame', 10)}\n`) });
    const replies = await Promise.all(Array.from({ length: 30 }, (_, index) => ask(port, '/metrics', basic('scraper', `guess ${index}`))));
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(8);
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect((await ask(port, '/metrics', basic('scraper', 'open sesame'))).status).toBe(200);
  });
});

describe('a certificate that cannot be used', () => {
  const { cert, key, certFile, keyFile } = lacksOpenssl()
    ? { cert: '', key: '', certFile: '', keyFile: '' }
    : certificateAuthority(mkdtempSync(join(directory, 'ca-')), 'server');
  const other = lacksOpenssl() ? { key: '' } : certificateAuthority(mkdtempSync(join(directory, 'ca-')), 'other');

  it.skipIf(lacksOpenssl()).each([
    ['an empty certificate', 'cert', ''],
    ['a line break for a certificate', 'cert', '\n'],
    ['half a certificate', 'cert', cert.slice(0, cert.length / 2)],
    ['a key for a certificate', 'cert', key],
    ['a certificate full of noise', 'cert', cert.replaceAll(/[A-Z]/g, 'A')],
    ['an empty key', 'key', ''],
    ['a certificate for a key', 'key', cert],
    ['the key of another certificate', 'key', other.key],
    ['an empty client CA', 'ca', ''],
  ])('%s is told and does not replace what is in use', async (_, which, content) => {
    const files = { cert: join(directory, 'used.crt'), key: join(directory, 'used.key'), ca: join(directory, 'used-ca.crt') };
    copyFileSync(certFile, files.cert);
    copyFileSync(keyFile, files.key);
    copyFileSync(certFile, files.ca);
    const file = webConfig(
      `tls_server_config:\n  cert_file: used.crt\n  key_file: used.key\n  client_ca_file: used-ca.crt\n  client_auth_type: VerifyClientCertIfGiven\n`,
    );
    const { port, lines } = await serve({}, { web_config_file: file });
    const scrape = () => ask(port, '/metrics', { tls: true, ca: cert, servername: 'localhost' });
    expect((await scrape()).status).toBe(200);
    writeFileSync(which === 'cert' ? files.cert : which === 'key' ? files.key : files.ca, content);
    expect((await scrape()).status).toBe(200);
    expect(lines.filter(({ level }) => level === 'error').map(({ sentence }) => sentence)).toEqual([
      'The web config file changed and cannot be used; the previous one stays in force',
    ]);
    await expect(serve({}, { web_config_file: file })).rejects.toThrow(WebConfigError);
  });
});

describe('the file', () => {
  it('adds its headers to every answer', async () => {
    const { port } = await serve(
      {},
      {
        web_config_file: webConfig(
          'http_server_config:\n  http2: true\n  headers:\n    Strict-Transport-Security: max-age=60\n    X-Frame-Options: deny\n',
        ),
      },
    );
    expect((await ask(port, '/nothing')).headers).toMatchObject({ 'strict-transport-security': 'max-age=60', 'x-frame-options': 'deny' });
  });

  it('is read again when it changes; a bad one changes nothing and is logged once', async () => {
    const file = webConfig(SCRAPER);
    const { port, lines } = await serve({}, { web_config_file: file });
    writeFileSync(file, `basic_auth_users:\n  scraper: ${hashSync('another', 4)}\n`);
    expect((await ask(port, '/metrics', basic('scraper', 'open sesame'))).status).toBe(401);
    expect((await ask(port, '/metrics', basic('scraper', 'another'))).status).toBe(200);

    writeFileSync(file, 'basic_auth_user: {}\n');
    expect((await ask(port, '/metrics', basic('scraper', 'another'))).status).toBe(200);
    expect((await ask(port, '/metrics')).status).toBe(401);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        sentence: 'The web config file changed and cannot be used; the previous one stays in force',
        details: { file, problems: [`${file}:1:1: basic_auth_user: unknown key; did you mean basic_auth_users?`] },
      },
    ]);

    rmSync(file);
    expect((await ask(port, '/metrics')).status).toBe(401);
    writeFileSync(file, '');
    expect((await ask(port, '/metrics')).status).toBe(401);
    writeFileSync(file, SCRAPER);
    expect((await ask(port, '/metrics', basic('scraper', 'open sesame'))).status).toBe(200);
  });

  it('keeps the server from starting when it cannot be used', async () => {
    const file = webConfig('tls_server_config:\n  cert_file: none.crt\n  key_file: none.key\n');
    await expect(serve({}, { web_config_file: file })).rejects.toEqual(
      new WebConfigError(`${join(directory, 'none.crt')} does not exist\n${join(directory, 'none.key')} does not exist`),
    );
    const absent = join(directory, 'absent.yml');
    await expect(serve({}, { web_config_file: absent })).rejects.toEqual(new WebConfigError(`${absent} does not exist`));
  });
});

describe.skipIf(lacksOpenssl())('TLS', () => {
  const authority = certificateAuthority(directory, 'authority');
  const stranger = certificateAuthority(directory, 'stranger').sign('somebody');
  const server = authority.sign('server');
  const renewed = authority.sign('renewed');
  const client = authority.sign('client');
  const ca = authority.cert;
  const TLS = 'tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n';

  it('serves HTTPS and nothing else', async () => {
    const { port } = await serve({}, { web_config_file: webConfig(TLS) });
    expect(await ask(port, '/metrics', { tls: true, ca })).toMatchObject({ status: 200, body: 'up 1\n' });
    expect(await raw(port, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
  });

  it('keeps to the versions of the file', async () => {
    const { port } = await serve({}, { web_config_file: webConfig(`${TLS}  min_version: TLS13\n`) });
    await expect(ask(port, '/metrics', { tls: true, ca, maxVersion: 'TLSv1.2' })).rejects.toThrow('alert protocol version');
    expect((await ask(port, '/metrics', { tls: true, ca })).status).toBe(200);
  });

  it('keeps to the cipher suites of the file, which leave TLS 1.3 alone', async () => {
    const suites = '  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n  curve_preferences: [CurveP384]\n';
    const { port } = await serve({}, { web_config_file: webConfig(TLS + suites) });
    const cipher = (maxVersion: 'TLSv1.2' | 'TLSv1.3') =>
      new Promise((resolve, reject) => {
        const socket = tlsConnect({ host: '127.0.0.1', port, ca, maxVersion }, () => {
          resolve(socket.getCipher().standardName);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await cipher('TLSv1.2')).toBe('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384');
    expect(await cipher('TLSv1.3')).toMatch(/^TLS_AES_/);
  });

  it.each([
    ['RequestClientCert', true, true, true],
    ['RequireAnyClientCert', false, true, true],
    ['VerifyClientCertIfGiven', true, false, true],
    ['RequireAndVerifyClientCert', false, false, true],
  ])('%s: without %s, with a stranger’s %s, with a good certificate %s', async (type, without, strange, good) => {
    const policy = `  client_auth_type: ${type}\n  client_ca_file: authority.crt\n`;
    const { port } = await serve({}, { web_config_file: webConfig(TLS + policy) });
    const enters = (certificate: { cert?: string; key?: string }) =>
      ask(port, '/metrics', { tls: true, ca, ...certificate }).then(
        ({ status }) => status === 200,
        () => false,
      );
    expect(await enters({})).toBe(without);
    expect(await enters({ cert: stranger.cert, key: stranger.key })).toBe(strange);
    expect(await enters({ cert: client.cert, key: client.key })).toBe(good);
  });

  it('shows a renewed certificate to the next connection', async () => {
    const file = webConfig('tls_server_config:\n  cert_file: live.crt\n  key_file: live.key\n');
    copyFileSync(server.certFile, join(directory, 'live.crt'));
    copyFileSync(server.keyFile, join(directory, 'live.key'));
    const { port, lines } = await serve({}, { web_config_file: file });
    const name = () =>
      new Promise((resolve, reject) => {
        const socket = tlsConnect({ host: '127.0.0.1', port, ca }, () => {
          resolve(socket.getPeerCertificate().subject.CN);
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await name()).toBe('server');
    copyFileSync(renewed.certFile, join(directory, 'live.crt'));
    expect(await name()).toBe('server');
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    copyFileSync(renewed.keyFile, join(directory, 'live.key'));
    expect(await name()).toBe('renewed');
  });

  it('says that switching TLS off needs a restart, and stays on', async () => {
    const file = webConfig(TLS + SCRAPER);
    const { port, lines } = await serve({}, { web_config_file: file });
    writeFileSync(file, SCRAPER);
    expect((await ask(port, '/metrics', { tls: true, ca, ...basic('scraper', 'open sesame') })).status).toBe(200);
    expect(lines.filter(({ level }) => level === 'warn').map(({ sentence }) => sentence)).toEqual([
      'TLS was switched on or off in the web config file; this takes effect after a restart',
    ]);
  });

  it('ends a handshake that does not come', async () => {
    const { close } = await serve({}, { web_config_file: webConfig(TLS) });
    const events: string[] = [];
    const cut = setTimeout(() => events.push('cut off'), 1_900);
    await close();
    events.push('closed');
    clearTimeout(cut);
    expect(events[0]).toBe('closed');
  });
});
