import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NEWEST_RELEASE } from '../../dev/gateway.ts';
import { redisServer } from '../../dev/redis.ts';
import type { GatewayConfig } from '../../src/config/effective.ts';
import { Secret } from '../../src/source/secret.ts';
import { type RunningGateway, startWarmGateway } from '../support/gateway.ts';
import { lacks } from '../support/lacks.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig, type WatchedTarget, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, type WatchedGateway, watchGateway } from '../support/watched-gateway.ts';

const PASSWORD = 'the password of the gateway';
const EXPORTER = 'the password of the exporter';
const KEY = 'sk-the-key-of-this-gateway-5b1d0c';
const PROTECTED = ['--requirepass', PASSWORD, '--user', 'exporter', 'on', `>${EXPORTER}`, '~*', '&*', '+@all'];

describe.skipIf(await lacks(() => redisServer('8.2.3', () => undefined)))('the newest LiteLLM behind which Redis fails', () => {
  let redis: RunningRedis;
  let gateway: RunningGateway;
  const watches: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    redis = await startRedis({ args: PROTECTED });
    gateway = await started();
  });

  function started(port?: number): Promise<RunningGateway> {
    return startWarmGateway({
      ...(port !== undefined && { port }),
      env: { LITELLM_MASTER_KEY: KEY },
      redis: { port: redis.port, password: PASSWORD },
      config: {
        model_list: [
          { model_name: 'cache-probe', litellm_params: { model: 'openai/cache-probe', api_key: 'none', mock_response: 'ok' } },
          { model_name: 'vectors', litellm_params: { model: 'openai/text-embedding-3-small', api_key: 'none', mock_response: [0.1, 0.2] } },
        ],
        litellm_settings: { cache_params: { namespace: 'litellm', ttl: 3600 } },
      },
    });
  }

  /** Accepts the password again. A breaker that stays open then is healed by a restart of the workers. */
  async function letIn(): Promise<void> {
    await redis.command('CONFIG', 'SET', 'requirepass', PASSWORD);
    await gateway.stop();
    gateway = await started(gateway.port);
  }

  afterEach(async () => {
    await Promise.all(watches.splice(0).map((watch) => watch.close()));
  });

  /** Both watches; a tick runs the target's and then the gateway's. */
  function watch(
    config: Partial<Omit<GatewayConfig, 'api_key'>> & { api_key?: string } = {},
    target: Parameters<typeof targetConfig>[1] = {},
    url = redis.url,
  ) {
    const watched: WatchedTarget = watchTarget(
      targetConfig(url, { username: 'exporter', password: EXPORTER, interval: 60_000, ...target }),
    );
    const probed: WatchedGateway = watchGateway(
      gatewayConfig(gateway.url, { api_key: KEY, redis: 'cache', timeout: 4_000, ...config }),
      watched.target,
    );
    watches.push(watched.watch, probed.watch);
    return { probed, watched, ...inTurn(watched, probed) };
  }

  it('works on every route, and shows what users get', async () => {
    const { probed, becomes } = watch({ routes: ['completions', 'chat', 'chat_stream', 'responses'], interval: 300_000 });
    const status = await becomes('working');
    expect(status).toMatchObject({ cause: 'none', version: NEWEST_RELEASE, cacheType: 'redis', up: true, ready: true });
    // The first answer of a process may take over 500 ms: then it was the last one.
    expect([200, 'slow']).toContain(status.cachePing ?? status.cachePingNotAsked);
    expect(status.pairs.map(({ route, outcome }) => [route, outcome])).toEqual([
      ['completions', 'ok'],
      ['chat', 'ok'],
      ['chat_stream', 'ok'],
      ['responses', 'ok'],
    ]);
    expect(probed.count('llm.cache.probe.request.duration', {})).toBe(0);
    for (let pair = 2; pair <= 15; pair++) expect((await probed.tick()).verdict).toBe('working');

    const labels = { route: 'completions', 'gen_ai.request.model': 'cache-probe' } as const;
    // The fifteenth pair is a negative control: it is no pair of identical requests.
    expect(probed.value('llm.cache.probe.pairs', { ...labels, outcome: 'ok' })).toBe(14);
    expect(probed.value('llm.cache.probe.pairs', { ...labels, outcome: 'control_failed' })).toBe(0);
    expect(probed.count('llm.cache.probe.request.duration', { ...labels, request: 'first', cache: 'miss' })).toBe(14);
    expect(probed.count('llm.cache.probe.request.duration', { ...labels, request: 'duplicate', cache: 'hit' })).toBe(13);
    expect(probed.count('llm.cache.probe.time_to_first_chunk', { route: 'chat_stream', request: 'duplicate', cache: 'hit' })).toBe(13);
    expect(probed.count('llm.cache.probe.write_lag', { route: 'completions' })).toBe(14);
    expect(probed.value('llm.cache.probe.key_ttl', { route: 'completions', cache_controls: 'probe' })).toSatisfy(
      (ttl: number) => ttl > 110 && ttl <= 120,
    );
    expect(probed.value('llm.cache.probe.key_ttl', { route: 'completions', cache_controls: 'none' })).toSatisfy(
      (ttl: number) => ttl > 3590 && ttl <= 3600,
    );
    const [lower = 0, point = 0, upper = 0] = (['lower', 'point', 'upper'] as const).map((bound) =>
      probed.value('llm.cache.probe.speedup.median', { ...labels, bound }),
    );
    expect(lower).toBeGreaterThan(0);
    expect(lower).toBeLessThanOrEqual(point);
    expect(point).toBeLessThanOrEqual(upper);
    expect(probed.value('llm.gateway.info', { version: NEWEST_RELEASE, cache_type: 'redis' })).toBe(1);
    expect(probed.log.map(({ level, verdict }) => [level, verdict])).toEqual([['info', 'working']]);
  });

  it('works on embeddings, whose hits carry no key', async () => {
    const { becomes } = watch({ routes: ['embeddings'], model: 'vectors' });
    expect((await becomes('working')).pairs.map(({ outcome }) => outcome)).toEqual(['ok']);
  });

  it('sends the trace on, and names the parts of a pair', async () => {
    const { probed, becomes } = watch({ routes: ['completions'] });
    await becomes('working');
    await probed.tick();
    expect(probed.steps.map(({ name }) => name)).toEqual(['health', 'first', 'wait', 'duplicate', 'key check', 'cache ping']);
    expect(probed.steps.find(({ name }) => name === 'key check')?.notes).toEqual({ key: 'present' });
  });

  it('does not let in another key: gateway_auth', async () => {
    const { becomes } = watch({ api_key: 'sk-of-somebody-else' });
    expect(await becomes('not_measurable')).toMatchObject({ cause: 'gateway_auth', up: true });
  });

  it('does not know another model: model_missing', async () => {
    const { becomes } = watch({ model: 'nobody-has-this' });
    expect(await becomes('not_measurable')).toMatchObject({ cause: 'model_missing' });
  });

  it('writes to another database than the target’s: different_database', async () => {
    const { becomes } = watch({}, {}, `${redis.url}/5`);
    expect(await becomes('not_in_redis')).toMatchObject({ cause: 'different_database' });
  });

  it('writes to another server than the target: different_redis', async () => {
    const other = await startRedis({ release: '7.0.15' });
    await other.command('ACL', 'SETUSER', 'exporter', 'on', `>${EXPORTER}`, '~*', '&*', '+@all');
    const { becomes } = watch({}, {}, other.url);
    expect(await becomes('not_in_redis')).toMatchObject({ cause: 'different_redis' });
  });

  it('is working by its own marks where no target is configured', async () => {
    const probed = watchGateway(gatewayConfig(gateway.url, { api_key: KEY }));
    watches.push(probed.watch);
    expect(await probed.tick()).toMatchObject({
      verdict: 'working',
      evidence: 'Last pairs: completions hit, the key was not seen; chat hit, the key was not seen.',
      cachePingNotAsked: 'not_needed',
    });
  });

  it('is not called broken by an exporter with a wrong password of its own', async () => {
    const { becomes, watched } = watch({}, { password: 'wrong' });
    expect((await becomes('working')).pairs.map(({ outcome }) => outcome)).toEqual(['hit_unverified', 'hit_unverified']);
    // Only the canary has tried it.
    expect(watched.target.own.WRONGPASS).toBe(1);
  });

  it('runs out of memory: redis_out_of_memory', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    await redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
    expect(await tick()).toMatchObject({ verdict: 'memory_only', cause: 'redis_out_of_memory', cachePing: 200 });
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await becomes('working');
  });

  it('becomes a replica: redis_read_only', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    await redis.command('REPLICAOF', '127.0.0.1', '1');
    expect(await tick()).toMatchObject({ verdict: 'memory_only', cause: 'redis_read_only' });
    await redis.command('REPLICAOF', 'NO', 'ONE');
    await becomes('working');
  });

  it('may not read any more: redis_permission, although chat looks well', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    await redis.command('ACL', 'SETUSER', 'default', '-get');
    const status = await tick();
    await redis.command('ACL', 'SETUSER', 'default', '+get');
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_permission' });
    expect(status.pairs.map(({ outcome }) => outcome)).toEqual(['miss_key_present', 'ok']);
    await becomes('working');
  });

  it('refuses the password after it was changed and connections were dropped: redis_auth', async () => {
    const { tick, becomes } = watch();
    for (let good = 0; good < 3; good++) await becomes('working');
    await redis.command('CONFIG', 'SET', 'requirepass', 'another password');
    await redis.command('CLIENT', 'KILL', 'USER', 'default');
    const status = await tick();
    await letIn();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth', cachePing: 503 });
    expect(status.evidence).toMatch(
      // A release with two clients of Redis is refused less often while pairs run: then it is asked again.
      /^Redis refused ([1-9]\d* )?logins with a wrong user or password \(WRONGPASS\) (during the probes; normally (none|0 to 2) in that time|each of the 4 times that \/cache\/ping was asked, .*)\. Last pairs: /,
    );
    await becomes('working');
  });

  it('refuses a canary with the gateway’s password: redis_auth, too', async () => {
    const { tick, becomes } = watch({}, { canaries: [{ name: 'litellm', password: Secret.of(PASSWORD) }] });
    await becomes('working');
    await redis.command('CONFIG', 'SET', 'requirepass', 'another password');
    await redis.command('CLIENT', 'KILL', 'USER', 'default');
    const status = await tick();
    await letIn();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth' });
    expect(status.evidence).toMatch(/^Redis refuses the credential litellm on a fresh connection \(WRONGPASS\)\. /);
    await becomes('working');
  });

  it('hangs: not_measurable and redis_timeout, in the time of the tick', async () => {
    const { tick, becomes } = watch();
    await becomes('working');
    redis.pause();
    const status = await tick();
    redis.resume();
    expect(status).toMatchObject({ verdict: 'not_measurable', cause: 'redis_timeout', up: true });
    await becomes('working');
  });

  it('stops: memory_only and redis_unreachable; works again when it is back', async () => {
    const { probed, tick, becomes } = watch();
    await becomes('working');
    const { port } = redis;
    await redis.stop();
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_unreachable', cachePing: 503 });
    expect(status.pairs.map(({ outcome }) => outcome)).toEqual(['miss_unexplained', 'hit_unverified']);
    expect(probed.value('llm.cache.verdict', { verdict: 'memory_only' })).toBe(1);
    expect(probed.value('llm.cache.cause', { cause: 'redis_unreachable' })).toBe(1);
    redis = await startRedis({ port, args: PROTECTED });
    await becomes('working');
    expect(probed.log.at(-1)).toMatchObject({ level: 'info', verdict: 'working' });
  });

  it('ends itself: unreachable', async () => {
    const { probed, becomes } = watch();
    await becomes('working');
    await gateway.stop();
    expect(await becomes('unreachable')).toMatchObject({ cause: 'gateway_error', up: false });
    expect(probed.value('llm.gateway.up', {})).toBe(0);
    expect(probed.value('llm.cache.verdict', { verdict: 'unreachable' })).toBe(1);
  });
});

