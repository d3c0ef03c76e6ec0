import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { redisServer } from '../../dev/redis.ts';
import { certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningGateway, startWarmGateway } from '../support/gateway.ts';
import { lacks } from '../support/lacks.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const PASSWORD = 'the password of the gateway';
const EXPORTER = 'the password of the exporter';
const PROTECTED = [
  '--user',
  'default',
  'on',
  `>${PASSWORD}`,
  '~*',
  '&*',
  '+@all',
  '--user',
  'exporter',
  'on',
  `>${EXPORTER}`,
  '~*',
  '&*',
  '+@all',
];
const BREAKER_SECONDS = 8;
/** The Redis of the wheels is built without TLS. */
const WITHOUT_TLS = lacksOpenssl() || (await lacksRedis('7.0.15'));

describe.skipIf(await lacks(() => redisServer('8.2.3', () => undefined)))('a LiteLLM 1.104.2 that loses what it cached', () => {
  let redis: RunningRedis;
  let gateway: RunningGateway;
  let folder: string;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lce-lost-keys-'));
    redis = await startRedis({ args: [...PROTECTED, '--bind', '127.0.0.1', '-::1'] });
    // Its breaker closes by itself, and it shows it in its metrics.
    gateway = await startWarmGateway({
      release: '1.104.2',
      redis: { port: redis.port, password: PASSWORD },
      config: { litellm_settings: { callbacks: ['prometheus'] } },
      env: { REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT: String(BREAKER_SECONDS) },
    });
  });
  afterAll(() => rm(folder, { recursive: true }));
  afterEach(async () => {
    await Promise.all(open.splice(0).map((watch) => watch.close()));
  });

  function watch(url = redis.url) {
    const watched = watchTarget(targetConfig(url, { username: 'exporter', password: EXPORTER, interval: 60_000 }));
    const probed = watchGateway(gatewayConfig(gateway.url, { api_key: gateway.apiKey, redis: 'cache', timeout: 4_000 }), watched.target);
    open.push(watched.watch, probed.watch);
    return { probed, watched, ...inTurn(watched, probed) };
  }

  /** Somebody who learns of every key of a probe as it is written and does something to it at once. */
  async function meddler(act: (client: Redis, key: string) => Promise<unknown>): Promise<{ close(): Promise<void> }> {
    const options = { port: redis.port, password: PASSWORD, protocol: 2 as const, disableClientInfo: true };
    const client = new Redis(options);
    const ear = new Redis(options);
    const id = await ear.client('ID');
    await ear.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', String(id), 'BCAST', 'PREFIX', 'lce-probe-');
    await ear.subscribe('__redis__:invalidate');
    const met = new Set<string>();
    ear.on('message', (_, key) => {
      if (key !== '' && !met.has(key)) act(client, met.add(key) && key).catch(() => undefined);
    });
    const meddling = {
      async close() {
        ear.disconnect();
        client.disconnect();
      },
    };
    open.push(meddling);
    return meddling;
  }

  it('to FLUSHALL: flushed', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    const meddling = await meddler((client) => client.flushall());
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'flushed' });
    expect(status.evidence).toMatch(
      /^The key of a pair was written and lost before the pair ended; FLUSHALL or FLUSHDB ran 2 times during the probes, and nothing was evicted\. Last pairs: completions missed; chat hit, the key is not in Redis\. /,
    );
    expect(status.pairs.map(({ evidence }) => evidence)).toEqual([
      expect.stringMatching(/^duplicate missed in .* ms, key lost after it was written$/),
      expect.stringMatching(/^duplicate hit in .* ms, key lost after it was written$/),
    ]);
    await meddling.close();
    await becomes('working');
  });

  it('to somebody who deletes keys: undetermined', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    const meddling = await meddler((client, key) => client.unlink(key));
    expect(await tick()).toMatchObject({ verdict: 'memory_only', cause: 'undetermined' });
    await meddling.close();
    await becomes('working');
  });

  it('to a time to live that somebody cuts short: ttl_too_short', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    const meddling = await meddler((client, key) => client.pexpire(key, 1));
    expect(await tick()).toMatchObject({ verdict: 'memory_only', cause: 'ttl_too_short' });
    await meddling.close();
    await becomes('working');
  });

  it('to eviction: evicted', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    // Only keys that expire are evicted, and those of the probes are the only ones.
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
    const meddling = await meddler(async (client) => {
      await client.config('SET', 'maxmemory', '1mb');
      await client.config('SET', 'maxmemory', '0');
    });
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'evicted' });
    expect(status.evidence).toMatch(/; Redis evicted \d+ keys during the probes, and was not flushed\. /);
    await meddling.close();
    await becomes('working');
  });

  it('to a missing right to its own keys: redis_permission, by the key', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    await redis.command('ACL', 'SETUSER', 'default', 'resetkeys', '~elsewhere:*');
    const status = await tick();
    await redis.command('ACL', 'SETUSER', 'default', 'resetkeys', '~*');
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_permission' });
    expect(status.evidence).toMatch(/^ACL LOG of Redis shows \d+ new refusals? for a missing permission on the key of a pair\. /);
    await becomes('working');
  });

  it('to a refused password, told by the address that the exporter does not share', async () => {
    const { tick, becomes } = watch(redis.url.replace('127.0.0.1', '[::1]'));
    await becomes('working');
    await redis.command('ACL', 'SETUSER', 'default', 'resetpass', '>another password');
    await redis.command('CLIENT', 'KILL', 'USER', 'default');
    const status = await tick();
    await redis.command('ACL', 'SETUSER', 'default', 'resetpass', `>${PASSWORD}`);
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth' });
    expect(status.evidence).toMatch(
      /^ACL LOG of Redis shows \d+ new refusals? for a wrong user or password from 127\.0\.0\.1, the address of the gateway\. /,
    );
    await becomes('working');
  });

  it('to its own open breaker after Redis is back: breaker_open', async () => {
    const { probed, tick, becomes } = watch();
    await becomes('working');
    const { port } = redis;
    await redis.stop();
    await eventually(async () => (await tick()).cause === 'redis_unreachable');
    expect(probed.steps.map(({ name }) => name)).not.toContain('metrics');
    redis = await startRedis({ port, args: [...PROTECTED, '--bind', '127.0.0.1', '-::1'] });
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'breaker_open' });
    expect(status.evidence).toMatch(/^The gateway shows in its \/metrics that its circuit breaker is open: it does not ask Redis\. /);
    expect(probed.steps.filter(({ name }) => name === 'metrics')).toHaveLength(1);
    await becomes('working');
    expect(probed.steps.map(({ name }) => name)).not.toContain('metrics');
  });

  it.skipIf(WITHOUT_TLS)('to a Redis that now wants TLS: redis_tls', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    const { port } = redis;
    await redis.stop();
    const { sign, certFile: caFile } = certificateAuthority(folder, 'ca');
    const { certFile, keyFile } = sign('redis');
    const tls = [
      '--port',
      '0',
      '--tls-port',
      String(port),
      '--tls-cert-file',
      certFile,
      '--tls-key-file',
      keyFile,
      '--tls-ca-cert-file',
      caFile,
    ];
    redis = await startRedis({ release: '7.0.15', port, args: [...PROTECTED, ...tls, '--tls-auth-clients', 'no'] });
    expect(await tick()).toMatchObject({ verdict: 'memory_only', cause: 'redis_tls', cachePing: 503 });
    await redis.stop();
    redis = await startRedis({ port, args: PROTECTED });
    await becomes('working');
  });
});
