import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ClusterAccess, clusterAccess, createKubernetesLease } from '../../src/lease/kubernetes.ts';
import { type Certificate, certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { handClock } from '../support/clock.ts';
import { talking } from '../support/hostile-gateway.ts';

const TTL = 15_000;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/monitoring/leases';
const { signal } = new AbortController();
const HELD = { state: 'held' };
const OTHER = { state: 'other' };

interface Lease {
  metadata: { name: string; resourceVersion?: string };
  spec: { holderIdentity: string; leaseDurationSeconds: number; renewTime: string; leaseTransitions: number };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** The part of the API of a cluster that leases need, with its optimistic locking. */
async function cluster(directory: string, { cert, key, certFile }: Certificate & { cert: string }, caFile: string) {
  const api = { lease: undefined as Lease | undefined, version: 0, status: 0, page: '', seen: new Set<string>(), url: certFile };
  const server = createServer({ cert, key }, async (request, response) => {
    const body = await bodyOf(request);
    const answer = (status: number, value: object = {}) => void response.writeHead(status).end(JSON.stringify(value));
    api.seen.add(`${request.method} ${request.url} ${request.headers.authorization}`);
    if (api.status !== 0) return answer(api.status);
    if (api.page !== '') return void response.end(api.page);
    if (request.method === 'GET') return api.lease === undefined ? answer(404) : answer(200, api.lease);
    const sent: Lease = JSON.parse(body);
    if (request.method === 'POST' ? api.lease !== undefined : sent.metadata.resourceVersion !== api.lease?.metadata.resourceVersion)
      return answer(409);
    api.version += 1;
    api.lease = { ...sent, metadata: { ...sent.metadata, resourceVersion: String(api.version) } };
    return answer(request.method === 'POST' ? 201 : 200, api.lease);
  });
  api.url = (await talking((socket) => server.emit('connection', socket))).replace('http:', 'https:');
  const tokenFile = join(directory, 'token');
  writeFileSync(tokenFile, 'the-token\n');
  return { api, access: { api: api.url, tokenFile, caFile } satisfies ClusterAccess };
}

describe.skipIf(lacksOpenssl())('a lease in a Lease object', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lce-lease-'));
  const authority = certificateAuthority(directory, 'authority');
  const certificate = authority.sign('api');
  const other = certificateAuthority(directory, 'other');
  afterAll(() => rmSync(directory, { recursive: true }));

  async function start() {
    const { api, access } = await cluster(directory, certificate, authority.certFile);
    const clock = handClock();
    const lease = () => createKubernetesLease({ namespace: 'monitoring', name: 'lce' }, access, TTL, clock);
    return { api, access, clock, one: lease(), two: lease() };
  }

  it('is made, renewed, and given back for the next to take', async () => {
    const { api, one, two } = await start();
    expect(await one.hold(signal)).toEqual(HELD);
    expect(api.lease).toMatchObject({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'lce', namespace: 'monitoring' },
      spec: {
        leaseDurationSeconds: 15,
        acquireTime: '2023-11-14T22:13:20.000000Z',
        renewTime: '2023-11-14T22:13:20.000000Z',
        leaseTransitions: 0,
      },
    });
    expect(await two.hold(signal)).toEqual(OTHER);
    expect(await one.hold(signal)).toEqual(HELD);
    await two.release(signal);
    expect(await two.hold(signal)).toEqual(OTHER);
    await one.release(signal);
    expect(api.lease?.spec.holderIdentity).toBe('');
    expect(await two.hold(signal)).toEqual(HELD);
    expect(api.lease?.spec.leaseTransitions).toBe(1);
    expect([...api.seen]).toEqual([
      `GET ${LEASES}/lce Bearer the-token`,
      `POST ${LEASES} Bearer the-token`,
      `PUT ${LEASES}/lce Bearer the-token`,
    ]);
  });

  it('is over when it was not renewed for its time, by the clock of whoever waits', async () => {
    const { clock, one, two } = await start();
    expect(await one.hold(signal)).toEqual(HELD);
    await clock.advance(TTL - 1);
    expect(await two.hold(signal)).toEqual(OTHER);
    expect(await one.hold(signal)).toEqual(HELD);
    expect(await two.hold(signal)).toEqual(OTHER);
    await clock.advance(TTL - 1);
    expect(await two.hold(signal)).toEqual(OTHER);
    await clock.advance(1);
    expect(await two.hold(signal)).toEqual(HELD);
    expect(await one.hold(signal)).toEqual(OTHER);
  });

  it('goes to one of two who take it at the same time', async () => {
    const { one, two } = await start();
    expect((await Promise.all([one.hold(signal), two.hold(signal)])).map(({ state }) => state).sort()).toEqual(['held', 'other']);
    await Promise.all([one.release(signal), two.release(signal)]);
    expect((await Promise.all([one.hold(signal), two.hold(signal)])).map(({ state }) => state).sort()).toEqual(['held', 'other']);
  });

  it('is unknown with the reason when the role, the server, the token or the cluster is missing', async () => {
    const { api, access, clock, one } = await start();
    const hold = (changed: ClusterAccess | undefined) =>
      createKubernetesLease({ namespace: 'monitoring', name: 'lce' }, changed, TTL, clock).hold(signal);
    api.status = 403;
    expect(await one.hold(signal)).toEqual({
      state: 'unknown',
      reason: expect.stringContaining('with HTTP 403; let its role get, create and update leases in the namespace monitoring'),
    });
    api.status = 401;
    expect(await one.hold(signal)).toMatchObject({ state: 'unknown', reason: expect.stringContaining(access.tokenFile) });
    api.status = 0;
    api.page = '<html>welcome</html>';
    expect(await one.hold(signal)).toMatchObject({ state: 'unknown', reason: expect.stringContaining('no API server') });
    expect(api.lease).toBeUndefined();
    expect(await hold({ ...access, api: 'https://127.0.0.1:1' })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('refused'),
    });
    expect(await hold({ ...access, tokenFile: '/nowhere' })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('/nowhere'),
    });
    expect(await hold({ ...access, caFile: '/nowhere' })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('/nowhere'),
    });
    expect(await hold({ ...access, caFile: other.certFile })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining(`no certificate that ${other.certFile} trusts`),
    });
    expect(await hold(undefined)).toMatchObject({ state: 'unknown', reason: expect.stringContaining('no pod of a cluster') });
    await createKubernetesLease({ namespace: 'monitoring', name: 'lce' }, undefined, TTL, clock).release(signal);
  });
});

describe('the access of a pod', () => {
  it('is that of its service account', () => {
    const account = '/var/run/secrets/kubernetes.io/serviceaccount';
    expect(clusterAccess({ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '6443' })).toEqual({
      api: 'https://10.96.0.1:6443',
      tokenFile: `${account}/token`,
      caFile: `${account}/ca.crt`,
    });
    expect(clusterAccess({ KUBERNETES_SERVICE_HOST: 'fd00::1' })?.api).toBe('https://[fd00::1]:443');
    expect(clusterAccess({})).toBeUndefined();
  });
});
