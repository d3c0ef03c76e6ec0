import { describe, expect, it } from 'vitest';
import { clusterSettings } from '../../../../src/doctor/rules/cluster-settings.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, said, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('cluster-settings');

describe('cluster-settings', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(clusterSettings, bad)).toEqual([
      'config.yaml:5:5: high: clustercfg.cache.example.org is the address of a cluster, and no nodes are configured',
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

  it('believes the running server', async () => {
    const setup = {
      ...(await setupOf({ 'config.yaml': 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n' })),
      live: { redis: { clustered: true } },
    };
    expect(said(clusterSettings, setup)).toEqual(['config.yaml:5:5: high: redis is the address of a cluster, and no nodes are configured']);
  });
});
