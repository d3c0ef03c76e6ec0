import { describe, expect, it } from 'vitest';
import { localCacheWithSeveralWorkers } from '../../../../src/doctor/rules/local-cache-with-several-workers.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('local-cache-with-several-workers');

describe('local-cache-with-several-workers', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(localCacheWithSeveralWorkers, bad)).toEqual(['config.yaml:4:5: high: type local with 4 workers of LiteLLM']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(localCacheWithSeveralWorkers, good)).toEqual([]);
  });

  const compose = (command: string, replicas = 1) => ({
    'compose.yaml': `services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ${command}\n    deploy: { replicas: ${replicas} }\n`,
  });
  const local = { 'config.yaml': 'litellm_settings:\n  cache: true\n  cache_params:\n    type: local\n' };

  it('counts replicas', async () => {
    expect(await reported(localCacheWithSeveralWorkers, { ...local, ...compose('["--num_workers=2"]', 3) })).toEqual([
      'config.yaml:4:5: high: type local with 3 replicas with 2 workers each of LiteLLM',
    ]);
  });

  it('accepts one worker', async () => {
    expect(await reported(localCacheWithSeveralWorkers, { ...local, ...compose('["--config", "x"]') })).toEqual([]);
  });

  it('wants a Redis for limits beside a semantic cache', async () => {
    const semantic = 'litellm_settings:\n  cache: true\n  cache_params:\n    type: qdrant-semantic\n';
    const several = compose('["--num_workers", "2"]');
    expect(await reported(localCacheWithSeveralWorkers, { 'config.yaml': semantic, ...several })).toEqual([
      'config.yaml:4:5: high: type qdrant-semantic without a Redis for limits, with 2 workers of LiteLLM',
    ]);
    const coordinated = `${semantic}general_settings:\n  coordination_redis: { host: redis }\n`;
    expect(await reported(localCacheWithSeveralWorkers, { 'config.yaml': coordinated, ...several })).toEqual([]);
  });
});
