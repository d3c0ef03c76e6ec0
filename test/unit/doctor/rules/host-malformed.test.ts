import { describe, expect, it } from 'vitest';
import { hostMalformed } from '../../../../src/doctor/rules/host-malformed.ts';
import { remoteWithoutTls } from '../../../../src/doctor/rules/remote-without-tls.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('host-malformed');

describe('host-malformed', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(hostMalformed, bad)).toEqual(['.env:1:1: high: REDIS_HOST is no host: it holds a port']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(hostMalformed, good)).toEqual([]);
  });

  it.each([
    ['redis:6379', 'a port'],
    ['redis://redis', 'a scheme'],
    ['litellm@redis', 'a user'],
    ['redis/0', 'a path'],
    [' redis', 'white space'],
    ['[::1]', 'brackets, which belong into a url only'],
    ['::1', undefined],
    ['fe80::1%eth0', undefined],
    ['10.0.0.1', undefined],
    ['redis.example.org.', undefined],
  ])('judges %j for every client and form, and no other rule takes it for another machine', async (host, fault) => {
    const text = JSON.stringify(host);
    const forms = [
      `litellm_settings: { cache: true, cache_params: { type: redis, host: ${text} } }\n`,
      `litellm_settings: { cache: true, cache_params: { type: redis, redis_startup_nodes: [{ host: ${text}, port: 1 }] } }\n`,
      `litellm_settings: { cache: true, cache_params: { type: redis, service_name: m, sentinel_nodes: [[${text}, 1]] } }\n`,
      `litellm_settings: { cache: true, cache_params: { type: redis-semantic, similarity_threshold: 0.9, port: 1, password: p, host: ${text} } }\n`,
      `router_settings: { redis_host: ${text}, redis_port: 6379 }\n`,
      `general_settings: { coordination_redis: { host: ${text} } }\n`,
    ];
    for (const config of forms) {
      const found = await reported(hostMalformed, { 'config.yaml': config, '.env': 'A=1\n' }, { litellmVersion: '1.104.2' });
      expect(
        found.map((line) => line.replace(/^.*it holds /, '')),
        config,
      ).toEqual(fault === undefined ? [] : [fault]);
      if (fault !== undefined)
        expect(await reported(remoteWithoutTls, { 'config.yaml': config }, { litellmVersion: '1.104.2' })).toEqual([]);
    }
  });
});
