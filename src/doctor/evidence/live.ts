import { isIPv6 } from 'node:net';
import { redisUrl } from '../../config/address.ts';
import type { GatewayConfig, ServerConfig, TlsConfig } from '../../config/effective.ts';
import { createGateway } from '../../litellm/gateway.ts';
import { type Health, readHealth } from '../../litellm/health.ts';
import { createTarget } from '../../redis/connection/connect.ts';
import { RedisError } from '../../redis/connection/failure.ts';
import type { Target } from '../../redis/connection/target.ts';
import { parseInfo } from '../../redis/replies/info.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { Problem } from '../../source/problem.ts';
import type { ComposeService, Live, Resolution } from '../setup.ts';

/** How long one peer may take, milliseconds. */
const TIMEOUT_MS = 3_000;

/** What was seen, and why the rest was not. */
export interface Inspected<T> {
  seen: T | undefined;
  notes: readonly Problem[];
}

/**
 * Asks the Redis of a resolution, with its credential, for the sections server, memory and clients of INFO,
 * and whether it answers a PING without any. Nothing else is sent; what cannot be had is a note.
 */
export async function inspectRedis(resolution: Resolution, signal: AbortSignal): Promise<Inspected<Live['redis']>> {
  const config = targetOf(resolution);
  if (config === undefined)
    return { seen: undefined, notes: [{ path: '--live', message: 'the address of Redis is not known; it was not asked' }] };
  const target = createTarget(config);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const [facts, open] = await Promise.allSettled([readFacts(target, limited), answersAnyone(target, limited)]);
  const answersWithoutPassword = open.status === 'fulfilled' ? open.value : undefined;
  if (facts.status === 'fulfilled') return { seen: { ...facts.value, answersWithoutPassword }, notes: [] };
  const reason = facts.reason instanceof RedisError ? facts.reason.message : 'no answer';
  return { seen: { answersWithoutPassword }, notes: [{ path: '--live', message: `Redis at ${target.address}: ${reason}` }] };
}

async function readFacts(target: Target, signal: AbortSignal): Promise<NonNullable<Live['redis']>> {
  const redis = await target.open(target.credential, signal);
  try {
    const replies = await target.askAll(
      redis,
      [
        ['INFO', 'server'],
        ['INFO', 'memory'],
        ['INFO', 'clients'],
      ],
      signal,
    );
    const [server, memory, clients] = replies.map((reply) => parseInfo(reply.ok ? reply.value : ''));
    return {
      version: server?.text('server', 'redis_version'),
      maxmemory: memory?.number('memory', 'maxmemory'),
      policy: memory?.text('memory', 'maxmemory_policy'),
      maxclients: clients?.number('clients', 'maxclients'),
      clustered: server?.text('server', 'redis_mode') === 'cluster',
    };
  } finally {
    redis.disconnect();
  }
}

/** True where a PING without a credential is answered, false where the server wants one. */
async function answersAnyone(target: Target, signal: AbortSignal): Promise<boolean | undefined> {
  const redis = await target.dial(signal);
  try {
    const [reply] = await target.askAll(redis, [['PING']], signal);
    if (reply === undefined) return undefined;
    return reply.ok ? reply.value === 'PONG' : reply.error.prefix === 'NOAUTH' ? false : undefined;
  } finally {
    redis.disconnect();
  }
}

/** The target that a resolution names; undefined where its address is computed or missing. */
function targetOf({ settings }: Resolution): ServerConfig | undefined {
  const text = (name: string) => settings.find((setting) => setting.name === name)?.value?.reveal();
  const secret = (name: string) => settings.find((setting) => setting.name === name)?.value;
  const base = {
    name: 'live',
    interval: TIMEOUT_MS,
    timeout: TIMEOUT_MS,
    canaries: [],
    tls: tlsOf(text),
    username: text('username'),
    password: secret('password'),
  };
  const url = text('url');
  if (url !== undefined) {
    const parsed = redisUrl().safeParse(url);
    return parsed.success ? { ...base, ...parsed.data } : undefined;
  }
  const scheme = text('ssl') === 'true' ? 'rediss' : 'redis';
  const master = text('service_name');
  const sentinels = nodesOf(text('sentinel_nodes'));
  if (master !== undefined && sentinels.length > 0)
    return { ...base, sentinel: { master, nodes: sentinels, password: secret('sentinel_password') } };
  const host = text('host');
  const [node = host && `${isIPv6(host) ? `[${host}]` : host}:${text('port') ?? 6379}`] = nodesOf(text('startup_nodes'));
  const database = text('startup_nodes') === undefined ? (text('db') ?? 0) : 0;
  const parsed = redisUrl().safeParse(`${scheme}://${node}/${database}`);
  const isAddress = node !== undefined && !node.includes('@') && parsed.success;
  return isAddress ? { ...base, address: parsed.data.address } : undefined;
}

function tlsOf(text: (name: string) => string | undefined): TlsConfig {
  return { insecure_skip_verify: /^(none|false)$/i.test(text('ssl_cert_reqs') ?? ''), ca_file: text('ssl_ca_certs') };
}

/** `host:port` of the nodes of a cluster or of Sentinels, as they are written in JSON. */
function nodesOf(json: string | undefined): string[] {
  const pairs = json?.matchAll(/(?:\[|"host":)"([^"]+)",(?:"port":)?"?(\d+)/g) ?? [];
  return [...pairs].map(([, host = '', port]) => `${isIPv6(host) ? `[${host}]` : host}:${port}`);
}

/** Asks the gateway that a compose service of LiteLLM publishes for its version and the type of its cache. */
export async function inspectGateway(
  services: readonly ComposeService[],
  clock: Clock,
  signal: AbortSignal,
): Promise<Inspected<Live['gateway']>> {
  const port = services.flatMap(({ ports }) => ports).find(({ published }) => /^\d+$/.test(published ?? ''));
  if (port === undefined)
    return { seen: undefined, notes: [{ path: '--live', message: 'no compose file publishes the gateway; it was not asked' }] };
  const url = `http://${port.host === '0.0.0.0' || port.host === '::' ? '127.0.0.1' : port.host}:${port.published}`;
  const config: GatewayConfig = {
    name: 'live',
    url,
    model: '',
    routes: [],
    interval: TIMEOUT_MS,
    timeout: TIMEOUT_MS,
    ttl: 0,
    expect: { cache: 'redis' },
    daily_budget_usd: 0,
    overhead: 0,
    cache_ping: 'off',
  };
  const watcher = { started: () => undefined, finished: () => undefined };
  const unanswered = (why: string): Inspected<Live['gateway']> => ({
    seen: undefined,
    notes: [{ path: '--live', message: `the gateway at ${url} gave no answer (${why})` }],
  });
  const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  let health: Health;
  try {
    health = await readHealth(createGateway(config, clock, watcher), limited);
  } catch (error) {
    // All questions together took too long, or the user has interrupted them: no fault of this program.
    if (!limited.aborted) throw error;
    return unanswered(signal.aborted ? 'interrupted' : 'timeout');
  }
  if (health.failure !== undefined) return unanswered(health.failure);
  return { seen: { version: health.version, cacheType: health.cacheType }, notes: [] };
}
