import { describe, expect, it } from 'vitest';
import { noMemoryLimit } from '../../../../src/doctor/rules/no-memory-limit.ts';
import { examples } from '../../../support/doctor-page.ts';
import { reported, said, setupOf } from '../../../support/doctor-setup.ts';

const { bad, good } = examples('no-memory-limit');

describe('no-memory-limit', () => {
  it('reports the bad example of its page', async () => {
    expect(await reported(noMemoryLimit, bad)).toEqual(['compose.yaml:4:5: high: service redis has no maxmemory']);
  });

  it('says nothing about the good example', async () => {
    expect(await reported(noMemoryLimit, good)).toEqual([]);
  });

  it('compares with the memory of the container', async () => {
    const compose = (limit: string) =>
      `services:\n  redis:\n    image: redis:8\n    command: redis-server --maxmemory 512mb\n    deploy: { resources: { limits: { memory: ${limit} } } }\n`;
    expect(await reported(noMemoryLimit, { 'compose.yaml': compose('512M') })).toEqual([
      'compose.yaml:4:5: medium: maxmemory of service redis is not below the memory that its container may use',
    ]);
    expect(await reported(noMemoryLimit, { 'compose.yaml': compose('1G') })).toEqual([]);
  });

  it('does not judge what a configuration file may say', async () => {
    const compose = 'services:\n  redis:\n    image: redis:8\n    command: redis-server /usr/local/etc/redis/redis.conf\n';
    expect(await reported(noMemoryLimit, { 'compose.yaml': compose })).toEqual([]);
  });

  it('believes the running server', async () => {
    const setup = { ...(await setupOf({ '.env': 'A=1\n' })), live: { redis: { maxmemory: 0 } } };
    expect(said(noMemoryLimit, setup)).toEqual(['the running Redis: high: the running Redis has no maxmemory']);
  });
});
