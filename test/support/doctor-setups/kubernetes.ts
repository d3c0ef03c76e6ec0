import { type Case, deployment, pods, redisPods, WITH_PASSWORD } from './case.ts';

/** Kubernetes. */
export const CLUSTER: readonly Case[] = [
  {
    name: 'nothing is wrong in this cluster',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD) },
    options: pods,
    clean: true,
    instances: ['Deployment ai/litellm'],
    settings: ['Deployment ai/litellm host=redis'],
  },
  ...['LoadBalancer', 'NodePort'].map(
    (type): Case => ({
      name: `Redis without a password behind a ${type}`,
      files: { 'k/b.yaml': redisPods('[]', { type }) },
      options: pods,
      found: { 'redis-port-open': 'critical' },
    }),
  ),
  {
    name: 'Redis with a password behind a LoadBalancer',
    files: { 'k/b.yaml': redisPods(WITH_PASSWORD, { type: 'LoadBalancer' }) },
    options: pods,
    found: { 'redis-port-open': 'high' },
  },
  {
    name: 'an internal load balancer',
    files: {
      'k/b.yaml': redisPods(WITH_PASSWORD, {
        type: 'LoadBalancer',
        more: ', annotations: { "networking.gke.io/load-balancer-type": "Internal" }',
      }),
    },
    options: pods,
    found: { 'redis-port-open': 'medium' },
    clean: true,
  },
  {
    name: 'Redis without a password inside of the cluster',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods('[]') },
    options: pods,
    found: { 'redis-without-password': 'medium', 'redis-login-refused': 'critical' },
    not: ['redis-port-open'],
  },
  {
    name: 'a Service in another namespace',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { namespace: 'cache' }) },
    options: pods,
    found: { 'redis-not-reachable': 'high' },
    says: ['namespace cache'],
  },
  ...['redis.cache', 'redis.cache.svc', 'redis.cache.svc.cluster.local'].map(
    (host): Case => ({
      name: `a Service by ${host}`,
      files: { 'k/a.yaml': deployment(host), 'k/b.yaml': redisPods(WITH_PASSWORD, { namespace: 'cache' }) },
      options: pods,
      not: ['redis-not-reachable'],
    }),
  ),
  {
    name: 'the port of the container in place of that of the Service',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { port: 7000 }) },
    options: pods,
    found: { 'redis-not-reachable': 'high' },
    says: ['has no port 6379'],
  },
  {
    name: 'a targetPort where nothing listens',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { target: '6380' }) },
    options: pods,
    found: { 'redis-not-reachable': 'high' },
  },
  {
    name: 'a targetPort by its name',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { target: 'redis' }) },
    options: pods,
    clean: true,
  },
  {
    name: 'a selector that fits no pod',
    files: { 'k/a.yaml': deployment(), 'k/b.yaml': redisPods(WITH_PASSWORD, { selector: 'cache' }) },
    options: pods,
    found: { 'redis-not-reachable': 'high' },
  },
  {
    name: 'a Redis that is not among the manifests',
    files: { 'k/a.yaml': deployment('redis-master') },
    options: pods,
    not: ['redis-not-reachable', 'redis-login-refused', 'config-not-found'],
  },
  {
    name: 'two gateways with ConfigMaps of one name in two namespaces',
    files: { 'k/a.yaml': deployment('redis', 6379, { namespace: 'one' }), 'k/b.yaml': deployment('cache', 6379, { namespace: 'two' }) },
    options: pods,
    instances: ['Deployment one/litellm', 'Deployment two/litellm'],
    settings: ['Deployment one/litellm host=redis', 'Deployment two/litellm host=cache'],
  },
];
