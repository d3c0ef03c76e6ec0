import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Surroundings } from '../../dev/exporter.ts';
import { type ApiAnswer, type RunningKubernetes, startKubernetes as start } from '../../dev/kubernetes.ts';
import { buildApiServer } from '../../dev/kubernetes-program.ts';
import { CHART_RENDERED } from '../../scripts/chart-digest.ts';
import { lacks } from './lacks.ts';
import { forThisFile } from './lifetime.ts';

/** Starts an API server that ends with the test file at the latest. */
export function startKubernetes(options: { emulate?: string } = {}): Promise<RunningKubernetes> {
  return forThisFile(start(options));
}

/** Whether the machine has no Go to build the API server with; see `lacks`. */
export function lacksKubernetes(): Promise<boolean> {
  return lacks(() => buildApiServer(() => undefined));
}

/** An object as the chart renders it. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
  rules?: unknown[];
  spec?: Record<string, unknown> & { template?: { metadata: Record<string, unknown>; spec: PodSpec } };
}

interface PodSpec extends Record<string, unknown> {
  containers: [Record<string, unknown> & { securityContext: Record<string, unknown> }];
}

const RESOURCES: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  NetworkPolicy: 'networkpolicies',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
};

/** What the chart makes of the values of a fixture, without the objects of the Prometheus Operator, whose definitions a bare API server lacks. */
export function renderedObjects(fixture: string): Manifest[] {
  const objects: Manifest[] = parseAllDocuments(readFileSync(join(CHART_RENDERED, `${fixture}.yaml`), 'utf8')).map((each) => each.toJS());
  return objects.filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com/'));
}

/** The path of an object in the API. */
export function pathOf({ apiVersion, kind, metadata }: Manifest): string {
  const resource = RESOURCES[kind];
  if (resource === undefined) throw new Error(`the tests know no path for a ${kind}`);
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return `${group}/namespaces/${metadata.namespace}/${resource}/${metadata.name}`;
}

/** Applies an object on the server, as `kubectl apply --server-side` does, and refuses what it does not know. */
export function apply(cluster: RunningKubernetes, object: Manifest): Promise<ApiAnswer> {
  const contentType = 'application/apply-patch+yaml';
  return cluster.ask(`${pathOf(object)}?fieldManager=tests&fieldValidation=Strict`, { method: 'PATCH', contentType, body: object });
}

/** A namespace in which pods have to keep to the strictest rules. */
export async function makeNamespace(cluster: RunningKubernetes, name: string): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' };
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  succeed(await cluster.ask('/api/v1/namespaces', { method: 'POST', body }));
}

/** A token of a service account, which is made where it does not exist. */
export async function accountToken(cluster: RunningKubernetes, namespace: string, name: string): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await cluster.ask(accounts, { method: 'POST', body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } } });
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } };
  const { body } = succeed(await cluster.ask(`${accounts}/${name}/token`, { method: 'POST', body: asked }));
  if (body.status?.token === undefined) throw new Error(`there is no token for ${namespace}/${name}`);
  return body.status.token;
}

/** Whether a service account may do something, as `kubectl auth can-i` tells it. */
export async function may(
  cluster: RunningKubernetes,
  account: { namespace: string; name: string },
  wanted: { verb: string; group?: string; resource: string; name?: string; namespace: string },
): Promise<boolean> {
  const user = `system:serviceaccount:${account.namespace}:${account.name}`;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'];
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups, resourceAttributes: wanted },
  };
  const answer = succeed(await cluster.ask('/apis/authorization.k8s.io/v1/subjectaccessreviews', { method: 'POST', body }));
  return answer.body.status?.allowed === true;
}

/** The answer, when it is no refusal. */
export function succeed(answer: ApiAnswer): ApiAnswer {
  if (answer.status >= 300) throw new Error(`the API server answers ${answer.status}: ${answer.body.message}`);
  return answer;
}

const UNSHARE = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount', '--propagation', 'private'];
/** The folder of the account has one place in every pod; here it is laid over what is there, for one process. */
const MOUNT =
  'run=$(readlink -f /var/run) && mount -t tmpfs tmpfs "$run" && folder=$run/secrets/kubernetes.io/serviceaccount && mkdir -p "$folder" && mount --bind "$0" "$folder" && exec "$@"';

/** What a process has around it in a pod: `folder` as that of its service account, and the address of the API server. */
export function inPod(cluster: RunningKubernetes, folder: string): Surroundings {
  return {
    command: [...UNSHARE, 'sh', '-c', MOUNT, folder],
    env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(cluster.port) },
  };
}

/** Whether this machine lets nobody have mounts of their own; with CI set the answer is no, so that the lack fails there. */
export function lacksMounts(): boolean {
  if (process.env.CI) return false;
  try {
    const [program = '', ...args] = UNSHARE;
    execFileSync(program, [...args, 'true'], { stdio: 'ignore' });
    return false;
  } catch {
    return true;
  }
}