describe.skipIf(await lacks(() => redisServer('8.2.3', () => undefined)))(
  'a LiteLLM 1.80.9 whose Redis lost its password, as after a restart without its settings',
  () => {
    it('is redis_auth: what Redis answers is an ordinary ERR, and it counts the failed calls of AUTH all the same', async () => {
      const redis = await startRedis({ args: PROTECTED });
      const gateway = await startWarmGateway({ release: '1.80.9', redis: { port: redis.port, password: PASSWORD } });
      const watched = watchTarget(targetConfig(redis.url, { username: 'exporter', password: EXPORTER, interval: 60_000 }));
      const probed = watchGateway(gatewayConfig(gateway.url, { api_key: gateway.apiKey, redis: 'cache', timeout: 4_000 }), watched.target);
      const { tick, becomes } = inTurn(watched, probed);
      for (let good = 0; good < 3; good++) await becomes('working');
      await redis.command('CONFIG', 'SET', 'requirepass', '');
      await redis.command('CLIENT', 'KILL', 'USER', 'default');
      const status = await tick();
      expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth' });
      expect(status.evidence).toMatch(
        /^Redis refused [1-9]\d* logins \(AUTH or HELLO\) during the probes; normally (none|0 to 2) in that time\. /,
      );
      await Promise.all([watched.watch.close(), probed.watch.close()]);
      await gateway.stop();
      await redis.stop();
    });
  },
);
