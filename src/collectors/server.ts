import { sample, states } from '../catalogue/sample.ts';
import { MAXMEMORY_POLICY, MODE, type Mode, ROLE, type Server } from '../model/redis.ts';
import { type Info, parseFlag } from '../redis/replies/info.ts';
import { INFO } from '../redis/replies/query.ts';
import { collector } from './collector.ts';

/** What a server is. */
export const server = collector({
  name: 'server',
  metrics: ['redis.info', 'redis.role', 'redis.uptime', 'redis.loading'],
  queries: { info: INFO },
  read: ({ info }) => {
    const policy = info.text('memory', 'maxmemory_policy');
    const role = info.text('replication', 'role');
    const uptime = info.count('server', 'uptime_in_seconds');
    const loading = parseFlag(info.text('persistence', 'loading'));
    const labels = {
      server: kindOf(info),
      version: versionOf(info) ?? 'other',
      'redis.version': version(info.text('server', 'redis_version')) ?? 'other',
      'redis.mode': modeOf(info),
      maxmemory_policy: member(MAXMEMORY_POLICY, policy),
    };
    return [
      sample('redis.info', labels, 1),
      ...(role === undefined ? [] : states('redis.role', {}, member(ROLE, role))),
      ...(uptime === undefined ? [] : [sample('redis.uptime', {}, uptime)]),
      ...(loading === undefined ? [] : [sample('redis.loading', {}, Number(loading))]),
    ];
  },
});

/** How a server runs; Valkey 9 calls it `server_mode`. */
export function modeOf(info: Info): Mode {
  return member(MODE, info.text('server', 'redis_mode') ?? info.text('server', 'server_mode'));
}

/** The fields of INFO in which servers that speak as Redis does give their own version; KeyDB gives none. */
const OWN_VERSIONS = ['valkey_version', 'dragonfly_version', 'garnet_version', 'keydb_version', 'kvrocks_version'] as const;

/** Which server it is: Valkey names itself (8.0), others by a version of their own or the name of their program. */
function kindOf(info: Info): Server {
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
  return version(info.text('server', own ?? 'redis_version'));
}

/** `8.2.3`, `7.4.0-rc1`, `255.255.255`, `df-v1.30.0`. Any other text could be a secret that a server gives back. */
const VERSION =
  /^(?:df-)?v?\d{1,4}(?:\.\d{1,4}){0,3}(?:[.+-]?(?:v|rc|m|alpha|beta|dev|post|stable|unstable|release|patch)[.-]?\d{0,3}){0,2}$/;

function version(text: string | undefined): string | undefined {
  return text !== undefined && VERSION.test(text) ? text : undefined;
}

/** The member of a closed set that a server names, `other` where it names none. */
export function member<T extends string>(set: readonly (T | 'other')[], text: string | undefined): T | 'other' {
  return set.find((known) => known === text) ?? 'other';
}
