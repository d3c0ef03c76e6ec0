import { X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, startProcess, waitUntilReady } from '../../dev/process.ts';
import { redisServer } from '../../dev/redis.ts';
import { CLIENT_NAME } from '../../src/model/redis.ts';
import { Secret } from '../../src/source/secret.ts';
import { certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { talking } from '../support/hostile-gateway.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';

const folder = mkdtempSync(join(tmpdir(), 'lce-target-'));
afterAll(() => rm(folder, { recursive: true }));

const PLAIN = { insecure_skip_verify: false };

describe.skipIf(lacksOpenssl() || (await lacksRedis('7.0.15')))('a target over TLS', async () => {
  const authority = certificateAuthority(folder, 'authority');
  const server = authority.sign('server');
  const client = authority.sign('client');
  const tlsArgs = ['--tls-cert-file', server.certFile, '--tls-key-file', server.keyFile, '--tls-ca-cert-file', authority.certFile];

  async function start(...args: string[]): Promise<{ url: string; plainPort: number; tlsPort: number }> {
    const tlsPort = await freePort();
    const { port } = await startRedis({ release: '7.0.15', args: ['--tls-port', String(tlsPort), ...tlsArgs, ...args] });
    return { url: `rediss://localhost:${tlsPort}`, plainPort: port, tlsPort };
  }

  it('is scraped, and tells when its certificate ends', async () => {
    const { url } = await start('--tls-auth-clients', 'no');
    const watched = watchTarget(targetConfig(url, { tls: { ...PLAIN, ca_file: authority.certFile } }));
    expect(await watched.tick()).toBeUndefined();
    expect(watched.value('redis.tls.certificate_expiry.timestamp', {})).toBe(Date.parse(new X509Certificate(server.cert).validTo) / 1_000);
    await watched.watch.close();
    const trusting = watchTarget(targetConfig(url, { tls: { insecure_skip_verify: true } }));
    expect(await trusting.tick()).toBeUndefined();
    await trusting.watch.close();
  });

  it('is not trusted without its authority, nor under another name', async () => {
    const { url } = await start('--tls-auth-clients', 'no');
    expect(await watchTarget(targetConfig(url)).tick()).toMatchObject({ failure: 'tls' });
    const other = { ...PLAIN, ca_file: authority.certFile, server_name: 'elsewhere.example' };
    const watched = watchTarget(targetConfig(url, { tls: other }));
    expect(await watched.tick()).toMatchObject({
      failure: 'tls',
      message: expect.stringMatching(/^TLS handshake \(ERR_TLS_CERT_ALTNAME_INVALID\): the certificate .* tls\.server_name$/),
    });
    expect(watched.value('redis.up', {})).toBe(0);
    const missing = { ...PLAIN, ca_file: join(folder, 'nowhere.crt') };
    expect((await watchTarget(targetConfig(url, { tls: missing })).tick())?.message).toContain('nowhere.crt does not exist');
  });

  it('may ask for a certificate of the client', async () => {
    const { url } = await start('--tls-auth-clients', 'yes');
    const tls = { ...PLAIN, ca_file: authority.certFile };
    expect(await watchTarget(targetConfig(url, { tls })).tick()).toMatchObject({ failure: 'tls' });
    const watched = watchTarget(targetConfig(url, { tls: { ...tls, cert_file: client.certFile, key_file: client.keyFile } }));
    expect(await watched.tick()).toBeUndefined();
    await watched.watch.close();
  });

  it('is told from one without TLS, both ways round', async () => {
    const { plainPort, tlsPort } = await start('--tls-auth-clients', 'no');
    const secured = await watchTarget(targetConfig(`redis://localhost:${tlsPort}`)).tick(1_000);
    expect(secured).toMatchObject({ failure: 'tls', message: expect.stringContaining('rediss://') });
    const plain = await watchTarget(targetConfig(`rediss://127.0.0.1:${plainPort}`)).tick(1_000);
    expect(plain).toMatchObject({ failure: 'tls', message: expect.stringContaining('redis://') });
  });
});

describe.skipIf(await lacksRedis('7.0.15'))('a target', () => {
  it('may be a unix socket, and another database', async () => {
    const path = join(folder, 'redis.sock');
    await startRedis({ release: '7.0.15', args: ['--unixsocket', path] });
    const watched = watchTarget(targetConfig(`unix://${path}?db=2`));
    expect(await watched.tick()).toBeUndefined();
    const { target } = watched;
    const signal = AbortSignal.timeout(1_000);
    const client = await target.open(target.credential, signal);
    expect(await target.ask(client, ['CLIENT', 'INFO'], signal)).toContain(' db=2 ');
    client.disconnect();
    await watched.watch.close();
  });

  it('may be the master that a Sentinel names, which is asked again after a failover', async () => {
    const [first, second] = [
      await startRedis({ release: '7.0.15', args: ['--requirepass', 'pass', '--repl-diskless-sync-delay', '0'] }),
      await startRedis({ release: '7.0.15' }),
    ];
    await second.command('CONFIG', 'SET', 'masterauth', 'pass');
    await second.command('CONFIG', 'SET', 'requirepass', 'pass');
    await first.command('CONFIG', 'SET', 'masterauth', 'pass');
    await second.command('REPLICAOF', '127.0.0.1', first.port);
    const sentinel = await startSentinel(first.port);
    let asked = '';
    const way = await talking((socket) => {
      const onward = connect(sentinel.port, '127.0.0.1').on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        asked += chunk;
      });
      socket.pipe(onward).pipe(socket);
    });
    const nodes = [`127.0.0.1:${await freePort()}`, new URL(way).host];
    const config = { master: 'cache', nodes, password: Secret.of('sentinel pass') };
    const watched = watchTarget(targetConfig(undefined, { sentinel: config, password: 'pass', interval: 1_000, timeout: 800 }));
    expect(await watched.tick()).toBeUndefined();
    expect(watched.watch.status().address).toBe(`cache at ${nodes.join(', ')}`);
    expect(watched.target.state?.runId).toBe(await runIdOf(first));
    expect(watched.value('redis.sentinel.known', {})).toBe(1);
    expect(watched.value('redis.sentinel.quorum_ok', {})).toBe(1);
    expect(watched.value('redis.sentinel.failovers', {})).toBe(0);
    expect(asked).toContain(`SETNAME\r\n$${CLIENT_NAME.length}\r\n${CLIENT_NAME}`);

    await eventually(async () => String(await second.command('INFO', 'replication')).includes('master_link_status:up'));
    await sentinel.failover();
    await eventually(async () => (await watched.tick()) === undefined && watched.target.state?.runId === (await runIdOf(second)), 20_000);
    expect(watched.value('redis.auth.rejections', { 'error.type': 'WRONGPASS', origin: 'others' })).toBe(0);
    // How the Sentinels are is asked once in half an interval.
    await eventually(async () => (await watched.tick()) === undefined && watched.value('redis.sentinel.failovers', {}) === 1, 20_000);
    expect(watched.value('redis.sentinel.replicas', {})).toBe(1);
    await watched.watch.close();

    const unknown = { ...config, master: 'nobody' };
    const lost = watchTarget(targetConfig(undefined, { sentinel: unknown, password: 'pass' }));
    expect((await lost.tick())?.message).toContain('does not know the master');
    const refused = { ...config, password: Secret.of('wrong') };
    expect(await watchTarget(targetConfig(undefined, { sentinel: refused })).tick()).toMatchObject({ failure: 'wrongpass' });
  });
});

