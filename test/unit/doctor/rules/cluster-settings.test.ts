import { describe, expect, it } from 'vitest';
import { clusterSettings } from '../../../../src/doctor/rules/cluster-settings.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

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
});
