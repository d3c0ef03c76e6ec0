import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterCertificates, makeClusterCertificates } from './cluster-certificates.ts';
import { buildApiServer } from './kubernetes-program.ts';
import { freePort, type RunningProcess, startProcess, waitUntilReady } from './process.ts';
import { type Progress, progressToStderr } from './progress.ts';

const READY_WITHIN = 90_000;

/** One request to the API; as the administrator where no token is given. */
export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  contentType?: string;
  token?: string;
}

/** An object of the API, or its refusal, as far as it is read here. */
export interface ApiObject {
  metadata?: {
    name: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: unknown[];
  };
  spec?: Record<string, unknown>;
  /** Of a token that was asked for, and of a question whether something is allowed. */
  status?: { token?: string; allowed?: boolean };
  /** Why it was refused. */
  message?: string;
}

export interface ApiAnswer {
  status: number;
  body: ApiObject;
  /** What the server warns of, such as fields that it does not know. */
  warnings: readonly string[];
}

/** An API server with its storage, on the loopback interface, without controllers, scheduler and nodes. */
export interface RunningKubernetes {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  port: number;
  caFile: string;
  ask(path: string, request?: ApiRequest): Promise<ApiAnswer>;
  /** The process of the API server, to stop it for a while (SIGSTOP) or to end it. */
  server(): RunningProcess;
  /** Starts the API server again, after it was ended. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a cluster. `emulate` is a minor release as `1.33`, as which the server then answers. Builds the
 * program where it was not built before.
 */
export async function startKubernetes(
  { emulate }: { emulate?: string } = {},
  progress: Progress = progressToStderr(),
): Promise<RunningKubernetes> {
  const program = await buildApiServer(progress);
  const dir = await mkdtemp(join(tmpdir(), 'lce-kubernetes-'));
  const certificates = await makeClusterCertificates(dir);
  const [port, client, peer] = await Promise.all([freePort(), freePort(), freePort()]);
  const storage = startProcess(program, ['etcd', ...etcdFlags(dir, client, peer)], { cwd: dir, env: {} });
  const url = `https://127.0.0.1:${port}`;
  const ca = await readFile(certificates.caFile, 'utf8');
  const options = { ca, cert: certificates.adminCert, key: certificates.adminKey };
  const flags = [...serverFlags(dir, certificates, client, port), ...(emulate === undefined ? [] : [`--emulated-version=${emulate}`])];

  function ask(path: string, { method = 'GET', body, contentType = 'application/json', token }: ApiRequest = {}): Promise<ApiAnswer> {
    const credential = token === undefined ? options : { ca };
    const headers = { accept: 'application/json', 'content-type': contentType, ...(token && { authorization: `Bearer ${token}` }) };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, url), { method, headers, agent: false, timeout: 60_000, ...credential }, async (response) => {
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        const warnings = response.headersDistinct.warning ?? [];
        resolve({ status: response.statusCode ?? 0, body: text.startsWith('{') ? JSON.parse(text) : {}, warnings });
      });
      sent.on('error', reject).on('timeout', () => sent.destroy(new Error('the API server did not answer for a minute')));
      sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  async function startServer(): Promise<RunningProcess> {
    const started = startProcess(program, ['kube-apiserver', ...flags], { cwd: dir, env: {} });
    const ready = async () => (await ask('/readyz').catch(() => undefined))?.status === 200;
    await waitUntilReady('The API server', started, READY_WITHIN, ready);
    return started;
  }

  let server = await startServer();
  return {
    url,
    port,
    caFile: certificates.caFile,
    ask,
    server: () => server,
    async restart() {
      server = await startServer();
    },
    async stop() {
      await server.stop(2_000);
      await storage.stop(2_000);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function etcdFlags(dir: string, client: number, peer: number): string[] {
  const clients = `http://127.0.0.1:${client}`;
  const peers = `http://127.0.0.1:${peer}`;
  return [
    ...['--data-dir', join(dir, 'storage'), '--unsafe-no-fsync', '--log-level', 'warn'],
    ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `default=${peers}`],
  ];
}

function serverFlags(dir: string, files: ClusterCertificates, storage: number, port: number): string[] {
  return [
    ...['--etcd-servers', `http://127.0.0.1:${storage}`, '--cert-dir', join(dir, 'own')],
    ...['--bind-address', '127.0.0.1', '--secure-port', String(port), '--advertise-address', '127.0.0.1'],
    ...['--endpoint-reconciler-type', 'none', '--service-cluster-ip-range', '10.0.0.0/24'],
    ...['--tls-cert-file', files.serverCert, '--tls-private-key-file', files.serverKey, '--client-ca-file', files.caFile],
    ...['--service-account-key-file', files.accountKey, '--service-account-signing-key-file', files.accountKey],
    ...['--service-account-issuer', 'https://kubernetes.default.svc.cluster.local', '--authorization-mode', 'RBAC'],
  ];
}
