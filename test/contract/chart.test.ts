import { mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { CHART, CHART_RENDERED, CHART_VALUES, chartDigest } from '../../scripts/chart-digest.ts';
import { loadConfig } from '../../src/config/load.ts';

const root = join(import.meta.dirname, '../..');

/** A Kubernetes object, as far as the tests read it. */
interface KubernetesObject {
  kind: string;
  metadata: { name: string; namespace: string; labels: Record<string, string> };
  automountServiceAccountToken?: boolean;
  data: Record<string, string>;
  rules: unknown;
  spec: Record<string, unknown> & { template: { spec: PodSpec } };
}
interface PodSpec {
  automountServiceAccountToken: boolean;
  securityContext: unknown;
  containers: [Record<string, unknown> & { volumeMounts: { mountPath: string; readOnly: boolean }[] }];
  volumes: Record<string, unknown>[];
}

/** The objects of the chart by their kind; those of the origin as `Service of origin`. */
function rendered(name: 'minimal' | 'full' | 'changed'): Map<string, KubernetesObject> {
  const objects: KubernetesObject[] = parseAllDocuments(readFileSync(join(CHART_RENDERED, `${name}.yaml`), 'utf8')).map((each) =>
    each.toJS(),
  );
  return new Map(objects.map((object) => [`${object.kind}${object.metadata.name.endsWith('-origin') ? ' of origin' : ''}`, object]));
}

/** Parts of the values whose keys are names of the user's. */
const FREE = /labels$|annotations$|^nodeSelector$|^redis$|^requests$|^limits$/i;

/** Every object in a value, with its path. */
function objectsIn(value: unknown, path: readonly string[]): { path: readonly string[]; object: Record<string, unknown> }[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => objectsIn(each, [...path, String(index)]));
  if (!isObject(value)) return [];
  return [{ path, object: value }, ...Object.entries(value).flatMap(([key, each]) => objectsIn(each, [...path, key]))];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pod(objects: Map<string, KubernetesObject>): PodSpec {
  const spec = objects.get('Deployment')?.spec.template.spec;
  if (spec === undefined) throw new Error('there is no Deployment');
  return spec;
}

describe('the Helm chart', () => {
  const minimal = rendered('minimal');
  const full = rendered('full');

  it('is rendered in test/golden/chart as it is now: `npm run chart`', () => {
    const digest: { digest: string } = JSON.parse(readFileSync(join(CHART_RENDERED, 'digest.json'), 'utf8'));
    expect(digest.digest).toBe(chartDigest());
  });

  it('has the version of the exporter', () => {
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'))).toMatchObject({ version, appVersion: version });
  });

  it('has a schema for each of its values and for nothing else', () => {
    const schema: { properties: Record<string, { properties?: object }> } = JSON.parse(
      readFileSync(join(CHART, 'values.schema.json'), 'utf8'),
    );
    const values: Record<string, object> = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
    // Helm itself adds `global`.
    expect(Object.keys(schema.properties).sort()).toEqual(['global', ...Object.keys(values)].sort());
    for (const [key, { properties }] of Object.entries(schema.properties)) {
      if (properties === undefined || key === 'config') continue;
      expect(Object.keys(properties).sort(), key).toEqual(Object.keys(values[key] ?? {}).sort());
    }
    const exporter: { properties: object } = JSON.parse(readFileSync(join(root, 'docs/config.schema.json'), 'utf8'));
    expect(Object.keys(schema.properties.config?.properties ?? {}).sort()).toEqual(Object.keys(exporter.properties).sort());
  });

  it('refuses a misspelt key at every depth of its values', () => {
    const schema: object = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8'));
    const valid = new Ajv({ strict: false }).compile(schema);
    const defaults = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
    for (const file of ['minimal', 'full', 'changed']) {
      const values = { ...defaults, ...parse(readFileSync(join(CHART_VALUES, `${file}.yaml`), 'utf8')) };
      expect(valid(values), `${file}: ${JSON.stringify(valid.errors)}`).toBe(true);
      for (const place of objectsIn(values, [])) {
        // The exporter itself refuses these, with a suggestion; labels and annotations have names of the user's.
        if (place.path[0] === 'config' && place.path.length > 1 && place.path[1] !== 'lease') continue;
        if (place.path.some((key) => FREE.test(key))) continue;
        place.object.misspelt = {};
        expect(valid(values), `${file}: ${place.path.join('.')}.misspelt`).toBe(false);
        delete place.object.misspelt;
      }
    }
  });

  it('carries the rules and dashboards of this repository, not copies of them', () => {
    const target = (link: string) => resolve(CHART, 'files', readlinkSync(join(CHART, 'files', link)));
    expect(target('rules')).toBe(join(root, 'deploy/prometheus/rules'));
    expect(target('dashboards')).toBe(join(root, 'grafana/dashboards'));
  });

  it.each([
    ['minimal', minimal],
    ['full', full],
  ] as const)('lets the pod do no more than it has to: %s', (_, objects) => {
    const spec = pod(objects);
    expect(spec.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers).toHaveLength(1);
    expect(spec.containers[0]).toMatchObject({
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '192Mi' } },
    });
    expect(spec.containers[0].volumeMounts.filter(({ readOnly, mountPath }) => !readOnly || mountPath.startsWith('/run'))).toEqual([]);
    expect(objects.get('ServiceAccount')?.automountServiceAccountToken).toBe(false);
  });

  it('starts with what every cluster has, and one pod at a time', () => {
    expect([...minimal.keys()].sort()).toEqual(['ConfigMap', 'Deployment', 'Service', 'ServiceAccount']);
    expect(minimal.get('Deployment')?.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
    expect(pod(minimal).automountServiceAccountToken).toBe(false);
    expect(pod(minimal).containers[0]).toMatchObject({
      image: expect.stringMatching(/^litellm-cache-exporter:\d+\.\d+\.\d+$/),
      livenessProbe: { httpGet: { path: '/-/healthy', port: 'http-metrics' } },
      readinessProbe: { httpGet: { path: '/-/ready', port: 'http-metrics' } },
    });
  });

  it('gives a configuration that the exporter takes, with the lease and the web config of the chart in it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'chart-'));
    for (const name of ['redis', 'litellm_key', 'key', 'web-config.yml'])
      writeFileSync(join(directory, name), name.endsWith('yml') ? '{}' : 'x');
    const text = full.get('ConfigMap')?.data['config.yaml'] ?? '';
    const file = join(directory, 'config.yaml');
    writeFileSync(file, text.replaceAll(/\/secrets\/|\/etc\/litellm-cache-exporter-(origin-)?(web|origin)\//g, `${directory}/`));
    const loaded = await loadConfig({ file, flags: {}, env: {} });
    rmSync(directory, { recursive: true });
    expect(loaded).toMatchObject({ ok: true });
    expect(parse(text)).toMatchObject({
      lease: { kubernetes: { namespace: 'watch', name: 'release-litellm-cache-exporter' } },
      http: { listen: [':9464'], enable_lifecycle: true, web_config_file: '/etc/litellm-cache-exporter-web/web-config.yml' },
      origin: { listen: [':9465'], latency: '300ms', api_key_file: '/etc/litellm-cache-exporter-origin/key' },
      log: { level: 'debug' },
    });
    const mounted = pod(full).containers[0].volumeMounts.map(({ mountPath }) => mountPath);
    expect(mounted).toEqual([
      '/etc/litellm-cache-exporter',
      '/secrets',
      '/etc/litellm-cache-exporter-web',
      '/etc/litellm-cache-exporter-origin',
      '/etc/litellm-cache-exporter-origin-web',
      '/etc/ca',
    ]);
  });

  it('lets the service account keep the one lease, and nothing else', () => {
    expect(full.get('Role')?.rules).toEqual([
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['release-litellm-cache-exporter'],
        verbs: ['get', 'update'],
      },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    ]);
    expect(pod(full).automountServiceAccountToken).toBe(true);
    expect(full.get('Deployment')?.spec).toMatchObject({
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    });
  });

  it('asks for health where no password is needed, and never only whether a port is open', () => {
    for (const objects of [minimal, full, rendered('changed')]) {
      const [container] = pod(objects).containers;
      const config: { http: { listen: string[]; health_listen?: string[]; web_config_file?: string }; origin?: { listen: string[] } } =
        parse(objects.get('ConfigMap')?.data['config.yaml'] ?? '');
      const port = config.http.web_config_file === undefined ? 'http-metrics' : 'health';
      expect(container).toMatchObject({
        livenessProbe: { httpGet: { path: '/-/healthy', port } },
        readinessProbe: { httpGet: { path: '/-/ready', port } },
        startupProbe: { httpGet: { path: '/-/healthy', port } },
      });
      const ports = [...config.http.listen, ...(config.http.health_listen ?? []), ...(config.origin?.listen ?? [])].map((address) =>
        Number(address.slice(1)),
      );
      expect(container.ports).toMatchObject(ports.map((containerPort) => ({ containerPort })));
      expect(JSON.stringify(container)).not.toContain('tcpSocket');
    }
    expect(full.get('Service')?.spec.ports).toHaveLength(1);
  });

  it('lets the pod reach DNS, the API server and what the values name, and Prometheus the pod', () => {
    expect(full.get('NetworkPolicy')?.spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
          ports: [{ port: 'http-metrics' }],
        },
      ],
      egress: [
        {
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
        { to: [{ ipBlock: { cidr: '192.0.2.1/32' } }], ports: [{ port: 6443 }] },
        { to: [{ podSelector: { matchLabels: { app: 'redis' } } }], ports: [{ port: 6379 }] },
        { to: [{ podSelector: { matchLabels: { app: 'litellm' } } }], ports: [{ port: 4000 }] },
      ],
    });
  });

  it('has a Service and a NetworkPolicy of its own for the origin, and shows nothing of the pages there', () => {
    const [container] = pod(full).containers;
    expect(full.get('Service of origin')?.spec).toMatchObject({ ports: [{ name: 'origin', port: 9465, targetPort: 'origin' }] });
    expect(full.get('NetworkPolicy of origin')?.spec).toMatchObject({
      podSelector: full.get('Service of origin')?.spec.selector && { matchLabels: full.get('Service of origin')?.spec.selector },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'litellm' } } }], ports: [{ port: 'origin' }] }],
    });
    expect(container.ports).toContainEqual({ name: 'origin', containerPort: 9465 });
    expect(JSON.stringify(full.get('Service')?.spec)).not.toContain('origin');
    expect(rendered('changed').get('NetworkPolicy of origin')?.spec).toMatchObject({ ingress: [{ from: [{ namespaceSelector: {} }] }] });
    expect(JSON.stringify([...minimal.values()])).not.toContain('origin');
  });

  it('is scraped with exemplars, under the job that the rules go by', () => {
    const monitor = full.get('ServiceMonitor');
    expect(monitor?.metadata.labels.release).toBe('prometheus');
    expect(monitor?.spec).toMatchObject({
      scrapeProtocols: ['OpenMetricsText1.0.0', 'OpenMetricsText0.0.1', 'PrometheusText0.0.4'],
      endpoints: [
        {
          port: 'http-metrics',
          scheme: 'https',
          relabelings: [
            { targetLabel: 'job', replacement: 'litellm-cache-exporter' },
            { targetLabel: 'cluster', replacement: 'one' },
          ],
        },
      ],
    });
  });
});
