import { combinations, type Sample } from '../../catalogue/sample.ts';
import type { Series } from '../../catalogue/series.ts';
import { type AclReason, REJECTION, type Rejection } from '../../model/redis.ts';
import type { Target } from '../../redis/connection/target.ts';
import { ACL_LOG, ACL_LOG_ALL, type AclEntry } from '../../redis/replies/acl-log.ts';
import type { Info } from '../../redis/replies/info.ts';
import type { Query } from '../../redis/replies/query.ts';
import { createAclLogMemory, type FreshRefusals } from './acl-log.ts';
import { createLookups } from './lookups.ts';
import { createOwnAccount } from './own.ts';
import { continuity, increases, type Reading, type Refusals, readRefusals } from './readings.ts';

type Counts = Record<Rejection, number>;

/** What one reading showed of others: their look-ups, how often they were refused since the last one, and who they were as far as ACL LOG tells. */
interface AttributedReading {
  samples: Sample[];
  counts: Counts;
  refusals: FreshRefusals[];
}

/** The server's counters of refusals and key look-ups, told apart from what this daemon caused. */
export interface RefusalAttribution {
  /** Which form of ACL LOG the next scrape should ask. */
  aclQuery(): Query<AclEntry[]>;
  /** Counts what this daemon caused since the last call; due at the end of every tick. */
  countOwn(): void;
  /** Counts what others caused; `at` is milliseconds of a clock that does not jump. */
  read(info: Info, entries: readonly AclEntry[] | undefined, at: number): AttributedReading;
  /** Refusals of others since the first reading; undefined where the server does not show its counters. */
  others(): Refusals;
}

/** Entries that one reading of ACL LOG gives at most; when all are new, there may be more. */
const SHORT_LOG = 10;

/** Starts without a baseline; what this daemon causes is counted from 0, what others cause from the first reading that tells. */
export function createRefusalAttribution(target: Target, series: Series): RefusalAttribution {
  const { own } = target;
  const counted: Counts = none();
  const total: Refusals = { WRONGPASS: undefined, NOAUTH: undefined, NOPERM: undefined };
  const usernames = new Set([target.credential, ...target.config.canaries].map(({ username }) => username ?? 'default'));
  const aclLog = createAclLogMemory();
  const account = createOwnAccount(target);
  let longLog = true;
  let knowsLog = false;
  let before: { reading: Reading; uncounted: Counts; unexplained: Counts; at: number } | undefined;
  const lookups = createLookups(own);
  for (const labels of combinations('redis.auth.rejections', { origin: 'own' })) series.add('redis.auth.rejections', labels, 0);

  function read(info: Info, entries: readonly AclEntry[] | undefined, at: number): AttributedReading {
    const reading = readRefusals(info);
    const since = before === undefined ? 'first' : continuity(before.reading, reading, (at - before.at) / 1_000);
    const { caused, awaited } = account.read(reading.runId, reading.failedAuth !== undefined || reading.source === 'logins');
    if (since === 'another server') aclLog.forget();
    if (since === 'restarted') aclLog.startOver();
    const { refusals, exporters } = entries === undefined ? { refusals: [], exporters: 0 } : readAclLog(entries, at, caused);
    const grown = increases(before?.reading, reading, since);
    const counts = none();
    const uncounted = none();
    const unexplained = none();
    for (const rejection of REJECTION) {
      const delta = (grown[rejection] ?? 0) + (since === 'same' ? (before?.unexplained[rejection] ?? 0) : 0);
      const known =
        caused[rejection] + (rejection === 'NOPERM' ? exporters : 0) + (since === 'same' ? (before?.uncounted[rejection] ?? 0) : 0);
      const rest = Math.max(0, delta - known);
      // What another target of this process is being told at this moment is in the server's count first.
      unexplained[rejection] = Math.min(rest, awaited);
      counts[rejection] = rest - unexplained[rejection];
      uncounted[rejection] = since === 'same' ? Math.max(0, known - delta) : 0;
      if (grown[rejection] === undefined) continue;
      total[rejection] = (total[rejection] ?? 0) + counts[rejection];
      series.add('redis.auth.rejections', { 'error.type': rejection, origin: 'others' }, counts[rejection]);
    }
    before = { reading, uncounted, unexplained, at };
    return { samples: lookups.read(info, since === 'same'), counts, refusals };
  }

  /** Counts what is new in ACL LOG and gives the share of others, and how many refusals other exporters caused. */
  function readAclLog(entries: readonly AclEntry[], at: number, caused: Counts): { refusals: FreshRefusals[]; exporters: number } {
    if (!knowsLog) for (const labels of combinations('redis.acl.log.entries', {})) series.add('redis.acl.log.entries', labels, 0);
    knowsLog = true;
    const fresh = aclLog.read(entries, at);
    longLog = fresh.length >= SHORT_LOG && !longLog;
    let ownAuth = caused.WRONGPASS;
    let ownDenied = caused.NOPERM;
    let exporters = 0;
    const refusals = fresh.flatMap((refusal) => {
      const isAuth = refusal.reason === 'auth';
      const ours = usernames.has(refusal.username) ? Math.min(refusal.count, isAuth ? ownAuth : ownDenied) : 0;
      if (isAuth) ownAuth -= ours;
      else ownDenied -= ours;
      const rest = refusal.count - ours;
      const theirs = refusal.exporter ? 0 : rest;
      if (refusal.exporter && !isAuth) exporters += rest;
      count(refusal.reason, refusal.count - theirs, theirs);
      return theirs > 0 ? [{ ...refusal, count: theirs }] : [];
    });
    return { refusals, exporters };
  }

  function count(reason: AclReason, ours: number, theirs: number): void {
    series.add('redis.acl.log.entries', { reason, origin: 'own' }, ours);
    series.add('redis.acl.log.entries', { reason, origin: 'others' }, theirs);
  }

  return {
    aclQuery: () => (longLog ? ACL_LOG_ALL : ACL_LOG),
    countOwn: () => {
      for (const rejection of REJECTION) {
        series.add('redis.auth.rejections', { 'error.type': rejection, origin: 'own' }, own[rejection] - counted[rejection]);
        counted[rejection] = own[rejection];
      }
    },
    read,
    others: () => ({ ...total }),
  };
}

function none(): Counts {
  return { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 };
}
