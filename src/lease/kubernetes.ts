import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import { GatewayError } from '../litellm/failure.ts';
import { type Exchange, exchange } from '../litellm/request.ts';
import type { LeaseAnswer, LeaseStore } from '../model/lease.ts';
import type { Clock } from '../schedule/clock.ts';
import { readText } from '../source/file.ts';
import { withoutBrackets } from '../source/url.ts';
import { failureReason, type LeasePlace, type LeaseVerb, refusalReason } from './reason.ts';
import { changedLease, type LeaseRecord, newLease, readLease } from './record.ts';

/** How a pod reaches the API of its cluster. */
export interface ClusterAccess {
  /** Base URL of the API server. */
  api: string;
  tokenFile: string;
  caFile: string;
}

/** A name that the certificate of every API server carries. */
const SERVER_NAME = 'kubernetes.default.svc';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The access of the service account of this pod (Kubernetes documentation, "Accessing the API from a Pod"); undefined outside of a cluster. */
export function clusterAccess(env: Readonly<Record<string, string | undefined>>): ClusterAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env;
  if (!host) return undefined;
  return { api: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, tokenFile: `${ACCOUNT}/token`, caFile: `${ACCOUNT}/ca.crt` };
}

/**
 * A lease of `ttl` milliseconds in a Lease object, which is made where it does not exist. As with the
 * leader election of Kubernetes' own client, the lease of another exporter is over when it was not renewed for
 * its duration by the clock of this process, so clocks need not agree. Needs get, create and update.
 */
export function createKubernetesLease(
  { namespace, name }: { namespace: string; name: string },
  access: ClusterAccess | undefined,
  ttl: number,
  clock: Clock,
): LeaseStore {
  const identity = `${hostname()}_${randomBytes(8).toString('hex')}`;
  const all = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const one = `${all}/${encodeURIComponent(name)}`;
  const place: LeasePlace = { namespace, name, tokenFile: access?.tokenFile ?? '', caFile: access?.caFile ?? '' };
  let observed: { version: string | undefined; at: number } | undefined;

  async function send(method: 'GET' | 'POST' | 'PUT', to: string, signal: AbortSignal, lease?: object): Promise<Exchange> {
    if (access === undefined) throw new UnusableError('KUBERNETES_SERVICE_HOST is not set: this is no pod of a cluster');
    const url = new URL(access.api + to);
    const authorization = `Bearer ${await readAccountFile(access.tokenFile, 'token')}`;
    await readAccountFile(access.caFile, 'authority');
    return exchange(
      {
        method,
        url,
        headers: { accept: 'application/json', 'content-type': 'application/json', authorization },
        body: lease && JSON.stringify(lease),
        timeout: ttl,
        signal,
        tls: { ca_file: access.caFile, insecure_skip_verify: false, ...serverName(url) },
      },
      clock,
    );
  }

  /** Whether the lease may be taken: this process holds it, no process does, or it was not renewed for its duration. */
  function isFree(record: LeaseRecord): boolean {
    if (observed === undefined || observed.version !== record.version) observed = { version: record.version, at: clock.monotonic() };
    const duration = record.seconds === undefined ? ttl : record.seconds * 1000;
    return !record.holder || record.holder === identity || clock.monotonic() - observed.at >= duration;
  }

  function refused(verb: LeaseVerb, { status }: Exchange): LeaseAnswer {
    return { state: 'unknown', reason: refusalReason(verb, status, place) };
  }

  async function make(signal: AbortSignal): Promise<LeaseAnswer> {
    return decided('create', await send('POST', all, signal, newLease(place, identity, ttl, clock.now())));
  }

  function decided(verb: LeaseVerb, made: Exchange): LeaseAnswer {
    // A conflict says that another exporter was faster.
    if (made.status === 409) return { state: 'other' };
    return made.status === 200 || made.status === 201 ? { state: 'held' } : refused(verb, made);
  }

  async function take(signal: AbortSignal): Promise<LeaseAnswer> {
    const found = await send('GET', one, signal);
    if (found.status === 404) return make(signal);
    if (found.status !== 200) return refused('get', found);
    const record = readLease(found.body);
    if (record === undefined) throw new UnusableError(`what answers at ${access?.api} gives no Lease: it is no API server of Kubernetes`);
    if (!isFree(record)) return { state: 'other' };
    return decided('update', await send('PUT', one, signal, changedLease(record, identity, ttl, clock.now())));
  }

  async function giveBack(signal: AbortSignal): Promise<void> {
    const record = readLease((await send('GET', one, signal)).body);
    if (record?.holder === identity) await send('PUT', one, signal, changedLease(record, '', ttl, clock.now()));
  }

  function reasonOf(error: unknown): string {
    if (error instanceof UnusableError) return error.message;
    return failureReason(error instanceof GatewayError ? error.failure : 'timeout', access?.api ?? '', place);
  }

  return {
    hold: (signal) => take(signal).catch((error) => ({ state: 'unknown', reason: reasonOf(error) })),
    release: (signal) => giveBack(signal).catch(() => undefined),
  };
}

/** Something that this exporter lacks, or that answers in place of an API server; the message is for people. */
class UnusableError extends Error {}

async function readAccountFile(file: string, what: string): Promise<string> {
  const read = await readText(file);
  const reason = 'reason' in read ? read.reason : read.text.trim() === '' ? 'is empty' : undefined;
  if ('reason' in read || reason !== undefined)
    throw new UnusableError(
      `the ${what} of the service account cannot be read: ${file} ${reason}; the pod needs automountServiceAccountToken`,
    );
  return read.text.trim();
}

/** Some releases of Node 22 hold no certificate for valid at an IPv6 address, whatever addresses it names. */
function serverName({ hostname: host }: URL): { server_name?: string } {
  return isIPv6(withoutBrackets(host)) ? { server_name: SERVER_NAME } : {};
}