async function runIdOf(redis: { command(name: string, ...args: string[]): Promise<unknown> }): Promise<string | undefined> {
  return /run_id:(\w+)/.exec(String(await redis.command('INFO', 'server')))?.[1];
}

/** A Sentinel that watches the server at the port as `cache`, with a password of its own. */
async function startSentinel(master: number): Promise<{ port: number; failover(): Promise<void> }> {
  const port = await freePort();
  const file = join(folder, `sentinel-${port}.conf`);
  const lines = [
    'bind 127.0.0.1',
    'requirepass "sentinel pass"',
    `sentinel monitor cache 127.0.0.1 ${master} 1`,
    'sentinel auth-pass cache pass',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const binary = await redisServer('7.0.15', () => undefined);
  const child = startProcess(binary, [file, '--sentinel', '--port', String(port)], { cwd: folder, env: { PATH: process.env.PATH ?? '' } });
  onTestFinished(() => child.stop());
  await waitUntilReady('Sentinel', child, 10_000, async () => child.log().includes('+monitor master cache'));
  const watched = watchTarget(targetConfig(`redis://127.0.0.1:${port}`, { password: 'sentinel pass' }));
  const { target } = watched;
  return {
    port,
    failover: async () => {
      const signal = AbortSignal.timeout(30_000);
      const client = await target.open(target.credential, signal);
      await eventually(async () => String(await target.ask(client, ['SENTINEL', 'REPLICAS', 'cache'], signal)) !== '', 20_000);
      await eventually(async () => (await target.ask(client, ['SENTINEL', 'FAILOVER', 'cache'], signal)) === 'OK', 20_000);
      client.disconnect();
    },
  };
}
