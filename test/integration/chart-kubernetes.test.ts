import { beforeAll, describe, expect, it } from 'vitest';
import type { RunningKubernetes } from '../../dev/kubernetes.ts';
import {
  apply,
  lacksKubernetes,
  type Manifest,
  makeNamespace,
  may,
  pathOf,
  renderedObjects,
  startKubernetes,
  succeed,
} from '../support/kubernetes.ts';

const FIXTURES = ['minimal', 'full', 'changed'] as const;
const RELEASE = 'release-litellm-cache-exporter';

function deploymentOf(fixture: string): Manifest {
  const found = renderedObjects(fixture).find(({ kind }) => kind === 'Deployment');
  if (found === undefined) throw new Error('there is no Deployment');
  return found;
}

function podOf(fixture: string): object {
  const template = deploymentOf(fixture).spec?.template;
  if (template === undefined) throw new Error('there is no template');
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name: `pod-${fixture}` }, spec: template.spec };
}

// The newest release that is built here, and the oldest that it can answer as.
describe.skipIf(await lacksKubernetes()).each([{}, { emulate: '1.33' }])('the chart on a Kubernetes API server %o', (options) => {
  let cluster: RunningKubernetes;

  beforeAll(async () => {
    cluster = await startKubernetes(options);
    await makeNamespace(cluster, 'watch');
    const high = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1_000 };
    succeed(await cluster.ask('/apis/scheduling.k8s.io/v1/priorityclasses', { method: 'POST', body: high }));
    const shared = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'shared' } };
    succeed(await cluster.ask('/api/v1/namespaces/watch/serviceaccounts', { method: 'POST', body: shared }));
  });

  /** Makes the cluster what a fixture says, as a tool does that applies on the server and removes what is gone. */
  async function become(fixture: string, before: readonly Manifest[]): Promise<Manifest[]> {
    const objects = renderedObjects(fixture);
    for (const object of objects) {
      const { status, body, warnings } = await apply(cluster, object);
      expect({ [object.kind]: status, message: body.message, warnings }).toMatchObject({ message: undefined, warnings: [] });
    }
    const kept = new Set(objects.map(pathOf));
    for (const gone of before.map(pathOf).filter((path) => !kept.has(path))) succeed(await cluster.ask(gone, { method: 'DELETE' }));
    return objects;
  }

  it('changes from any values to any others by server-side apply, and is what it says afterwards', async () => {
    let objects: Manifest[] = [];
    for (const fixture of ['minimal', 'full', 'changed', 'full', 'minimal', 'changed', 'minimal']) {
      objects = await become(fixture, objects);
      const wanted = deploymentOf(fixture).spec;
      const { body } = succeed(await cluster.ask(pathOf(deploymentOf(fixture))));
      expect(body.spec?.strategy, fixture).toEqual(wanted?.strategy);
      const found: NonNullable<Manifest['spec']> = JSON.parse(JSON.stringify(body.spec));
      const [pod, asked] = [found.template?.spec, wanted?.template?.spec];
      expect(pod?.containers, fixture).toHaveLength(1);
      for (const part of ['env', 'ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'volumeMounts']) {
        if (asked?.containers[0][part] === undefined) expect(pod?.containers[0][part], `${fixture} ${part}`).toBeUndefined();
        else expect(pod?.containers[0], `${fixture} ${part}`).toMatchObject({ [part]: asked.containers[0][part] });
      }
      expect(pod, fixture).toMatchObject({ volumes: asked?.volumes, serviceAccountName: asked?.serviceAccountName });
      expect(pod?.tolerations, fixture).toEqual(asked?.tolerations);
    }
  });

  it.each(FIXTURES)('makes pods that a namespace with the strictest rules admits: %s', async (fixture) => {
    for (const object of renderedObjects(fixture).filter(({ kind }) => kind === 'ServiceAccount')) succeed(await apply(cluster, object));
    const pods = '/api/v1/namespaces/watch/pods?dryRun=All&fieldValidation=Strict';
    const { status, warnings } = await cluster.ask(pods, { method: 'POST', body: podOf(fixture) });
    expect({ status, warnings }).toEqual({ status: 201, warnings: [] });
    const loose = deploymentOf(fixture).spec?.template?.spec;
    if (loose !== undefined) loose.containers[0].securityContext.allowPrivilegeEscalation = true;
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'loose' }, spec: loose };
    expect((await cluster.ask(pods, { method: 'POST', body })).status).toBe(403);
  });

  it('lets its service account get and update the one Lease, make Leases, and do nothing else', async () => {
    for (const object of renderedObjects('full')) succeed(await apply(cluster, object));
    const account = { namespace: 'watch', name: RELEASE };
    const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace: 'watch' };
    const allowed: string[] = [];
    const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
    for (const verb of verbs) {
      if (await may(cluster, account, { ...lease, verb, name: RELEASE })) allowed.push(verb);
      const others = [
        { ...lease, verb, namespace: 'default', name: RELEASE },
        { verb, resource: 'secrets', namespace: 'watch' },
        { verb, resource: 'pods', namespace: 'watch' },
        { verb, resource: 'configmaps', namespace: 'watch', name: RELEASE },
        { verb, group: 'rbac.authorization.k8s.io', resource: 'roles', namespace: 'watch' },
        ...(verb === 'create' ? [] : [{ ...lease, verb, name: 'other' }]),
      ];
      for (const wanted of others) expect(await may(cluster, account, wanted), JSON.stringify(wanted)).toBe(false);
    }
    expect(allowed).toEqual(['get', 'create', 'update']);
  });
});
