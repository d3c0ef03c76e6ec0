import { versionOf } from '../collectors/server.ts';
import type { RedisFailure } from '../model/redis.ts';
import type { TargetStatus } from '../model/status.ts';
import { type Info, parseFlag } from '../redis/info.ts';
import { parseKeyspace, total } from '../redis/keyspace.ts';
import type { TargetState } from '../redis/target.ts';

/** What the page shows of a server. */
export type TargetFacts = Pick<
  TargetStatus,
  'version' | 'role' | 'keys' | 'usedMemoryBytes' | 'maxMemoryBytes' | 'maxMemoryPolicy' | 'evictedKeys'
>;

/** The facts for the page, from INFO. */
export function factsOf(info: Info): TargetFacts {
  return {
    version: versionOf(info),
    role: wordOf(info, 'replication', 'role'),
    keys: total(parseKeyspace(info)?.map(({ keys }) => keys) ?? [undefined]),
    usedMemoryBytes: info.count('memory', 'used_memory'),
    maxMemoryBytes: info.count('memory', 'maxmemory') || undefined,
    maxMemoryPolicy: wordOf(info, 'memory', 'maxmemory_policy'),
    evictedKeys: info.count('stats', 'evicted_keys'),
  };
}

/** The facts for a verdict, from the outcome of a tick and from INFO where it was read. */
export function stateOf(outcome: { at: number; up: boolean; failure: RedisFailure | undefined }, info: Info | undefined): TargetState {
  if (info === undefined) return outcome;
  const saved = info.text('persistence', 'rdb_last_bgsave_status');
  return {
    ...outcome,
    runId: wordOf(info, 'server', 'run_id'),
    version: versionOf(info),
    loading: parseFlag(info.text('persistence', 'loading')),
    role: wordOf(info, 'replication', 'role'),
    maxmemory: info.count('memory', 'maxmemory'),
    maxmemoryPolicy: wordOf(info, 'memory', 'maxmemory_policy'),
    bgsaveOk: saved === 'ok' ? true : saved === 'err' ? false : undefined,
  };
}

/** A server's word that may be shown: short, without anything that could be markup or a control character. */
function wordOf(info: Info, section: string, field: string): string | undefined {
  const word = info.text(section, field);
  return word !== undefined && /^[0-9A-Za-z._-]{1,64}$/.test(word) ? word : undefined;
}
