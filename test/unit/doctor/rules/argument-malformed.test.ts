import { describe, expect, it } from 'vitest';
import { argumentMalformed } from '../../../../src/doctor/rules/argument-malformed.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('argument-malformed');

async function judged(params: string, litellmVersion: string, env = 'A=1\n') {
  const config = `litellm_settings: { cache: true, cache_params: { ${params} } }\n`;
  const found = await reported(argumentMalformed, { 'config.yaml': config, '.env': env }, { litellmVersion });
  return found.map((line) => line.replace(/^\S+: /, ''));
}

describe('argument-malformed', () => {
  it('reports the bad example of its page', async () => {
    const message = 'REDIS_PORT is no whole number: it is the address that Kubernetes gives for a Service';
    expect(await reported(argumentMalformed, bad, { litellmVersion: '1.80.9' })).toEqual([`.env:1:1: high: ${message}`]);
    expect(await reported(argumentMalformed, bad, { litellmVersion: '1.104.2' })).toEqual([`.env:1:1: medium: ${message}`]);
    expect(await reported(argumentMalformed, bad)).toEqual([`.env:1:1: medium: ${message}`]);
  });

  it('says nothing about the good example', async () => {
    for (const litellmVersion of ['1.80.9', '1.110.2']) expect(await reported(argumentMalformed, good, { litellmVersion })).toEqual([]);
  });

  it.each([
    ['type: redis, host: h, port: "6379"', [], []],
    ['type: redis, host: h, port: abc', ['high: cache_params.port is no whole number'], ['medium: cache_params.port is no whole number']],
    ['type: redis, host: h, db: "1.5"', ['high: cache_params.db is no whole number'], ['medium: cache_params.db is no whole number']],
    ['type: redis, host: h, socket_timeout: "2"', ['high: cache_params.socket_timeout is a text, not a number'], []],
    ['type: redis, host: h, socket_timeout: 2', [], []],
    [
      'type: redis, host: h, ttl: 1h',
      ['medium: cache_params.ttl is no number of seconds'],
      ['medium: cache_params.ttl is no number of seconds'],
    ],
    ['type: redis, host: h, ttl: "3600"', [], []],
    ['type: redis, url: "redis://h", port: abc', [], ['medium: cache_params.port is no whole number']],
  ])('judges %s before and after texts became numbers', async (params, before, after) => {
    expect(await judged(params, '1.80.9')).toEqual(before);
    expect(await judged(params, '1.110.2')).toEqual(after);
  });

  it('judges the port that a semantic cache writes into its url', async () => {
    const params = 'type: redis-semantic, similarity_threshold: 0.9, host: h, password: os.environ/A';
    expect(await judged(params, '1.110.2', 'A=1\nREDIS_PORT=tcp://10.0.0.1:6379\n')).toEqual([
      'high: REDIS_PORT is no whole number: it is the address that Kubernetes gives for a Service',
    ]);
  });
});
