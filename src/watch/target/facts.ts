import { member } from '../../collectors/server.ts';
import { MAXMEMORY_POLICY, ROLE } from '../../model/redis.ts';
import type { TargetStatus } from '../../model/status.ts';
import type { Info } from '../../redis/replies/info.ts';
import { parseKeyspace, sumOfKnown } from '../../redis/replies/keyspace.ts';
import { versionOf } from '../../redis/replies/releases.ts';

/** What the page shows of a server. */
export type TargetFacts = Pick<
  TargetStatus,
  'version' | 'role' | 'keys' | 'usedMemoryBytes' | 'maxMemoryBytes' | 'maxMemoryPolicy' | 'evictedKeys'
>;

/** The facts for the page, from INFO. */
export function factsOf(info: Info): TargetFacts {
  return {
    version: versionOf(info),
    role: roleOf(info),
    keys: sumOfKnown(parseKeyspace(info)?.map(({ keys }) => keys) ?? [undefined]),
    usedMemoryBytes: info.count('memory', 'used_memory'),
    maxMemoryBytes: info.count('memory', 'maxmemory') || undefined,
    maxMemoryPolicy: policyOf(info),
    evictedKeys: info.count('stats', 'evicted_keys'),
  };
}

/** Of a server's words only those of a closed set are shown: it may give back what it was sent. */
function roleOf(info: Info): string | undefined {
  const role = info.text('replication', 'role');
  return role === undefined ? undefined : member(ROLE, role);
}

/** The id of the run of a server; undefined where it tells none, or what is none. */
export function runIdOf(info: Info): string | undefined {
  const id = info.text('server', 'run_id');
  return id !== undefined && /^[0-9A-Za-z._-]{1,64}$/.test(id) ? id : undefined;
}

function policyOf(info: Info): string | undefined {
  const policy = info.text('memory', 'maxmemory_policy');
  return policy === undefined ? undefined : member(MAXMEMORY_POLICY, policy);
}
