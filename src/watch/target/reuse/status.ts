import type { Census } from '../../../model/census.ts';
import { KEY_LOSS, type KeyLoss, type ReuseGroup } from '../../../model/reuse.ts';
import type { TargetStatus } from '../../../model/status.ts';
import { adviceOf, type ServerFacts } from '../../../reuse/advice.ts';
import { avoidableShare, basisOf, curveOf, type ServerCounts } from '../../../reuse/curve.ts';
import type { GroupCounts } from '../../../reuse/group.ts';

/** What the status of a namespace is made of. */
export interface GroupParts {
  gateways: readonly string[];
  counts: GroupCounts;
  scale: number;
  watchedMs: number;
  server: ServerCounts;
  facts: TargetStatus | undefined;
}

/** What the page shows of the reuse of the answers of one namespace. */
export function groupStatus({ gateways, counts, scale, watchedMs, server, facts }: GroupParts): ReuseGroup {
  const basis = basisOf(counts, scale, server);
  const answers = answersOf(facts?.census);
  const { sums, early, ttlSeconds } = counts;
  const avoidable = avoidableShare(counts, scale, basis);
  const group = {
    gateway: gateways[0] ?? '',
    gateways,
    watchedSeconds: watchedMs / 1_000,
    sampledKeys: counts.first,
    sampledWrites: sums.x,
    writes: basis.writes,
    isChecked: basis.isChecked,
    ...(ttlSeconds !== undefined && { ttlSeconds }),
    earlyShare: sharesOf(early, sums.x),
    ...(avoidable !== undefined && { avoidableShare: avoidable }),
    curve: curveOf(counts, scale, watchedMs, basis, answers.entryBytes),
  };
  return { ...group, advice: adviceOf(group, { ...serverFacts(facts), ...answers }) };
}

function sharesOf(counts: Readonly<Record<KeyLoss, number>>, writes: number): Record<KeyLoss, number> {
  const shares: Record<KeyLoss, number> = { expired: 0, evicted: 0, deleted: 0, flushed: 0, alive: 0, unknown: 0 };
  for (const loss of KEY_LOSS) shares[loss] = writes === 0 ? 0 : counts[loss] / writes;
  return shares;
}

function answersOf(census: Census | undefined): Pick<ServerFacts, 'withoutTtl' | 'answerBytes' | 'entryBytes'> {
  const answers = census?.classes.find((one) => one.class === 'response_or_key_hash');
  if (answers === undefined || answers.keys === 0) return { withoutTtl: undefined, answerBytes: undefined, entryBytes: undefined };
  return { withoutTtl: answers.withoutTtl / answers.keys, answerBytes: answers.bytes, entryBytes: answers.bytes / answers.keys };
}

function serverFacts(status: TargetStatus | undefined): Pick<ServerFacts, 'usedBytes' | 'limitBytes' | 'policy'> {
  return { usedBytes: status?.usedMemoryBytes, limitBytes: status?.maxMemoryBytes, policy: status?.maxMemoryPolicy };
}
