import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../dev/process.ts';
import { Secret } from '../../src/source/secret.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const PASSWORD = 'the password of the gateway';
const EXPORTER = 'the password of the exporter';
const PROTECTED = ['--requirepass', PASSWORD, '--user', 'exporter', 'on', `>${EXPORTER}`, '~*', '&*', '+@all'];
/** More than the five failed calls of Redis that open the circuit breaker of a LiteLLM. */
const REQUESTS = 12;
/** So quick is an answer of `/cache/ping` that is asked several times. */
const QUICK_MS = 60;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((watch) => watch.close()));
});

/** A gateway whose users have opened its circuit breaker, so that their requests and those of pairs do not go to Redis any more. */
async function broken(redis: { port: number; password?: string }): Promise<RunningGateway> {
  const gateway = await startGateway({ release: '1.104.2', redis });
  for (let request = 0; request < REQUESTS; request += 1) {
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'cache-probe', messages: [{ role: 'user', content: String(request) }] }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }
  await eventually(() => answersQuickly(gateway), 60_000);
  return gateway;
}

/** The first answer of a process is slow, and a gateway that is slow to answer `/cache/ping` is not asked it again. */
async function answersQuickly({ url, apiKey }: RunningGateway): Promise<boolean> {
  const start = performance.now();
  const answer = await fetch(`${url}/cache/ping`, { headers: { authorization: `Bearer ${apiKey}` } });
  await answer.arrayBuffer();
  return performance.now() - start < QUICK_MS;
}

function watch(gateway: RunningGateway, redis: RunningRedis, target: Parameters<typeof targetConfig>[1] = {}) {
  const watched = watchTarget(targetConfig(redis.url, { username: 'exporter', password: EXPORTER, interval: 60_000, ...target }));
  const probed = watchGateway(gatewayConfig(gateway.url, { api_key: gateway.apiKey, redis: 'cache' }), watched.target);
  open.push(watched.watch, probed.watch);
  return { probed, ...inTurn(watched, probed) };
}

/** A health check of somebody else that comes without a password, so many milliseconds apart. */
function pingWithoutPassword(port: number, apart: number): { stop(): void } {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).on('data', () => undefined);
  const timer = setInterval(() => socket.write('PING\r\n'), apart);
  const stop = () => {
    clearInterval(timer);
    socket.destroy();
  };
  open.push({ close: async () => stop() });
  return { stop };
}

describe.skipIf(await lacksRedis('7.0.15'))('a LiteLLM 1.104.2 whose circuit breaker has been open for long', () => {
  it.each([
    ['no password', undefined, 'NOAUTH'],
    ['a wrong password', 'not the password', 'WRONGPASS'],
  ])('is known to come with %s, from the first tick of an exporter that starts into it', async (_, password, refusal) => {
    const redis = await startRedis({ release: '7.0.15', args: PROTECTED });
    const gateway = await broken({ port: redis.port, ...(password !== undefined && { password }) });
    const { probed, tick } = watch(gateway, redis);
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'redis_auth', cachePing: 503 });
    expect(status.evidence).toMatch(new RegExp(`\\(${refusal}\\) each of the 4 times that /cache/ping was asked`));
    expect(probed.steps.filter(({ name }) => name === 'metrics')).toEqual([]);

    pingWithoutPassword(redis.port, 5_000);
    await eventually(async () => (await tick()).cause === 'redis_auth');

    await redis.command('CONFIG', 'SET', 'requirepass', '');
    expect((await tick()).cause).not.toBe('redis_auth');
    await gateway.stop();
  });

  it('is not said to be refused because others are, while it looks for a Redis that is not there', async () => {
    const redis = await startRedis({ release: '7.0.15', args: PROTECTED });
    const gateway = await broken({ port: await freePort() });
    for (const apart of [1_000, 200, 80, 10]) {
      const stranger = pingWithoutPassword(redis.port, apart);
      const { tick } = watch(gateway, redis);
      for (let count = 0; count < 3; count += 1) {
        const { verdict, cause, evidence } = await tick();
        expect({ verdict, cause }, `one every ${apart} ms: ${evidence}`).toEqual({ verdict: 'memory_only', cause: 'undetermined' });
      }
      stranger.stop();
    }
    await gateway.stop();
  });
});

describe.skipIf(await lacksRedis('7.0.15'))('the newest LiteLLM, whose circuit breaker stays open after a refused login', () => {
  it('is known by its silence while its users chat, and works again after a restart of its workers', async () => {
    const redis = await startRedis({ release: '7.0.15', args: PROTECTED });
    const key = 'sk-the-key-of-this-gateway-77c2a1';
    const started = (port?: number) =>
      startGateway({
        ...(port !== undefined && { port }),
        redis: { port: redis.port, password: PASSWORD },
        env: { LITELLM_MASTER_KEY: key },
      });
    const gateway = await started();
    const { probed, tick, becomes } = watch({ ...gateway, apiKey: key }, redis, {
      // A gateway that is slow to answer /cache/ping is not asked it any more: the canary tells the same.
      canaries: [{ name: 'litellm', password: Secret.of(PASSWORD) }],
    });
    for (let good = 0; good < 3; good++) await becomes('working');
    const users = chatting({ url: gateway.url, apiKey: key });
    try {
      await redis.command('CONFIG', 'SET', 'requirepass', 'another password');
      await redis.command('CLIENT', 'KILL', 'USER', 'default');
      await eventually(async () => (await tick()).cause === 'redis_auth', 60_000);
      await redis.command('CONFIG', 'SET', 'requirepass', PASSWORD);
      const status = await eventually(async () => {
        const now = await tick();
        return now.cause === 'breaker_open' && now;
      }, 60_000);
      expect(status.verdict).toBe('memory_only');
      expect(status.evidence).toMatch(
        /^The gateway has not used Redis in \d+ rounds of pairs, although Redis has been fine since .* UTC \(\d+ s\): it (answered its \/cache\/ping|accepted its credential litellm), .* restart the workers of the gateway, which heals it\./,
      );
      expect(probed.value('llm.cache.cause', { cause: 'breaker_open' })).toBe(1);
    } finally {
      users.stop();
    }
    await gateway.stop();
    const restarted = await started(gateway.port);
    expect((await becomes('working')).cause).toBe('none');
    await restarted.stop();
  }, 300_000);
});

/** Users of a gateway that send a new chat all the time. */
function chatting({ url, apiKey }: { url: string; apiKey: string }): { stop(): void } {
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    const body = JSON.stringify({ model: 'cache-probe', messages: [{ role: 'user', content: `a chat of users, ${count}` }] });
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body })
      .then((answer) => answer.arrayBuffer())
      .catch(() => undefined);
  }, 400);
  const stop = () => clearInterval(timer);
  open.push({ close: async () => stop() });
  return { stop };
}
