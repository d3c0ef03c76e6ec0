import { randomBytes } from 'node:crypto';
import { type Alerting, type AlertingOptions, startAlerting } from '../../dev/alerting.ts';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import { type RunningGateway, startGateway } from '../../dev/gateway.ts';
import { freePort } from '../../dev/process.ts';
import type { Progress } from '../../dev/progress.ts';
import { type RunningRedis, startRedis } from '../../dev/redis.ts';
import { aclRules } from '../../src/collectors/acl/acl.ts';

/** A gateway that caches in a Redis, each with a user and a password of its own there. */
export interface Cached {
  redis: RunningRedis;
  gateway: RunningGateway;
  /** The files with the passwords and the key that the configuration of an exporter names. */
  files: Record<string, string>;
  /** Gives the gateway's user another password, and drops its connections, as a rotation does that forgot the gateway. */
  rotate(): Promise<void>;
  /** Gives the gateway's user its password back. */
  restore(): Promise<void>;
  /** Asks the gateway as a user would. */
  ask(prompt: string): Promise<void>;
  stop(): Promise<void>;
}

/** An exporter that watches, and the way from its metrics to the page. */
export interface Watch extends Alerting {
  exporter: RunningExporter;
}

/** `recoverySeconds` is how long the circuit breaker of the gateway keeps it from its Redis; 60 is LiteLLM's default. */
export async function startCached(
  progress: Progress,
  { redisArguments = [], recoverySeconds = 2 }: { redisArguments?: readonly string[]; recoverySeconds?: number } = {},
): Promise<Cached> {
  const [everybody, password, exporterPassword] = [randomPassword(), randomPassword(), randomPassword()];
  const redis = await startRedis({ args: ['--requirepass', everybody, ...redisArguments], progress });
  const setPassword = (text: string) => redis.command('ACL', 'SETUSER', 'litellm', 'resetpass', `>${text}`);
  try {
    await redis.command('ACL', 'SETUSER', 'litellm', 'on', '~*', '&*', '+@all');
    await setPassword(password);
    await redis.command('ACL', 'SETUSER', 'exporter', ...aclRules(redis.release), `>${exporterPassword}`);
    // Passwords are refused and accepted again here, and the breaker of newer releases stays open after that.
    const gateway = await startGateway({
      release: '1.106.0',
      redis: { port: redis.port, username: 'litellm', password },
      env: { REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT: String(recoverySeconds) },
      progress,
    });
    const headers = { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' };
    return {
      redis,
      gateway,
      files: { 'exporter-password': exporterPassword, 'litellm-password': password, 'litellm-key': gateway.apiKey },
      async rotate() {
        await setPassword(randomPassword());
        await redis.command('CLIENT', 'KILL', 'USER', 'litellm');
      },
      async restore() {
        await setPassword(password);
      },
      async ask(prompt) {
        const body = JSON.stringify({ model: 'cache-probe', messages: [{ role: 'user', content: prompt }] });
        const answer = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body });
        await answer.arrayBuffer();
      },
      async stop() {
        await gateway.stop();
        await redis.stop();
      },
    };
  } catch (error) {
    await redis.stop();
    throw error;
  }
}

/** Starts an exporter with that interval for its target, and everything between it and a page. `gateways` are names for the one gateway. */
export async function watch(
  { redis, gateway, files }: Cached,
  {
    interval = '1s',
    probes = interval,
    gateways = ['litellm'],
    ...options
  }: Omit<AlertingOptions, 'exporter'> & { probes?: string; gateways?: readonly string[] } = {},
): Promise<Watch> {
  const port = await freePort();
  const config = {
    redis: [
      {
        name: 'cache',
        url: redis.url,
        username: 'exporter',
        password_file: 'exporter-password',
        interval,
        canaries: [{ name: 'litellm', username: 'litellm', password_file: 'litellm-password' }],
      },
    ],
    gateways: gateways.map((name) => ({
      name,
      url: gateway.url,
      api_key_file: 'litellm-key',
      redis: 'cache',
      model: 'cache-probe',
      price_per_pair_usd: 0,
      interval: probes,
    })),
  };
  const exporter = await startExporter(port, config, files);
  try {
    const alerting = await startAlerting({ exporter: `127.0.0.1:${port}`, interval, ...options });
    return {
      ...alerting,
      exporter,
      async stop() {
        await alerting.stop();
        await exporter.stop();
      },
    };
  } catch (error) {
    await exporter.stop();
    throw error;
  }
}

function randomPassword(): string {
  return randomBytes(12).toString('hex');
}
