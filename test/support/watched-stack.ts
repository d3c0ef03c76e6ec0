import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import type { RunningGateway } from '../../dev/gateway.ts';
import type { RunningJaeger } from '../../dev/jaeger.ts';
import { freePort } from '../../dev/process.ts';
import type { RunningPrometheus } from '../../dev/prometheus.ts';
import { aclRules, censusRules } from '../../src/collectors/acl/acl.ts';
import { startGateway } from './gateway.ts';
import { startJaeger } from './jaeger.ts';
import { forThisFile } from './lifetime.ts';
import { startPrometheus } from './prometheus.ts';
import { type RunningRedis, startRedis } from './redis.ts';

/** Two names for one model: what tells the requests of users from those of the probes is the name that they ask for. */
const MODELS = [
  ['cache-probe', 0.15],
  ['assistant', 0.2],
] as const;

/** A whole installation that is watched: all of it real, every second, and pairs every other one. */
export interface WatchedStack {
  redis: RunningRedis;
  gateway: RunningGateway;
  exporter: RunningExporter;
  prometheus: RunningPrometheus;
  jaeger: RunningJaeger;
  /** Lets users ask the gateway questions that repeat until `done`, or until so many milliseconds are over. */
  use(done: () => boolean | Promise<boolean>, most: number): Promise<void>;
  /**
   * Changes the password that LiteLLM uses and drops its connections, as a rotation that nobody told the
   * gateway. The server also stands still for a moment, somebody asks it without a password, and the
   * exporter is told to load a configuration that it has to refuse.
   */
  rotate(): Promise<void>;
}

/**
 * Starts a Redis with a replica and a user for the exporter, a LiteLLM with metrics, a Jaeger, the exporter and a
 * Prometheus that scrapes both. Beside the gateway the exporter watches one that is not there, and beside
 * the Redis the same one with a wrong password: what is broken on purpose has something to show.
 */
export async function startWatchedStack(rules: readonly string[]): Promise<WatchedStack> {
  const limits = ['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru', '--latency-monitor-threshold', '5'];
  const redis = await startRedis({ args: ['--requirepass', 'first', '--enable-debug-command', 'yes', ...limits] });
  const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${redis.port}`, '--masterauth', 'first'] });
  for (const server of [redis, replica]) {
    await server.command('ACL', 'SETUSER', 'exporter', ...aclRules(server.release), ...censusRules(), '>watch');
  }
  await redis.command('SET', 'forever', 'kept');
  const model_list = MODELS.map(([name, delay]) => ({
    model_name: name,
    litellm_params: { model: 'openai/one-model', api_key: 'none', mock_response: 'ok', mock_delay: delay },
  }));
  const metrics = { callbacks: ['prometheus'], service_callback: ['prometheus_system'], require_auth_for_metrics_endpoint: false };
  const [jaeger, gateway] = await Promise.all([
    startJaeger(),
    // Its password is refused for a while, and its breaker has to close again.
    startGateway({ release: '1.104.2', redis: { port: redis.port, password: 'first' }, config: { model_list, litellm_settings: metrics } }),
  ]);
  const [port, nobody] = [await freePort(), await freePort()];
  const target = { url: redis.url, interval: '1s', username: 'exporter', password_file: 'watch' };
  const probed = {
    api_key_file: 'key',
    model: 'cache-probe',
    price_per_pair_usd: 0.0005,
    daily_budget_usd: 400,
    interval: '2s',
    timeout: '1900ms',
  };
  const config = {
    redis: [
      { name: 'cache', ...target, census: { interval: '10s' }, canaries: [{ name: 'litellm', password_file: 'first' }] },
      { name: 'replica', ...target, url: replica.url },
      { name: 'forgotten', ...target, password_file: 'wrong' },
    ],
    gateways: [
      { name: 'production', url: gateway.url, redis: 'cache', routes: ['completions', 'chat_stream'], expect: { ttl: '120s' }, ...probed },
      { name: 'staging', url: `http://127.0.0.1:${nobody}`, redis: 'cache', ...probed },
    ],
    traces: { endpoint: jaeger.otlp },
  };
  const files = { watch: 'watch', first: 'first', wrong: 'wrong', key: gateway.apiKey };
  const exporter = await forThisFile(startExporter(port, config, files));
  const scrape = { 'litellm-cache-exporter': `127.0.0.1:${port}`, litellm: `127.0.0.1:${gateway.port}` };
  const prometheus = await startPrometheus({ scrape, rules });

  async function question(number: number): Promise<void> {
    const body = JSON.stringify({ model: 'assistant', messages: [{ role: 'user', content: `question ${number}` }] });
    const headers = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body });
    await answer.arrayBuffer();
  }

  let asked = 0;
  return {
    redis,
    gateway,
    exporter,
    prometheus,
    jaeger,
    async use(done, most) {
      const end = performance.now() + most;
      while (performance.now() < end && !(await done())) {
        asked += 1;
        await Promise.all([question(Math.floor(asked / 5)), sleep(250)]);
      }
    },
    async rotate() {
      await redis.command('CONFIG', 'SET', 'requirepass', 'second');
      await redis.command('CLIENT', 'KILL', 'USER', 'default');
      await redis.command('DEBUG', 'SLEEP', '0.02');
      await askWithoutPassword(redis.port);
      await appendFile(exporter.configFile, 'redis: nothing\n');
      process.kill(exporter.pid, 'SIGHUP');
    },
  };
}

async function askWithoutPassword(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  socket.write('GET something\r\n');
  await once(socket, 'data');
  socket.destroy();
}
