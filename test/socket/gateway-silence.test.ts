import { createHash, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answering } from '../support/hostile-gateway.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((watch) => watch.close()));
});

/**
 * A gateway of LiteLLM 1.110.2 whose circuit breaker is open: it answers chats from its memory, asks no Redis for a
 * completion, and sends one PING to its Redis for each `/cache/ping`, as a real one does.
 */
async function stuck(redis: Pick<RunningRedis, 'port'>) {
  const memory = new Map<string, string>();
  const asked = { pings: 0 };
  const url = await answering((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      if (request.url?.startsWith('/health')) return void response.end('{"cache":"redis","litellm_version":"1.110.2"}');
      if (request.url === '/metrics/') return void response.writeHead(404).end();
      if (request.url === '/cache/ping') {
        asked.pings += 1;
        const socket = connect(redis.port, '127.0.0.1', () => socket.write('PING\r\n'));
        socket.on('error', () => response.writeHead(503).end('{}'));
        return void socket.on('data', () => {
          socket.destroy();
          response.end(JSON.stringify({ cache_type: 'redis', litellm_cache_params: JSON.stringify({ type: 'redis', namespace: null }) }));
        });
      }
      const known = request.url?.includes('chat') ? memory.get(text) : undefined;
      const id = known ?? randomUUID();
      memory.set(text, id);
      if (known !== undefined) response.setHeader('x-litellm-cache-key', createHash('sha256').update(text).digest('hex'));
      response.setHeader('x-litellm-version', '1.110.2');
      response.end(JSON.stringify({ id, created: 1, choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } }));
    });
  });
  return { url, asked };
}

function watch(url: string, redis: RunningRedis) {
  const watched = watchTarget(targetConfig(redis.url, { interval: 60_000 }));
  const probed = watchGateway(gatewayConfig(url, { redis: 'cache', interval: 60_000, overhead: 1 }), watched.target);
  open.push(watched.watch, probed.watch);
  return inTurn(watched, probed);
}

describe.skipIf(await lacksRedis('7.0.15'))('an exporter that starts beside a gateway with an open breaker', () => {
  it('names it after some rounds, by the PINGs that Redis counts', async () => {
    const redis = await startRedis({ release: '7.0.15' });
    const { url } = await stuck(redis);
    const { tick } = watch(url, redis);
    const causes = [];
    for (let round = 0; round < 5; round += 1) causes.push((await tick()).cause);
    expect(causes.slice(0, 2)).toEqual(['undetermined', 'undetermined']);
    const status = await tick();
    expect(status).toMatchObject({ verdict: 'memory_only', cause: 'breaker_open', cachePing: 200 });
    expect(status.evidence).toContain('restart the workers of the gateway');
  });

  it('does not name it where the pings go to another Redis, and gives up to ask', async () => {
    const [redis, other] = [await startRedis({ release: '7.0.15' }), await startRedis({ release: '7.0.15' })];
    const { url, asked } = await stuck(other);
    const { tick } = watch(url, redis);
    const causes = new Set<string>();
    for (let round = 0; round < 6; round += 1) causes.add((await tick()).cause);
    expect(causes).toEqual(new Set(['undetermined']));
    const before = asked.pings;
    await tick();
    expect(asked.pings - before).toBeLessThanOrEqual(1);
  });
});
