import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import type { RunningKubernetes } from '../../dev/kubernetes.ts';
import { freePort } from '../../dev/process.ts';
import { type ClusterAccess, createKubernetesLease } from '../../src/lease/kubernetes.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { certificateAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { answering } from '../support/hostile-gateway.ts';
import {
  accountToken,
  apply,
  inPod,
  lacksKubernetes,
  lacksMounts,
  makeNamespace,
  renderedObjects,
  startKubernetes,
  succeed,
} from '../support/kubernetes.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';

const TTL = 15_000;
/** A machine that is busy with other things lets everything wait. */
const ROOM = 30_000;
const NAME = 'release-litellm-cache-exporter';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/watch/leases';
const { signal } = new AbortController();

describe.skipIf(await lacksKubernetes())('a Lease in a real API server', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lce-account-'));
  let cluster: RunningKubernetes;
  let access: ClusterAccess;
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    cluster = await startKubernetes();
    await makeNamespace(cluster, 'watch');
    for (const object of renderedObjects('full')) {
      if (['ServiceAccount', 'Role', 'RoleBinding'].includes(object.kind)) succeed(await apply(cluster, object));
    }
    for (const name of [NAME, 'stranger']) tokens.set(name, await accountToken(cluster, 'watch', name));
    access = { api: cluster.url, tokenFile: tokenFile(tokens.get(NAME)), caFile: cluster.caFile };
  });
  beforeEach(remove);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function tokenFile(token = ''): string {
    const file = join(mkdtempSync(join(directory, 'account-')), 'token');
    writeFileSync(file, token);
    copyFileSync(cluster.caFile, join(file, '..', 'ca.crt'));
    return file;
  }

  function lease(changed: Partial<ClusterAccess & { namespace: string; name: string; ttl: number }> = {}) {
    const { namespace = 'watch', name = NAME, ttl = TTL, ...rest } = changed;
    return createKubernetesLease({ namespace, name }, { ...access, ...rest }, ttl, systemClock);
  }

  async function remove(): Promise<void> {
    await cluster.ask(`${LEASES}/${NAME}`, { method: 'DELETE' });
  }

  it('is made, renewed, given back and taken, and keeps what others write into it', async () => {
    const [one, two] = [lease(), lease()];
    expect(await one.hold(signal)).toEqual({ state: 'held' });
    const metadata = {
      labels: { team: 'platform' },
      annotations: { 'example.org/note': 'ours' },
      finalizers: ['example.org/wait'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '00000000-0000-4000-8000-000000000000' }],
    };
    const patch = { method: 'PATCH', contentType: 'application/merge-patch+json' } as const;
    succeed(await cluster.ask(`${LEASES}/${NAME}`, { ...patch, body: { metadata } }));
    for (let renewal = 0; renewal < 3; renewal++) expect(await one.hold(signal)).toEqual({ state: 'held' });
    expect(await two.hold(signal)).toEqual({ state: 'other' });
    await one.release(signal);
    expect(await two.hold(signal)).toEqual({ state: 'held' });
    const { body } = succeed(await cluster.ask(`${LEASES}/${NAME}`));
    expect(body.metadata).toMatchObject(metadata);
    expect(body.spec).toMatchObject({ leaseTransitions: 1, leaseDurationSeconds: 15 });
    succeed(await cluster.ask(`${LEASES}/${NAME}`, { ...patch, body: { metadata: { finalizers: null } } }));
  });

  it('is taken where somebody made it by hand', async () => {
    for (const spec of [undefined, {}, { holderIdentity: 'gone', leaseTransitions: 2 ** 31 - 1 }]) {
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: NAME }, spec };
      succeed(await cluster.ask(LEASES, { method: 'POST', body }));
      const taker = lease({ ttl: 1_000 });
      await eventually(async () => (await taker.hold(signal)).state === 'held', ROOM);
      await remove();
    }
  });

  it('is unknown with a reason for each way in which the server does not give it', async () => {
    const stranger = tokenFile(tokens.get('stranger'));
    const all = tokenFile(await accountToken(cluster, 'watch', 'all'));
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'all', namespace: 'watch' }],
    };
    succeed(await cluster.ask('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { method: 'POST', body: binding }));
    // What was bound a moment ago is not known to the server at once.
    await eventually(
      async () => (await lease({ tokenFile: all, namespace: 'default', name: 'probe' }).hold(signal)).state === 'held',
      ROOM,
    );
    const reasons: [Parameters<typeof lease>[0], RegExp][] = [
      [{ tokenFile: tokenFile('no.such.token') }, /HTTP 401; .*does not accept the token in/],
      [{ tokenFile: stranger }, /the get of the Lease with HTTP 403; let its role get, create and update leases in the namespace watch/],
      [{ namespace: 'missing' }, /HTTP 403; .*namespace missing, and look whether that is the right one and exists/],
      [{ tokenFile: all, namespace: 'missing' }, /the create of the Lease with HTTP 404; create the namespace missing/],
      [{ tokenFile: all, name: 'a..b' }, /HTTP 422; .*lease\.kubernetes\.namespace and \.name \(a\.\.b\)/],
      [{ caFile: certificateAuthority(directory, 'another').certFile }, /no certificate that .*another\.crt trusts/],
      [{ api: `https://127.0.0.1:${await freePort()}` }, /nothing accepts connections/],
    ];
    for (const [changed, reason] of reasons) {
      expect(await lease(changed).hold(signal)).toEqual({ state: 'unknown', reason: expect.stringMatching(reason) });
    }
  });

  it('is held over an IPv6 address, for which some releases of Node hold no certificate for valid', async () => {
    const forwarder = createServer((socket) => {
      const onward = connect(cluster.port, '127.0.0.1');
      socket.on('error', () => onward.destroy()).pipe(onward);
      onward.on('error', () => socket.destroy()).pipe(socket);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => forwarder.listen(port, '::1', resolve));
    expect(await lease({ api: `https://[::1]:${port}` }).hold(signal)).toEqual({ state: 'held' });
    const wrong = { api: `https://[::1]:${port}`, caFile: certificateAuthority(directory, 'wrong').certFile };
    expect(await lease(wrong).hold(signal)).toMatchObject({ state: 'unknown', reason: expect.stringContaining('trusts') });
    forwarder.close();
  });

  it('is never held by two of twelve that ask, give back, hang and start again', async () => {
    const ttl = 1_000;
    const until = performance.now() + 10_000;
    /** From the moment each grant was known until it ended, by the clock of this machine. */
    const terms: { by: number; from: number; to: number }[] = [];
    const unknown: string[] = [];
    async function contend(by: number): Promise<void> {
      let store = lease({ ttl });
      while (performance.now() < until) {
        const begun = performance.now();
        const answer = await store.hold(signal);
        const from = performance.now();
        const term = { by, from, to: begun + ttl };
        if (answer.state === 'unknown') unknown.push(answer.reason);
        if (answer.state === 'held' && term.from < term.to) terms.push(term);
        const chance = Math.random();
        if (answer.state === 'held' && chance < 0.2) {
          for (const own of terms) if (own.by === by) own.to = Math.min(own.to, performance.now());
          await store.release(signal);
        } else if (chance < 0.25) {
          store = lease({ ttl });
        } else if (answer.state === 'held' && chance < 0.35) {
          await sleep(ttl * 1.5);
        }
        await sleep(20 + Math.random() * 80);
      }
    }
    await Promise.all(Array.from({ length: 12 }, (_, by) => contend(by)));
    // A request may take longer than the lease lasts where the machine is busy.
    expect(unknown.filter((reason) => !reason.endsWith('did not answer in time'))).toEqual([]);
    const overlaps = terms.flatMap((one) => terms.filter((two) => one.by < two.by && one.from < two.to && two.from < one.to));
    expect(overlaps).toEqual([]);
    expect(new Set(terms.map(({ by }) => by)).size).toBeGreaterThan(1);
  });

  it.skipIf(lacksMounts())(
    'is passed on by exporters: after a clean stop, a crash, and while its role is missing',
    async () => {
      let sent = 0;
      const gateway = await answering((request, response) => {
        if (request.method === 'POST') sent += 1;
        request.resume().on('end', () => response.end(JSON.stringify({ id: `a${sent}`, created: 1, choices: [], usage: {} })));
      });
      const config = {
        gateways: [
          { name: 'litellm', url: gateway, model: 'm', routes: ['chat'], interval: '1s', timeout: '500ms', price_per_pair_usd: 0 },
        ],
        lease: { kubernetes: { namespace: 'watch', name: NAME } },
      };
      const start = async () => {
        const folder = join(tokenFile(tokens.get(NAME)), '..');
        return forThisFile(startExporter(await freePort(), config, {}, undefined, inPod(cluster, folder)));
      };
      const held = async (exporter: RunningExporter) =>
        metricValue(await exporter.metrics(), 'llm_cache_probe_lease_held', { gateway: 'litellm' });
      const pairs = async (exporter: RunningExporter) =>
        metricLines(await exporter.metrics()).reduce(
          (sum, { name, value }) => (name === 'llm_cache_probe_pairs_total' ? sum + value : sum),
          0,
        );

      const first = await start();
      await eventually(async () => (await held(first)) === 1 && (await pairs(first)) > 0, ROOM);
      const second = await start();
      await eventually(async () => (await held(second)) === 0, ROOM);
      await eventually(() => second.log().includes('Another exporter holds the lease'), ROOM);
      process.kill(first.pid, 'SIGTERM');
      await eventually(async () => (await held(second)) === 1 && (await pairs(second)) > 0, ROOM);
      expect(await first.ended).toBe('exited with status 0');
      expect(succeed(await cluster.ask(`${LEASES}/${NAME}`)).body.spec).toMatchObject({ leaseTransitions: 1 });

      const third = await start();
      await eventually(() => third.log().includes('Another exporter holds the lease'), ROOM);
      process.kill(second.pid, 'SIGKILL');
      await eventually(async () => (await held(third)) === 1 && (await pairs(third)) > 0, TTL + ROOM);

      const fourth = await start();
      await eventually(() => fourth.log().includes('Another exporter holds the lease'), ROOM);
      const binding = renderedObjects('full').find(({ kind }) => kind === 'RoleBinding');
      if (binding === undefined) throw new Error('the chart has no RoleBinding');
      const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/watch/rolebindings/${binding.metadata.name}`;
      succeed(await cluster.ask(path, { method: 'DELETE' }));
      await eventually(() => third.log().includes('HTTP 403') && fourth.log().includes('HTTP 403'), ROOM);
      // The one that waits knows of a holder with time left, and says nothing of an end before that.
      expect(fourth.log()).not.toContain('sends no pair');
      await eventually(async () => (await held(third)) === 0 && third.log().includes('has ended and cannot be renewed'), TTL + ROOM);
      await eventually(() => fourth.log().includes('The holder of the lease is unknown'), TTL + ROOM);
      succeed(await apply(cluster, binding));
      await eventually(async () => (await held(third)) === 1 || (await held(fourth)) === 1, ROOM);
    },
    240_000,
  );
});
