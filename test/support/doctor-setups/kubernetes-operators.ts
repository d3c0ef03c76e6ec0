import { type Case, deployment, OTHER, PASSWORD, pods, redisPods, WITH_PASSWORD } from './case.ts';

const NAMED = 'metadata: { name: redis, namespace: ai }';
const SERVICE = 'apiVersion: v1\nkind: Service\n';
/** A Redis beside LiteLLM in its pod. */
const BESIDE = `        - name: cache\n          image: redis:8.2\n          args: ["--requirepass", "${OTHER}"]\n`;

/** A Deployment whose password is written in it. */
function withPassword(host = 'redis', more: Parameters<typeof deployment>[2] = {}): string {
  return deployment(host, 6379, more).replace(/valueFrom: \{ secretKeyRef:.*$/m, `value: "${PASSWORD}"`);
}

/** Kubernetes as charts and operators make it. */
export const KUBERNETES: readonly Case[] = [
  {
    name: 'a Service of type ExternalName that leads to a managed Redis',
    files: {
      'k/a.yaml': `${withPassword()}---\n${SERVICE}${NAMED}\nspec: { type: ExternalName, externalName: my.abc123.0001.use1.cache.amazonaws.com }\n`,
    },
    options: pods,
    found: { 'remote-without-tls': 'high' },
    says: ['redis:6379 (my.abc123.0001.use1.cache.amazonaws.com)'],
  },
  {
    name: 'one that leads to another namespace',
    files: {
      'k/a.yaml': `${withPassword()}---\n${SERVICE}${NAMED}\nspec: { type: ExternalName, externalName: redis.cache.svc.cluster.local }\n`,
      'k/b.yaml': redisPods(`["--requirepass", "${OTHER}"]`, { namespace: 'cache' }),
    },
    options: pods,
    found: { 'redis-login-refused': 'critical' },
    not: ['remote-without-tls', 'redis-not-reachable'],
  },
  {
    name: 'an address by hostAliases',
    files: {
      'k/a.yaml': withPassword().replace(
        '      containers:',
        '      hostAliases: [{ ip: 203.0.113.7, hostnames: [redis] }]\n      containers:',
      ),
    },
    options: pods,
    found: { 'remote-without-tls': 'high' },
  },
  {
    name: 'Redis in the pod of LiteLLM',
    files: { 'k/a.yaml': withPassword('localhost').replace('      volumes:', `${BESIDE}      volumes:`) },
    options: pods,
    found: { 'redis-login-refused': 'critical' },
    says: ['Redis of container cache of litellm'],
  },
  {
    name: 'the same as an init container that stays',
    files: {
      'k/a.yaml': withPassword('localhost').replace(
        '      containers:',
        `      initContainers:\n${BESIDE.replace('image:', 'restartPolicy: Always\n          image:')}      containers:`,
      ),
    },
    options: pods,
    found: { 'redis-login-refused': 'critical' },
    says: ['Redis of container cache of litellm'],
  },
  {
    name: 'an init container that ends',
    files: { 'k/a.yaml': withPassword().replace('      containers:', `      initContainers:\n${BESIDE}      containers:`) },
    options: pods,
    not: ['redis-login-refused', 'redis-not-reachable'],
  },
  {
    name: 'the chart of Bitnami, and LiteLLM without its password',
    files: {
      'k/a.yaml': deployment('redis')
        .replace(/ {12}- name: REDIS_PASSWORD\n.*\n/, '            - { name: A, value: b }\n')
        .replace('os.environ/REDIS_PASSWORD', 'null'),
      'k/b.yaml': redisPods('["-c", "/opt/bitnami/scripts/start-scripts/start-master.sh"]').replace(
        'image: redis:8.2',
        'image: docker.io/bitnami/redis:8.2\n          command: [/bin/bash]',
      ),
    },
    options: pods,
    found: { 'redis-login-refused': 'critical' },
    says: ['logs in without a password'],
  },
  {
    name: 'a key that the Secret does not have',
    files: {
      'k/a.yaml': deployment(),
      'k/s.yaml': `apiVersion: v1\nkind: Secret\n${NAMED}\nstringData: { redis-password: "${PASSWORD}" }\n`,
    },
    options: pods,
    found: { 'evidence-missing': 'high' },
    says: ['key password of Secret redis, which does not have it'],
  },
  ...[
    `apiVersion: v1\nkind: Secret\n${NAMED}\ndata: { password: "c2VjcmV0" }\n`,
    `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n${NAMED}\nspec: { encryptedData: { password: "AgB" } }\n`,
    `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n${NAMED}\nspec: { dataFrom: [{ extract: { key: redis } }] }\n`,
  ].map(
    (secret): Case => ({
      name: `the key of a ${/kind: (\w+)/.exec(secret)?.[1]}`,
      files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD), 'k/s.yaml': secret },
      options: pods,
      clean: true,
    }),
  ),
  ...(['1.80.9', '1.92.2'] as const).map(
    (litellmVersion): Case => ({
      name: `the port that Kubernetes makes of a Service called redis, on ${litellmVersion}`,
      files: { 'k/a.yaml': deployment().replace('        port: 6379\n', ''), 'k/b.yaml': redisPods(WITH_PASSWORD) },
      options: { ...pods, litellmVersion },
      found: { 'argument-malformed': 'high' },
      not: ['redis-not-reachable', 'redis-port-mismatch'],
      says: ['the address that Kubernetes gives for a Service'],
    }),
  ),
  ...[
    ['a port of the configuration hides it', deployment(), redisPods(WITH_PASSWORD)],
    [
      'the pod does not want it',
      deployment().replace('        port: 6379\n', '').replace('      containers:', '      enableServiceLinks: false\n      containers:'),
      redisPods(WITH_PASSWORD),
    ],
    [
      'the Service has no address',
      deployment().replace('        port: 6379\n', ''),
      redisPods(WITH_PASSWORD).replace('type: ClusterIP', 'clusterIP: None'),
    ],
  ].map(
    ([name, a = '', b = '']): Case => ({
      name: `a Service called redis, and ${name}`,
      files: { 'k/a.yaml': a, 'k/b.yaml': b },
      options: { ...pods, litellmVersion: '1.80.9' },
      not: ['argument-malformed', 'redis-not-reachable', 'redis-port-mismatch'],
    }),
  ),
  ...[
    ['DeploymentConfig', 'apps.openshift.io/v1'],
    ['Service', 'serving.knative.dev/v1'],
    ['Rollout', 'argoproj.io/v1alpha1'],
    ['StatefulSet', 'apps/v1'],
    ['CloneSet', 'apps.kruise.io/v1alpha1'],
  ].map(
    ([kind, version]): Case => ({
      name: `LiteLLM in a ${kind} of ${version}`,
      files: {
        'k/a.yaml': deployment().replace('apiVersion: apps/v1\nkind: Deployment', `apiVersion: ${version}\nkind: ${kind}`),
        'k/b.yaml': redisPods('[]'),
      },
      options: pods,
      instances: [`${kind} ai/litellm`],
      found: { 'redis-login-refused': 'critical' },
    }),
  ),
  ...[
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: gateway }\nspec: { chart: { spec: { chart: litellm-helm } } }\n`,
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: gateway }\nspec: { source: { chart: litellm-helm } }\n`,
    `apiVersion: redis.redis.opstreelabs.in/v1beta2\nkind: Redis\nmetadata: { name: redis }\nspec: {}\n`,
    `apiVersion: databases.spotahome.com/v1\nkind: RedisFailover\nmetadata: { name: redis }\nspec: {}\n`,
    `apiVersion: dragonflydb.io/v1alpha1\nkind: Dragonfly\nmetadata: { name: redis }\nspec: {}\n`,
  ].map(
    (object): Case => ({
      name: `a ${/kind: (\w+)/.exec(object)?.[1]}, from which the cluster makes pods`,
      files: { 'k/a.yaml': deployment(), 'k/o.yaml': object },
      options: pods,
      found: { 'evidence-missing': 'high' },
      says: ['is made into pods in the cluster'],
    }),
  ),
  {
    name: 'objects that only look at Redis and LiteLLM',
    files: {
      'k/a.yaml': deployment(),
      'k/b.yaml': redisPods(WITH_PASSWORD),
      'k/o.yaml': [
        'monitoring.coreos.com/v1/ServiceMonitor',
        'monitoring.coreos.com/v1/PrometheusRule',
        'networking.k8s.io/v1/NetworkPolicy',
        'networking.istio.io/v1/VirtualService',
        'cert-manager.io/v1/Certificate',
        'argoproj.io/v1alpha1/AppProject',
        'policy/v1/PodDisruptionBudget',
      ]
        .map(
          (of) =>
            `apiVersion: ${of.slice(0, of.lastIndexOf('/'))}\nkind: ${of.slice(of.lastIndexOf('/') + 1)}\nmetadata: { name: litellm-redis }\nspec: {}\n`,
        )
        .join('---\n'),
    },
    options: pods,
    clean: true,
  },
  {
    name: 'the configuration in a Secret, which is not read',
    files: { 'k/a.yaml': deployment().replace('configMap: { name: litellm-config }', 'secret: { secretName: litellm-config }') },
    options: pods,
    found: { 'config-not-found': 'high' },
  },
];
