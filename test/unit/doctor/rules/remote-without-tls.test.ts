import { describe, expect, it } from 'vitest';
import { remoteWithoutTls } from '../../../../src/doctor/rules/remote-without-tls.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('remote-without-tls');

describe('remote-without-tls', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(remoteWithoutTls, bad)).toEqual([
      '.env:1:1: high: cache.example.org:6379 is another machine and is used without TLS',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(remoteWithoutTls, good)).toEqual([]);
  });

  const at = (host: string) => ({
    'config.yaml': 'litellm_settings:\n  cache: true\n',
    '.env': `REDIS_HOST=${host}\nREDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n`,
  });

  it.each([
    ['cache.example.org', 'high'],
    ['8.8.8.8', 'high'],
    ['10.0.0.5', 'medium'],
    ['172.20.1.1', 'medium'],
  ])('weighs %s', async (host, severity) => {
    expect(await reported(remoteWithoutTls, at(host))).toEqual([
      `.env:1:1: ${severity}: ${host}:6379 is another machine and is used without TLS`,
    ]);
  });

  it.each(['localhost', '127.0.0.1', 'redis', 'redis.cache.svc', 'redis.cache.svc.cluster.local', 'host.docker.internal'])(
    'leaves %s alone',
    async (host) => {
      expect(await reported(remoteWithoutTls, at(host))).toEqual([]);
    },
  );

  it('looks at the router as well', async () => {
    const config = 'router_settings:\n  redis_host: cache.example.org\n  redis_port: 6379\n  redis_password: os.environ/REDIS_PASSWORD\n';
    expect(
      await reported(remoteWithoutTls, { 'config.yaml': config, '.env': 'REDIS_PASSWORD=pX4nWk9VqT2rLc7MhB5sJz8YdG3fUa6E\n' }),
    ).toEqual(['config.yaml:2:3: high: cache.example.org:6379 is another machine and is used without TLS']);
  });
});
