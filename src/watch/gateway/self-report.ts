import type { CacheSettings } from '../../litellm/cache-ping.ts';
import type { CachePing, Health } from '../../litellm/health.ts';
import type { CacheType, NotAsked } from '../../model/cache.ts';
import { isRedis } from '../../verdict/verdicts.ts';

/** What a gateway says of itself, as the last questions left it. Settings are kept while later answers do not show them. */
export interface SelfReport {
  readonly health?: Health | undefined;
  readonly version?: string | undefined;
  readonly settings?: CacheSettings | undefined;
  /** The status of `/cache/ping`; undefined where it was not asked, or not answered. */
  readonly cachePing?: number | undefined;
  /** Why `/cache/ping` was not asked the last time; undefined when it was. */
  readonly pingNotAsked?: NotAsked | undefined;
}

/** The settings without which pairs are misread. */
const SETTINGS_THAT_CHANGE_PAIRS = ['namespace', 'defaultOff'] as const satisfies readonly (keyof CacheSettings)[];

/** Nothing was asked yet. */
export const NO_REPORT: SelfReport = {};

/** Whether the gateway answers. */
export function isUp({ health }: SelfReport): boolean {
  return health !== undefined && health.failure === undefined;
}

/** The type of the gateway's cache. One that does not name a type is local and says so in its health; its settings say redis all the same. */
export function cacheTypeOf({ health, settings, pingNotAsked }: SelfReport): CacheType {
  const isOff = settings?.off === true && (pingNotAsked === undefined || health?.cacheType === undefined || health.cacheType === 'none');
  return isOff ? 'none' : (health?.cacheType ?? settings?.cacheType ?? 'unknown');
}

/** The gateway's namespace: as it says, else as it is configured; null for none, undefined when it is not known. */
export function namespaceOf({ settings }: SelfReport, configured: string | undefined): string | null | undefined {
  return settings?.namespace === undefined ? configured : settings.namespace;
}

/**
 * Takes in its health. A gateway that is down may come back with other settings; those that `/cache/ping` will not tell
 * again (`forGood`) are kept, unless they say that there is no cache at all, which is the first thing that a restart changes.
 */
export function withHealth(report: SelfReport, health: Health, forGood: boolean): SelfReport {
  const version = health.version ?? report.version;
  if (health.failure === undefined) return { ...report, health, version };
  const settings = report.settings?.off || !forGood ? undefined : report.settings;
  return { ...report, health, settings, version: undefined, cachePing: undefined };
}

/** Takes in an answer to `/cache/ping`. */
export function withPing(report: SelfReport, { status, settings }: CachePing): SelfReport {
  const tells = settings.off || settings.cacheType !== undefined;
  return { ...report, cachePing: status, settings: tells ? settings : report.settings, pingNotAsked: undefined };
}

/** Takes in that `/cache/ping` was not asked: what it answered before does not count any more. */
export function withoutPing(report: SelfReport, reason = report.pingNotAsked): SelfReport {
  return { ...report, cachePing: undefined, pingNotAsked: reason };
}

/** Takes in a version that an answer carried. */
export function withVersion(report: SelfReport, version: string | undefined): SelfReport {
  return version === undefined ? report : { ...report, version };
}

/** Whether `/cache/ping` answers 200 and did not before. */
export function pingRecovered(before: SelfReport, after: SelfReport): boolean {
  return after.cachePing === 200 && before.cachePing !== undefined && before.cachePing !== 200;
}

/** Whether the answer to `/cache/ping` changed; an answer that is missing is no change. */
export function pingChanged(before: SelfReport, after: SelfReport): boolean {
  return differ(before.cachePing, after.cachePing);
}

/** Whether the cache is another one than before. A type that a gateway tells for the first time, or no longer, is no change. */
export function cacheReplaced(before: SelfReport, after: SelfReport): boolean {
  const [from, to] = [cacheTypeOf(before), cacheTypeOf(after)];
  return from !== 'unknown' && to !== 'unknown' && from !== to;
}

/**
 * Whether the settings of the cache changed, so that pairs which were built for the ones before are misread. A gateway
 * without a cache in Redis is judged by its settings alone.
 */
export function settingsChanged(before: SelfReport, after: SelfReport): boolean {
  if (!isRedis(cacheTypeOf(after))) return false;
  return cacheReplaced(before, after) || SETTINGS_THAT_CHANGE_PAIRS.some((name) => differ(before.settings?.[name], after.settings?.[name]));
}

function differ<T>(before: T | undefined, after: T | undefined): boolean {
  return before !== undefined && after !== undefined && before !== after;
}
