import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningExporter, startExporter } from '../../dev/exporter.ts';
import { type GatewayRelease, type RunningGateway, startGateway } from '../../dev/gateway.ts';
import { freePort } from '../../dev/process.ts';
import type { Progress } from '../../dev/progress.ts';
import { hasBehaviour } from '../../src/litellm/releases.ts';
import { readingOf } from '../gauntlet/reading.ts';
import { type Server, startServer } from '../gauntlet/server.ts';
import { configOf, usualSettings } from '../gauntlet/settings.ts';
import { TROUBLES, type TroubleName } from './trouble.ts';

/** What users of the gateway send: pairs of identical requests, of these routes. */
export const TRAFFIC = ['completions', 'chat', 'completions and chat'] as const;
type Traffic = (typeof TRAFFIC)[number];

/** One recovery that is measured. */
export interface Case {
  trouble: TroubleName;
  traffic: Traffic;
  /** REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT of the gateway, in seconds. */
  recovery: number;
  /** An exporter probes the gateway as well, every 2 s. */
  exporter: boolean;
}

/** How a gateway found back to its Redis. */
export interface Recovery extends Case {
  release: GatewayRelease;
  /** Seconds from the end of the trouble until its users had the cache in Redis again; undefined where they had not within `patience`. */
  seconds: number | undefined;
  patience: number;
  /** What the exporter said last, `memory_only breaker_open`; undefined without one. */
  verdict: string | undefined;
}

/** How long the trouble lasts, and the time between two pairs of users. */
const TROUBLE_MS = 8_000;
const PACE_MS = 1_500;
const REQUEST_MS = 20_000;
const RESPONSE_KEY = /(?:^|:)[0-9a-f]{64}$/;

const PATHS = { completions: ['completions'], chat: ['chat'], 'completions and chat': ['completions', 'chat'] } as const;

/** How long a recovery is waited for, in seconds: twice what a breaker needs, and some rounds. */
function patienceOf({ recovery }: Pick<Case, 'recovery'>): number {
  return 2 * recovery + 35;
}

/**
 * Measures recoveries on a release, each on a gateway whose cache works before. Starts a Redis and gateways of its own on
 * the loopback interface. Rejects when a gateway does not start or its cache does not work before.
 */
export async function measureRecovery(release: GatewayRelease, cases: readonly Case[], progress: Progress): Promise<Recovery[]> {
  const server = await startServer();
  const found: Recovery[] = [];
  let gateway: { running: RunningGateway; recovery: number } | undefined;
  try {
    for (const one of cases) {
      if (gateway?.recovery !== one.recovery) {
        await gateway?.running.stop();
        gateway = { running: await gatewayOf(release, server, one.recovery, progress), recovery: one.recovery };
      }
      const recovery = await measure(gateway.running, server, one);
      found.push({ ...one, release, ...recovery });
      progress(`${release}: ${sentenceOf({ ...one, release, ...recovery })}`);
      // Where the breaker may stay open, what one case leaves would be counted in the next one.
      if (recovery.seconds === undefined || hasBehaviour(release, 'breaker_stays_open') === true) {
        await gateway.running.stop();
        gateway = undefined;
      }
    }
    return found;
  } finally {
    await gateway?.running.stop();
    await server.close();
  }
}

/** One recovery in words. */
export function sentenceOf({ trouble, traffic, recovery, exporter, seconds, patience, verdict }: Recovery): string {
  const after = seconds === undefined ? `not within ${patience} s` : `${seconds.toFixed(1)} s`;
  const beside = exporter ? `, with the exporter (${verdict})` : '';
  return `${trouble}, ${traffic}, recovery ${recovery} s${beside}: ${after}`;
}

function gatewayOf(release: GatewayRelease, { port, passwords }: Server, recovery: number, progress: Progress): Promise<RunningGateway> {
  return startGateway({
    release,
    redis: { port, username: 'litellm', password: passwords.litellm },
    config: {
      model_list: [{ model_name: 'cache-probe', litellm_params: { model: 'openai/cache-probe', api_key: 'none', mock_response: 'ok' } }],
      router_settings: { num_retries: 0 },
    },
    env: { REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT: String(recovery) },
    progress,
  });
}

async function measure(gateway: RunningGateway, server: Server, one: Case): Promise<Pick<Recovery, 'seconds' | 'patience' | 'verdict'>> {
  const patience = patienceOf(one);
  const trouble = TROUBLES[one.trouble];
  if ((await untilCached(gateway, server, one.traffic, 60_000)) === undefined)
    throw new Error(`the cache of the gateway does not serve ${one.traffic} before the trouble; read the log of the gateway`);
  const exporter = one.exporter ? await exporterOf(gateway, server) : undefined;
  try {
    await trouble.begin(server);
    const began = performance.now();
    while (performance.now() - began < TROUBLE_MS) await pairs(gateway, one.traffic);
    await trouble.end(server);
    const seconds = await untilCached(gateway, server, one.traffic, patience * 1_000);
    const said = exporter && readingOf(await exporter.metrics());
    return { seconds, patience, verdict: said && `${said.verdict} ${said.cause}` };
  } finally {
    await exporter?.stop();
  }
}

/** Sends pairs until the cache in Redis serves them, and gives the seconds; undefined where it does not in time. */
async function untilCached(gateway: RunningGateway, server: Server, traffic: Traffic, patience: number): Promise<number | undefined> {
  const start = performance.now();
  const before = new Set(await responseKeys(server));
  while (performance.now() - start < patience) {
    const hits = await pairs(gateway, traffic);
    const isWritten = (await responseKeys(server)).some((key) => !before.has(key));
    // The duplicate of a chat hits in the memory of the worker; that of a completion only in Redis.
    if (traffic === 'chat' ? isWritten : hits.completions) return (performance.now() - start) / 1000;
  }
  return undefined;
}

/** Keys of answers of users. The exporter's own have its name before them. */
async function responseKeys(server: Server): Promise<string[]> {
  const keys = await server.command('KEYS', '*').catch(() => []);
  return Array.isArray(keys) ? keys.map(String).filter((key) => RESPONSE_KEY.test(key) && !key.includes('lce-probe-')) : [];
}

/** Sends one pair of each route, one after the other, and waits for the next turn; tells which duplicates were the same answer. */
async function pairs(gateway: RunningGateway, traffic: Traffic): Promise<Record<'completions' | 'chat', boolean>> {
  const hits = { completions: false, chat: false };
  for (const route of PATHS[traffic]) {
    const prompt = randomUUID();
    const [first, duplicate] = [await ask(gateway, route, prompt), await ask(gateway, route, prompt)];
    hits[route] = first !== undefined && first === duplicate;
  }
  await sleep(PACE_MS);
  return hits;
}

/** The id of the answer; undefined where there was none. */
async function ask({ url, apiKey }: RunningGateway, route: 'completions' | 'chat', prompt: string): Promise<string | undefined> {
  const path = route === 'chat' ? 'chat/completions' : 'completions';
  const question = route === 'chat' ? { messages: [{ role: 'user', content: prompt }] } : { prompt };
  try {
    const answer = await fetch(`${url}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'cache-probe', ...question }),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const body: unknown = await answer.json();
    return typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string' ? body.id : undefined;
  } catch {
    return undefined;
  }
}

async function exporterOf(gateway: RunningGateway, server: Server): Promise<RunningExporter> {
  const usual = usualSettings(server, gateway);
  const config = configOf({ ...usual, gateway: { ...usual.gateway, interval: '2s', timeout: '1500ms' } });
  return startExporter(await freePort(), config, { key: gateway.apiKey, 'exporter-password': server.passwords.exporter });
}
