import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { readText } from '../config/file.ts';
import type { LeaseAnswer, LeaseStore } from '../model/lease.ts';
import type { Clock } from '../schedule/clock.ts';
import { GatewayError } from './failure.ts';
import { amount, at, parseJson, text } from './json.ts';
import { type Exchange, exchange } from './request.ts';

/** How a pod reaches the API of its cluster. */
export interface ClusterAccess {
  /** Base URL of the API server. */
  api: string;
  tokenFile: string;
  caFile: string;
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The access of the service account of this pod (Kubernetes documentation, "Accessing the API from a Pod"); undefined outside of a cluster. */
export function clusterAccess(env: Readonly<Record<string, string | undefined>>): ClusterAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (!host) return undefined;
  return { api: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, tokenFile: `${ACCOUNT}/token`, caFile: `${ACCOUNT}/ca.crt` };
}

/** What a Lease object says (Kubernetes API, coordination.k8s.io/v1). */
interface LeaseRecord {
  version: string | undefined;
  holder: string | undefined;
  seconds: number;
  transitions: number;
  acquireTime: string | undefined;
}

/**
 * A lease of `ttl` milliseconds in a Lease object, which is made where it does not exist. As with the
 * leader election of Kubernetes' own client, the lease of another is over when it was not renewed for
 * its duration by the clock of whoever waits, so clocks need not agree. Needs get, create and update.
 */
export function createKubernetesLease(
  { namespace, name }: { namespace: string; name: string },
  access: ClusterAccess | undefined,
  ttl: number,
  clock: Clock,
): LeaseStore {
  const identity = `${hostname()}_${randomBytes(8).toString('hex')}`;
  const path = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  let observed: { version: string | undefined; at: number } | undefined;

  async function send(method: 'GET' | 'POST' | 'PUT', to: string, signal: AbortSignal, lease?: object): Promise<Exchange> {
    if (access === undefined) throw new GatewayError('unknown', 'KUBERNETES_SERVICE_HOST is not set: this is no pod of a cluster');
    return exchange(
      {
        method,
        url: new URL(access.api + to),
        headers: { accept: 'application/json', 'content-type': 'application/json', authorization: `Bearer ${await readToken(access)}` },
        body: lease && JSON.stringify(lease),
        timeout: ttl,
        signal,
        tls: { ca_file: access.caFile, insecure_skip_verify: false },
      },
      clock,
    );
  }

  function object(record: LeaseRecord | undefined, holder: string): object {
    const now = new Date(clock.now()).toISOString().replace('Z', '000Z');
    const mine = record?.holder === holder || holder === '';
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, resourceVersion: record?.version },
      spec: {
        holderIdentity: holder,
        leaseDurationSeconds: Math.ceil(ttl / 1000),
        acquireTime: mine ? record?.acquireTime : now,
        renewTime: now,
        leaseTransitions: record === undefined ? 0 : record.transitions + (mine ? 0 : 1),
      },
    };
  }

  /** Whether the lease may be taken: it is ours, nobody's, or was not renewed for as long as it lasts. */
  function isFree(record: LeaseRecord): boolean {
    if (observed === undefined || observed.version !== record.version) observed = { version: record.version, at: clock.monotonic() };
    return !record.holder || record.holder === identity || clock.monotonic() - observed.at >= record.seconds * 1000;
  }

  async function take(signal: AbortSignal): Promise<LeaseAnswer> {
    const found = await send('GET', `${path}/${encodeURIComponent(name)}`, signal);
    if (found.status !== 200 && found.status !== 404) return refused('get', found);
    const record = found.status === 200 ? read(found.body) : undefined;
    if (record !== undefined && !isFree(record)) return { state: 'other' };
    const made =
      record === undefined
        ? await send('POST', path, signal, object(undefined, identity))
        : await send('PUT', `${path}/${encodeURIComponent(name)}`, signal, object(record, identity));
    // A conflict says that somebody else was faster.
    if (made.status === 409) return { state: 'other' };
    return made.status === 200 || made.status === 201 ? { state: 'held' } : refused(record === undefined ? 'create' : 'update', made);
  }

  async function giveBack(signal: AbortSignal): Promise<void> {
    const found = await send('GET', `${path}/${encodeURIComponent(name)}`, signal);
    const record = read(found.body);
    if (record.holder === identity) await send('PUT', `${path}/${encodeURIComponent(name)}`, signal, object(record, ''));
  }

  return {
    hold: (signal) => take(signal).catch((error) => ({ state: 'unknown', reason: reasonOf(error) })),
    release: (signal) => giveBack(signal).catch(() => undefined),
  };
}

function read(body: string): LeaseRecord {
  const lease = parseJson(body);
  return {
    version: text(at(lease, 'metadata', 'resourceVersion')),
    holder: text(at(lease, 'spec', 'holderIdentity')),
    seconds: amount(at(lease, 'spec', 'leaseDurationSeconds')) ?? 0,
    transitions: amount(at(lease, 'spec', 'leaseTransitions')) ?? 0,
    acquireTime: text(at(lease, 'spec', 'acquireTime')),
  };
}

async function readToken({ tokenFile }: ClusterAccess): Promise<string> {
  const read = await readText(tokenFile);
  const reason = 'reason' in read ? read.reason : /^\S+$/.test(read.text.trim()) ? undefined : 'holds no token';
  if ('reason' in read || reason !== undefined)
    throw new GatewayError('auth', `the token of the service account cannot be read: ${tokenFile} ${reason}`);
  return read.text.trim();
}

function refused(verb: string, { status }: Exchange): LeaseAnswer {
  const hint = status === 401 || status === 403 ? '; let its role get, create and update leases' : '';
  return { state: 'unknown', reason: `the API server answers the ${verb} of the Lease with HTTP ${status}${hint}` };
}

function reasonOf(error: unknown): string {
  return error instanceof GatewayError ? error.message : 'the API server did not answer in time';
}
