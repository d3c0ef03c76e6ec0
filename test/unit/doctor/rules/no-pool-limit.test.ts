import { describe, expect, it } from 'vitest';
import { noPoolLimit } from '../../../../src/doctor/rules/no-pool-limit.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('no-pool-limit');

describe('no-pool-limit', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(noPoolLimit, bad)).toEqual(['config.yaml:3:3: medium: cache_params sets no max_connections']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(noPoolLimit, good)).toEqual([]);
  });

  const params = (text: string) => `litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n${text}`;
  const compose = (workers: number, maxclients: number) =>
    `services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n    command: ["--num_workers", "${workers}"]\n    deploy: { replicas: 2 }\n  redis:\n    image: redis:8\n    command: redis-server --maxclients ${maxclients}\n`;

  it('multiplies by workers and replicas', async () => {
    const files = { 'config.yaml': params('    host: redis\n    max_connections: 100\n') };
    expect(await reported(noPoolLimit, { ...files, 'compose.yaml': compose(4, 900) })).toEqual([
      'config.yaml:6:5: medium: max_connections 100 in 8 processes is more than four fifths of the 900 clients that Redis accepts',
    ]);
    expect(await reported(noPoolLimit, { ...files, 'compose.yaml': compose(4, 1_000) })).toEqual([]);
  });

  it('knows which releases do not use it', async () => {
    const files = { 'config.yaml': params('    host: redis\n    max_connections: 100\n') };
    expect(await reported(noPoolLimit, files, { litellmVersion: '1.78.5' })).toEqual([
      'config.yaml:6:5: medium: LiteLLM 1.78.5 does not use max_connections',
    ]);
    const url = { 'config.yaml': params('    url: redis://:pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E@redis\n    max_connections: 100\n') };
    expect(await reported(noPoolLimit, url, { litellmVersion: '1.80.0' })).toEqual([
      'config.yaml:6:5: medium: LiteLLM 1.80.0 does not use max_connections with a url',
    ]);
  });
});
