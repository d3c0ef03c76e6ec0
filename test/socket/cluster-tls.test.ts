import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodePort } from '../../dev/redis-cluster.ts';
import { certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { watchCluster } from '../support/target.ts';

describe.skipIf(lacksOpenssl() || (await lacksRedis('7.0.15')))('a cluster that speaks TLS at a port of its own', () => {
  let folder: string;
  let node: RunningRedis;
  let tlsPort: number;
  let caFile: string;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lce-cluster-tls-'));
    const authority = certificateAuthority(folder, 'ca');
    const server = authority.sign('server');
    caFile = authority.certFile;
    [tlsPort] = [await nodePort()];
    const files = ['--tls-cert-file', server.certFile, '--tls-key-file', server.keyFile, '--tls-ca-cert-file', authority.certFile];
    const cluster = ['--cluster-enabled', 'yes', '--tls-cluster', 'yes', '--tls-auth-clients', 'no'];
    node = await startRedis({ release: '7.0.15', port: await nodePort(), args: [...cluster, '--tls-port', String(tlsPort), ...files] });
    await node.command('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
    await eventually(async () => String(await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok'), 20_000);
  });
  afterAll(async () => {
    for (const watched of open) await watched.close();
    await node.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is watched at that port where there is a tls section, and in plain text without', async () => {
    const secured = watchCluster([`localhost:${tlsPort}`], {
      tls: { ca_file: caFile, server_name: 'localhost', insecure_skip_verify: false },
    });
    open.push(secured.watch);
    expect(await secured.tick()).toBeUndefined();
    // A node that does not know its own address is at the one that was asked.
    expect(secured.series('redis.up')).toEqual({ [`redis_node=localhost:${tlsPort}`]: 1 });
    expect(Object.keys(secured.series('redis.tls.certificate_expiry.timestamp'))).toEqual([`redis_node=localhost:${tlsPort}`]);
    const plain = watchCluster([`127.0.0.1:${node.port}`]);
    open.push(plain.watch);
    expect(await plain.tick()).toBeUndefined();
    expect(plain.series('redis.up')).toEqual({ [`redis_node=127.0.0.1:${node.port}`]: 1 });
  });

  it('is told apart where one is spoken to as the other', async () => {
    const wrong = watchCluster([`127.0.0.1:${tlsPort}`]);
    open.push(wrong.watch);
    expect(await wrong.tick()).toMatchObject({ failure: 'tls', message: expect.stringContaining('add tls: {}') });
  });
});
