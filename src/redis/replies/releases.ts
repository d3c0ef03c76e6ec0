import type { Server } from '../../model/redis.ts';
import { compareVersions, parseVersion, type Version } from '../../source/version.ts';
import type { Info } from './info.ts';

/**
 * Which release a server is, for what it understands. Valkey counts by its own versions: its `redis_version` is 7.2.4 for ever. Any
 * other server that speaks as Redis does counts by the release of Redis that it says it is compatible with.
 */
export interface Release {
  server: Server;
  version: Version;
}

/** The first releases that have something; a server that is not named has it in no release. Valkey began with 7.2. */
export interface Since {
  redis?: Version;
  valkey?: Version;
}

/** What is asked of a server that hides its version. */
export const OLDEST: Release = { server: 'other', version: [6, 2, 0] };
const FIRST_VALKEY: Version = [7, 2, 0];

/** Whether a release has something. */
export function isSince({ server, version }: Release, { redis, valkey }: Since): boolean {
  const least = server === 'valkey' ? valkey : redis;
  return least !== undefined && compareVersions(version, least) >= 0;
}

/** The release of a server by its INFO; the oldest one where it does not tell, or tells what is no version. */
export function releaseOf(info: Info): Release {
  const server = serverOf(info);
  if (server === 'valkey') return { server, version: parseVersion(versionOf(info) ?? '') ?? FIRST_VALKEY };
  const version = parseVersion(info.text('server', 'redis_version') ?? '');
  return version === undefined ? OLDEST : { server, version };
}

/** The release in a text for people, `8.2.3` or `valkey-9.1.2`. */
export function releaseNamed(name: string): Release {
  const [, valkey, text = ''] = /^(valkey-)?(.*)$/s.exec(name) ?? [];
  const version = parseVersion(text);
  return version === undefined ? OLDEST : { server: valkey === undefined ? 'redis' : 'valkey', version };
}

/** The fields of INFO in which servers that speak as Redis does give their own version; KeyDB gives none. */
const OWN_VERSIONS = ['valkey_version', 'dragonfly_version', 'garnet_version', 'keydb_version', 'kvrocks_version'] as const;

/** Which server it is: Valkey names itself (8.0), others by a version of their own or the name of their program. */
export function serverOf(info: Info): Server {
  const own = OWN_VERSIONS.find((field) => info.text('server', field) !== undefined);
  if (own === 'valkey_version' || info.text('server', 'server_name') === 'valkey') return 'valkey';
  if (own !== undefined || info.text('server', 'server_name') !== undefined) return 'other';
  const program = info.text('server', 'executable')?.split('/').at(-1) ?? '';
  if (/keydb|dragonfly|garnet|kvrocks/i.test(program)) return 'other';
  return info.text('server', 'redis_version') === undefined ? 'other' : 'redis';
}

/** The version of a server, its own where it speaks as Redis does without being one; undefined where it is no version. */
export function versionOf(info: Info): string | undefined {
  const own = OWN_VERSIONS.find((field) => info.text('server', field) !== undefined);
  return shownVersion(info.text('server', own ?? 'redis_version'));
}

/** The release of Redis that a server says it is compatible with; undefined where it is no version. */
export function redisVersionOf(info: Info): string | undefined {
  return shownVersion(info.text('server', 'redis_version'));
}

/** `8.2.3`, `7.4.0-rc1`, `255.255.255`, `df-v1.30.0`. Any other text could be a secret that a server gives back. */
const VERSION =
  /^(?:df-)?v?\d{1,4}(?:\.\d{1,4}){0,3}(?:[.+-]?(?:v|rc|m|alpha|beta|dev|post|stable|unstable|release|patch)[.-]?\d{0,3}){0,2}$/;

function shownVersion(text: string | undefined): string | undefined {
  return text !== undefined && VERSION.test(text) ? text : undefined;
}
