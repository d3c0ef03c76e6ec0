import { describe, expect, it } from 'vitest';
import { metricsMissing } from '../../../../src/doctor/rules/metrics-missing.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('metrics-missing');

describe('metrics-missing', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(metricsMissing, bad)).toEqual([
      'config.yaml:3:3: medium: the prometheus callback without service_callback: ["prometheus_system"]',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(metricsMissing, good)).toEqual([]);
  });
});
