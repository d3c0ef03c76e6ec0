import type { CacheType, GatewayFailure } from '../model/cache.ts';
import { sanitizeVersion } from './cache-markers.ts';
import { type CacheSettings, cacheType, readCachePing } from './cache-ping.ts';
import { failed, type Gateway, type Reply } from './gateway.ts';
import { at, parseJson } from './json.ts';

/** What a gateway says of itself without any request to a model. */
export interface Health {
  /** Why the liveness endpoint does not answer 200; undefined when it does. */
  failure: GatewayFailure | undefined;
  /** What to do about that, where more is known than the class tells. */
  advice?: string | undefined;
  /** The readiness endpoint answers 200; it looks at the database, never at Redis. */
  ready: boolean;
  version: string | undefined;
  /** Undefined where the gateway does not tell, or not with this key. */
  cacheType: CacheType | undefined;
}

/** The status of `GET /cache/ping` (undefined when there was no answer) and the settings that it shows. */
export interface CachePing {
  status: number | undefined;
  settings: CacheSettings;
}

/**
 * Asks liveness and readiness. From 1.84.0 on version and cache type are in the authenticated details
 * endpoint, which is asked when the public one does not tell.
 */
export async function readHealth(gateway: Gateway, signal: AbortSignal): Promise<Health> {
  const live = await gateway.send({ method: 'GET', path: '/health/liveliness', authenticated: false, question: 'liveness' }, signal);
  if (failed(live)) return { failure: live.failure, advice: live.advice, ready: false, version: undefined, cacheType: undefined };
  const question = 'readiness';
  const readiness = await gateway.send({ method: 'GET', path: '/health/readiness', authenticated: false, question }, signal);
  const open = readDetails(readiness);
  if (open.cacheType !== undefined) return { failure: undefined, ready: !failed(readiness), ...open };
  const details = await gateway.send({ method: 'GET', path: '/health/readiness/details', authenticated: true, question }, signal);
  return { failure: undefined, ready: !failed(readiness), ...readDetails(details) };
}

/** Two monotonic times in milliseconds: when `/cache/ping` is given up, and when nothing is waited for any more. */
export interface PingLimits {
  giveUp: number;
  until: number;
}

/**
 * Asks `/cache/ping`. Its body can hold a password: nothing but the read settings leaves this function. LiteLLM goes on
 * with a question that was given up, and its worker answers nobody meanwhile (1.104 and later before a cluster: 6 to
 * 15 s). So liveness is asked then, and its time is booked as that of the ping: what it costs is known, and no pair of
 * this tick waits for the exporter's own question.
 */
export async function pingCache(gateway: Gateway, { giveUp, until }: PingLimits, signal: AbortSignal): Promise<CachePing> {
  const question = 'cache_ping';
  const reply = await gateway.send({ method: 'GET', path: '/cache/ping', authenticated: true, until: giveUp, question }, signal);
  if (failed(reply) && reply.failure === 'timeout')
    await gateway.send({ method: 'GET', path: '/health/liveliness', authenticated: false, until, question }, signal);
  return { status: reply.status, settings: readCachePing(reply.body ?? '') };
}

function readDetails(reply: Reply): Pick<Health, 'version' | 'cacheType'> {
  const body = parseJson(reply.body ?? '');
  const cache = at(body, 'cache');
  return { version: sanitizeVersion(at(body, 'litellm_version')), cacheType: cache === null ? 'none' : cacheType(cache) };
}
