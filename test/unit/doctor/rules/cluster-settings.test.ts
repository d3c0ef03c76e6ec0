import { describe, expect, it } from 'vitest';
import { clusterSettings } from '../../../../src/doctor/rules/cluster-settings.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, said, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('cluster-settings');

describe('cluster-settings', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(clusterSettings, bad)).toEqual([
      'config.yaml:5:5: high: clustercfg.answers.abc123.euc1.cache.amazonaws.com is the address of a cluster, and no nodes are configured',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(clusterSettings, good)).toEqual([]);
  });

  it('reports nodes that are no JSON, and a database', async () => {
    expect(
      await reported(clusterSettings, {
        'config.yaml': 'litellm_settings:\n  cache: true\n',
        '.env': 'REDIS_CLUSTER_NODES=[{host: a, port: 1}]\n',
      }),
    ).toEqual(['.env:1:1: high: REDIS_CLUSTER_NODES is not a JSON list of nodes']);
    const config =
      'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    redis_startup_nodes: [{ host: a, port: 1 }]\n    db: 3\n';
    expect(await reported(clusterSettings, { 'config.yaml': config }, { litellmVersion: '1.80.0' })).toEqual([]);
  });

  it.each([
    'redis-master.redis.svc.cluster.local',
    'redis.cluster.internal',
    'my-cluster',
    'my-cluster.prod.example.org',
    'clustercfg.example.org',
    'clustercfg.cache.amazonaws.com.example.org',
    'prod-cluster.abc123.0001.euc1.cache.amazonaws.com',
  ])('takes no name for a proof: %s', async (host) => {
    const config = `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: ${host}\nrouter_settings:\n  redis_host: ${host}\n  redis_port: 6379\n`;
    for (const litellmVersion of ['1.80.9', '1.104.2', '1.110.2'])
      expect(await reported(clusterSettings, { 'config.yaml': config }, { litellmVersion })).toEqual([]);
  });

  it('believes the command of the server, and the nodes of another client', async () => {
    const config = `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    redis_startup_nodes: [{ host: redis, port: 6379 }]\nrouter_settings:\n  redis_host: redis\n  redis_port: 6379\n`;
    expect(await reported(clusterSettings, { 'config.yaml': config }, { litellmVersion: '1.80.9' })).toEqual([
      'config.yaml:7:3: high: redis is the address of a cluster, and the router names no nodes',
    ]);
    const plain = 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    url: redis://redis:6379\n';
    const compose = 'services:\n  redis:\n    image: redis:8\n    command: redis-server --cluster-enabled yes\n';
    expect(await reported(clusterSettings, { 'config.yaml': plain, 'compose.yaml': compose }, { litellmVersion: '1.110.2' })).toEqual([
      'config.yaml:5:5: high: redis is the address of a cluster, and no nodes are configured',
    ]);
  });

  it('believes the running server', async () => {
    const setup = {
      ...(await setupOf({ 'config.yaml': 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n' })),
      live: { redis: { clustered: true } },
    };
    expect(said(clusterSettings, setup)).toEqual(['config.yaml:5:5: high: redis is the address of a cluster, and no nodes are configured']);
  });
});
