import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gather } from '../../src/doctor/gather.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { problemText } from '../../src/source/problem.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'doctor-live-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function look(config: string, compose?: string) {
  writeFileSync(join(directory, 'config.yaml'), config);
  if (compose !== undefined) writeFileSync(join(directory, 'compose.yaml'), compose);
  const options = { litellmConfig: 'config.yaml', envFiles: [], compose: compose === undefined ? [] : ['compose.yaml'], kubernetes: [] };
  return gather(
    { ...options, processEnvironment: false, live: true, directory },
    { env: {}, clock: systemClock, signal: new AbortController().signal },
  );
}

function cacheAt(params: string): string {
  return `litellm_settings: {cache: true, cache_params: {type: redis, ${params}}}\n`;
}

describe.skipIf(await lacksRedis('8.2.3'))('a look at the real Redis', () => {
  let redis: RunningRedis;
  beforeAll(async () => {
    redis = await startRedis({
      args: ['--requirepass', 'word', '--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru', '--maxclients', '50'],
    });
  });

  it('asks with the credential that is configured, and once without any', async () => {
    const { setup, notes } = await look(cacheAt(`host: 127.0.0.1, port: ${redis.port}, password: word`));
    expect(setup.live?.redis).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      maxmemory: 64 * 1024 * 1024,
      policy: 'allkeys-lru',
      maxclients: 50,
      clustered: false,
      answersWithoutPassword: false,
    });
    expect(notes.map(problemText).filter((note) => note.includes('Redis at'))).toEqual([]);
  });

  it('notes that the credential is refused, and what is seen without one', async () => {
    const { setup, notes, problems } = await look(cacheAt(`url: "redis://:wr%6fng@127.0.0.1:${redis.port}"`));
    expect(setup.live?.redis).toEqual({ answersWithoutPassword: false });
    expect(notes.map(problemText).join('\n')).toContain(
      `Redis at redis://127.0.0.1:${redis.port}: AUTH: the server refuses the user or the password`,
    );
    expect(JSON.stringify([notes, problems])).not.toMatch(/wrong|wr%6fng/);
  });

  it('notes that nothing answers, and that there is no address', async () => {
    const { setup, notes } = await look(cacheAt('host: 127.0.0.1, port: 1'));
    expect(setup.live).toEqual({ redis: { answersWithoutPassword: undefined }, gateway: undefined });
    expect(notes.map(problemText).filter((note) => note.startsWith('--live'))).toEqual([
      '--live: no compose file publishes the gateway; it was not asked',
      '--live: Redis at redis://127.0.0.1:1/0: connecting (ECONNREFUSED): nothing accepts connections at this address',
    ]);
    for (const config of ['model_list: []\n', cacheAt('host: "user:word@h h"')]) {
      const { notes: others } = await look(config);
      expect(others.map(problemText)).toContain('--live: the address of Redis is not known; it was not asked');
    }
  });
});

describe('a look at the real gateway', () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.setHeader('content-type', 'application/json').end('{"status":"connected","cache":"redis","litellm_version":"1.92.2"}');
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it('gives the release, whose rules are then used', async () => {
    const port = (server.address() as AddressInfo).port;
    const { setup } = await look(
      cacheAt('host: 127.0.0.1, port: 1'),
      `services:\n  litellm:\n    image: litellm:latest\n    ports: ["127.0.0.1:${port}:4000"]\n`,
    );
    expect(setup.live?.gateway).toEqual({ version: '1.92.2', cacheType: 'redis' });
    expect(setup.release).toEqual({ version: '1.92.2', place: { source: 'the running gateway' } });
    expect(asked).toEqual(['GET /health/liveliness undefined', 'GET /health/readiness undefined']);
  });
});
