import type { Severity } from '../../../src/doctor/finding.ts';
import type { DoctorOptions } from '../../../src/doctor/options.ts';
import type { Files } from '../doctor-page.ts';

/** Files as people have them, and what somebody who knows LiteLLM, Redis, Compose and Kubernetes says about them. */
export interface Case {
  name: string;
  files: Files;
  /** The options of the command; none lets the doctor look in the directory. */
  options?: Partial<DoctorOptions>;
  /** Rules that must report something, and how bad. */
  found?: Readonly<Record<string, Severity>>;
  /** Rules that must not. */
  not?: readonly string[];
  /** Whether nothing high or critical is to be found. */
  clean?: boolean;
  /** The containers of LiteLLM. */
  instances?: readonly string[];
  /** Settings of the cache that they have. */
  settings?: readonly string[];
  /** Parts of messages. */
  says?: readonly string[];
}

export const PASSWORD = 'pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E';
export const OTHER = 'qB4nT8xWc2Lr7VzKd9Mh5JpYs3GfUa6E';

/** A configuration of LiteLLM that uses Redis by host and port. */
export function config(host = 'redis', port: number | string = 6379, more = '    password: os.environ/REDIS_PASSWORD\n'): string {
  return `model_list: []\nlitellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: ${host}\n    port: ${port}\n${more}    ttl: 600\n    max_connections: 50\n    socket_timeout: 2\n`;
}

export const NO_PASSWORD = '    namespace: litellm\n';

interface Parts {
  image?: string;
  start?: string;
  gateway?: string;
  server?: string;
  redis?: string;
  rest?: string;
}

/** A compose project of LiteLLM and Redis in which nothing is wrong, with parts to replace. */
export function compose({
  image = 'image: ghcr.io/berriai/litellm:v1.104.2',
  start = 'command: ["--config", "/app/config.yaml"]\n    volumes: ["./config.yaml:/app/config.yaml:ro"]',
  gateway = 'environment: { REDIS_PASSWORD: "@{REDIS_PASSWORD:?}" }',
  server = '--requirepass @{REDIS_PASSWORD:?}',
  redis = '',
  rest = '',
}: Parts = {}): string {
  return `services:
  litellm:
    ${image}
    ${start}
    ${gateway}
    depends_on: { redis: { condition: service_healthy } }
  redis:
    image: redis:8.2
    command: redis-server ${server} --maxmemory 384mb --maxmemory-policy allkeys-lru
    healthcheck: { test: ["CMD", "redis-cli", "ping"] }
    ${redis}
${rest}`;
}

export const ENV = { '.env': `REDIS_PASSWORD=${PASSWORD}\n` };

/** A Deployment of LiteLLM with its configuration in a ConfigMap. */
export function deployment(host = 'redis', port = 6379, { namespace = 'ai', name = 'litellm', volume = true, env = '' } = {}): string {
  return `apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}-config, namespace: ${namespace} }
data:
  config.yaml: |
${config(host, port)
  .split('\n')
  .map((line) => `    ${line}`.trimEnd())
  .join('\n')}
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: litellm
          image: ghcr.io/berriai/litellm:v1.104.2
          args: ["--config", "/etc/litellm/config.yaml"]
          env:
            - name: REDIS_PASSWORD
              valueFrom: { secretKeyRef: { name: redis, key: password } }
${env}          volumeMounts: [{ name: config, mountPath: /etc/litellm }]
${volume ? `      volumes: [{ name: config, configMap: { name: ${name}-config } }]\n` : `      volumes: [{ name: config, configMap: { name: elsewhere } }]\n`}`;
}

/** A Redis of Kubernetes with its Service. */
export function redisPods(
  command: string,
  { namespace = 'ai', type = 'ClusterIP', port = 6379, target = '6379', selector = 'redis', more = '' } = {},
): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: redis, namespace: ${namespace} }
spec:
  template:
    metadata: { labels: { app: redis } }
    spec:
      containers:
        - name: redis
          image: redis:8.2
          args: ${command}
          ports: [{ name: redis, containerPort: 6379 }]
          env:
            - name: REDIS_PASSWORD
              valueFrom: { secretKeyRef: { name: redis, key: password } }
---
apiVersion: v1
kind: Service
metadata: { name: redis, namespace: ${namespace}${more} }
spec:
  type: ${type}
  selector: { app: ${selector} }
  ports: [{ port: ${port}, targetPort: ${target} }]
`;
}

export const WITH_PASSWORD = '["--requirepass", "$(REDIS_PASSWORD)"]';
export const pods = { kubernetes: ['k'] };

/** `@{NAME}` means a reference of Compose, which would be one of TypeScript here. */
export function referring(cases: readonly Case[]): readonly Case[] {
  return cases.map((one) => ({
    ...one,
    files: Object.fromEntries(Object.entries(one.files).map(([name, text]) => [name, text.replaceAll('@{', '$'.concat('{'))])),
  }));
}
