import { statusText } from '../src/cli/report.ts';
import type { Status } from '../src/model/status.ts';
import type { RunningExporter } from './exporter.ts';
import type { RunningGateway } from './gateway.ts';
import type { RunningRedis } from './redis.ts';

/** What the demo started. */
export interface Stack {
  redis: RunningRedis;
  gateway: RunningGateway;
  exporter: RunningExporter;
}

/** How often the server refused a command because its client had not authenticated. */
export async function refusals(redis: RunningRedis): Promise<number> {
  const text = String(await redis.command('INFO', 'errorstats'));
  return Number(/^errorstat_NOAUTH:count=(\d+)/m.exec(text)?.[1] ?? 0);
}

/** What the exporter says of the incident, and what the gateway and Redis say; `before` is the earlier count of refusals. */
export async function incidentText({ redis, gateway, exporter }: Stack, before: number): Promise<string> {
  const text = await exporter.metrics();
  const current = (name: string, label: string) =>
    new RegExp(`^${name}\\{[^}]*${label}="(\\w+)"[^}]*\\} 1$`, 'm').exec(text)?.[1] ?? 'unknown';
  const ping = await fetch(`${gateway.url}/health/readiness`);
  await ping.arrayBuffer();
  const status: Status = JSON.parse(await (await fetch(`${exporter.url}/api/v1/status`)).text());
  return [
    statusText(status, { color: false }),
    'The incident: cache_params name the right host, port and password; REDIS_URL in the environment wins and has no password.',
    `  /health/readiness of the gateway   ${ping.status}`,
    `  verdict                            ${current('llm_cache_verdict', 'verdict')}`,
    `  cause                              ${current('llm_cache_cause', 'cause')}`,
    `  NOAUTH refusals of the Redis       +${(await refusals(redis)) - before} since the gateway is up`,
    '',
  ].join('\n');
}

/** What runs where, where to look and how to break it. */
export function stackText({ redis, gateway, exporter }: Stack): string {
  const row = (name: string, release: string, { port, pid }: { port: number; pid: number }) =>
    `  ${name.padEnd(9)} ${release.padEnd(8)} port ${String(port).padEnd(6)} pid ${pid}`;
  return [
    'Started:',
    row('Redis', redis.release, redis),
    row('LiteLLM', gateway.release, gateway),
    row('exporter', 'source', exporter),
    '',
    'Look:',
    `  ${exporter.url}/         status page`,
    `  ${exporter.url}/metrics  what Prometheus scrapes`,
    `  ${exporter.configFile}  its configuration`,
    '',
    'Break it, and look again:',
    `  kill ${redis.pid}         Redis dies: duplicates on /v1/chat still hit, from the memory of the gateway`,
    `  kill -STOP ${redis.pid}   Redis hangs (kill -CONT ${redis.pid} wakes it)`,
    `  kill ${gateway.pid}         the gateway dies`,
    '',
  ].join('\n');
}
