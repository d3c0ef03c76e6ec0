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

  it('wants a directory for several workers', async () => {
    const compose = (environment: string) => ({
      'compose.yaml': `services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ["--num_workers", "4"]\n    environment: ${environment}\n`,
    });
    expect(await reported(metricsMissing, { ...good, ...compose('{ A: b }') })).toEqual([
      'compose.yaml:4:5: medium: 4 workers without PROMETHEUS_MULTIPROC_DIR',
    ]);
    expect(await reported(metricsMissing, { ...good, ...compose('{ PROMETHEUS_MULTIPROC_DIR: /tmp/metrics }') })).toEqual([]);
  });
});
