import { describe, expect, it } from 'vitest';
import { redisPortOpen } from '../../../../src/doctor/rules/redis-port-open.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('redis-port-open');

describe('redis-port-open', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(redisPortOpen, bad)).toEqual([
      'compose.yaml:6:9: high: port 6379 of service redis is published on all addresses, without TLS',
    ]);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(redisPortOpen, good)).toEqual([]);
  });

  it.each(['"127.0.0.1:6379:6379"', '"[::1]:6379:6379"', '{ target: 6379, published: 6379, host_ip: 127.0.0.1 }'])(
    'accepts %s',
    async (port) => {
      expect(
        await reported(redisPortOpen, { 'compose.yaml': `services:\n  redis:\n    image: redis:8\n    ports:\n      - ${port}\n` }),
      ).toEqual([]);
    },
  );

  it('is critical without a password, and mends the line', async () => {
    const files = { 'compose.yaml': 'services:\n  cache:\n    image: valkey/valkey:8\n    ports:\n      - 6380:6379\n' };
    expect(await reported(redisPortOpen, files)).toEqual([
      'compose.yaml:5:9: critical: port 6380 of service cache is published on all addresses, without TLS and without a password',
    ]);
    const [finding] = redisPortOpen.check(await setupOf(files));
    expect(finding?.edits).toEqual([{ file: 'compose.yaml', from: 5, to: 5, lines: ['      - 127.0.0.1:6380:6379'] }]);
  });

  it('looks at servers of Redis only', async () => {
    expect(await reported(redisPortOpen, { 'compose.yaml': 'services:\n  web:\n    image: nginx:1\n    ports: ["80:80"]\n' })).toEqual([]);
  });
});
