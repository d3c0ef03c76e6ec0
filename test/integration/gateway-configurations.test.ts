import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Mapping } from '../../dev/merge.ts';
import { redisServer } from '../../dev/redis.ts';
import type { GatewayConfig } from '../../src/config/effective.ts';
import { type RunningGateway, startWarmGateway } from '../support/gateway.ts';
import { lacks } from '../support/lacks.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const PASSWORD = 'the password of the gateway';
const EXPORTER = 'the password of the exporter';
const PROTECTED = ['--requirepass', PASSWORD, '--user', 'exporter', 'on', `>${EXPORTER}`, '~*', '&*', '+@all'];
const watches: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(watches.splice(0).map((watch) => watch.close()));
});

function watch(gateway: RunningGateway, redis: RunningRedis | undefined, config: Partial<Omit<GatewayConfig, 'api_key'>> = {}) {
  const watched = redis && watchTarget(targetConfig(redis.url, { username: 'exporter', password: EXPORTER, interval: 60_000 }));
  const probed = watchGateway(gatewayConfig(gateway.url, { api_key: gateway.apiKey, ...config }), watched?.target);
  watches.push(probed.watch, ...(watched === undefined ? [] : [watched.watch]));
  return { probed, ...inTurn(watched, probed) };
}

describe.skipIf(await lacks(() => redisServer('7.0.15', () => undefined)))('a LiteLLM 1.80.9 whose environment hides the password', () => {
  let redis: RunningRedis;
  let gateway: RunningGateway;

  beforeAll(async () => {
    redis = await startRedis({ release: '7.0.15', args: PROTECTED });
    gateway = await startWarmGateway({
      release: '1.80.9',
      redis: { port: redis.port, password: PASSWORD },
      env: { REDIS_URL: redis.url, REDIS_PORT: '6378' },
    });
  });

  it('serves from memory only, because the password is missing, from the first tick of an exporter that starts into it', async () => {
    const status = await watch(gateway, redis).tick();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth', version: '1.80.9', cachePing: 503 });
    expect(status.evidence).toMatch(
      /^Redis refused [1-9]\d* commands without a password \(NOAUTH\) during the probes; at most 2 were to be expected from the \d+ s without probes before\. In LiteLLM 1\.80\.9 a REDIS_URL in the environment hides host, port and password of cache_params\. Last pairs: /,
    );
    expect(status.pairs.map(({ outcome }) => outcome)).toEqual(['miss_not_written', 'hit_not_in_redis']);
  });

  it('works once Redis asks for none, and fails again once it asks for one', async () => {
    const { tick, becomes } = watch(gateway, redis);
    await redis.command('CONFIG', 'SET', 'requirepass', '');
    await becomes('working');
    for (let good = 0; good < 3; good++) expect((await tick()).verdict).toBe('working');
    await redis.command('CONFIG', 'SET', 'requirepass', PASSWORD);
    await redis.command('CLIENT', 'KILL', 'USER', 'default');
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth' });
    expect(status.evidence).toMatch(
      /^Redis refused [1-9]\d* commands without a password \(NOAUTH\) during the probes; normally 0 to 2 in that time\. /,
    );
  });

  it('is not said to lack a right because the check of somebody else is refused all the time', async () => {
    const { tick, becomes } = watch(gateway, redis);
    await redis.command('CONFIG', 'SET', 'requirepass', '');
    await becomes('working');
    await redis.command('ACL', 'SETUSER', 'health', 'on', '>x', '-@all', '+auth');
    const checks = pingWithoutPermission(redis.port);
    try {
      for (let good = 0; good < 5; good++) expect((await tick()).verdict).toBe('working');
      await redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
      const status = await tick();
      expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_out_of_memory' });
    } finally {
      checks.stop();
    }
  });
});

/** A health check of somebody else: many times a second a PING that is refused with NOPERM. */
function pingWithoutPermission(port: number): { stop(): void } {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).on('data', () => undefined);
  socket.write('AUTH health x\r\n');
  const timer = setInterval(() => socket.write('PING\r\n'), 20);
  return {
    stop() {
      clearInterval(timer);
      socket.destroy();
    },
  };
}

describe.skipIf(await lacks(() => redisServer('6.2.14', () => undefined)))('the newest LiteLLM with other settings', () => {
  async function start(cacheParams: Mapping): Promise<{ redis: RunningRedis; gateway: RunningGateway }> {
    const redis = await startRedis({ release: '6.2.14', args: PROTECTED });
    const config = { litellm_settings: { cache_params: cacheParams } };
    const gateway = await startWarmGateway({ redis: { port: redis.port, password: PASSWORD }, config });
    return { redis, gateway };
  }

  it('caches chat only: partial, and which calls are left out', async () => {
    const { redis, gateway } = await start({ supported_call_types: ['acompletion', 'completion'] });
    const status = await watch(gateway, redis).becomes('partial');
    expect(status).toMatchObject({ cause: 'call_type_not_cached' });
    expect(status.evidence).toMatch(/^The gateway does not cache calls of these routes: completions\. /);
    expect(status.pairs.map(({ outcome }) => outcome)).toEqual(['miss_not_written', 'ok']);
    await gateway.stop();
  });

  it('caches on demand only: the pairs ask for it, and a plain one too', async () => {
    const { redis, gateway } = await start({ mode: 'default_off' });
    const { probed, tick, becomes } = watch(gateway, redis);
    await becomes('working');
    for (let pair = 2; pair <= 10; pair++) expect((await tick()).verdict).toBe('working');
    expect(probed.value('llm.cache.probe.key_ttl', { route: 'completions', cache_controls: 'none' })).toSatisfy(
      (ttl: number) => ttl > 110 && ttl <= 120,
    );
    await gateway.stop();
  });
});

describe.skipIf(await lacks(() => redisServer('8.2.3', () => undefined)))('a gateway without Redis', () => {
  it('has its cache switched off: disabled, which can be as expected', async () => {
    const gateway = await startWarmGateway();
    expect(await watch(gateway, undefined).tick()).toMatchObject({ verdict: 'disabled', cause: 'cache_disabled', cacheType: 'none' });
    const expected = await watch(gateway, undefined, { expect: { cache: 'none' } }).tick();
    expect(expected).toMatchObject({ verdict: 'disabled', cause: 'none', asExpected: true });
    await gateway.stop();
  });

  it('caches in its own memory: local, although every pair hits', async () => {
    const gateway = await startWarmGateway({
      release: '1.80.9',
      config: { litellm_settings: { cache: true, cache_params: { type: 'local' } } },
    });
    expect(await watch(gateway, undefined).tick()).toMatchObject({ verdict: 'local', cause: 'cache_local', cacheType: 'local' });
    const expected = watch(gateway, undefined, { expect: { cache: 'local' } });
    expect(await expected.tick()).toMatchObject({ verdict: 'local', cause: 'none', asExpected: true });
    expect(expected.probed.log.map(({ level }) => level)).toEqual(['info']);
    await gateway.stop();
  });
});
