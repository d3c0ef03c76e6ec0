import { describe, expect, it } from 'vitest';
import { publishedPortInside } from '../../../../src/doctor/rules/published-port-inside.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('published-port-inside');

describe('published-port-inside', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(publishedPortInside, bad)).toEqual([
      'config.yaml:5:5: high: localhost is the container of LiteLLM itself, Redis is service redis',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(publishedPortInside, good)).toEqual([]);
  });

  const compose =
    'services:\n  litellm:\n    image: ghcr.io/berriai/litellm:v1.104.2\n  redis:\n    image: redis:8\n    ports: ["127.0.0.1:6390:6379"]\n';

  it('reports the port of the host', async () => {
    const files = {
      'config.yaml': 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: redis\n    port: 6390\n',
      'compose.yaml': compose,
    };
    expect(await reported(publishedPortInside, files)).toEqual([
      'config.yaml:5:5: high: redis:6390 is the published port, containers reach redis at 6379',
    ]);
  });

  it('accepts localhost for a gateway that runs on the host, or in its network', async () => {
    const config = 'litellm_settings:\n  cache: true\n  cache_params:\n    type: redis\n    host: localhost\n';
    const only = 'services:\n  redis:\n    image: redis:8\n';
    expect(await reported(publishedPortInside, { 'config.yaml': config, 'compose.yaml': only })).toEqual([]);
    const host = compose.replace('v1.104.2\n', 'v1.104.2\n    network_mode: host\n');
    expect(await reported(publishedPortInside, { 'config.yaml': config, 'compose.yaml': host })).toEqual([]);
  });
});
