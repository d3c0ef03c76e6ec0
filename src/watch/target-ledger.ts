import { combinations, type Sample } from '../catalogue/sample.ts';
import type { Series } from '../catalogue/series.ts';
import { type AclReason, REJECTION, type Rejection } from '../model/redis.ts';
import { ACL_LOG, ACL_LOG_ALL, type AclEntry } from '../redis/acl-log.ts';
import { parseErrorStats } from '../redis/errorstats.ts';
import type { Info } from '../redis/info.ts';
import type { Query } from '../redis/query.ts';
import type { Target } from '../redis/target.ts';
import { type FreshRefusals, rememberAclLog } from './target-acl-log.ts';
import { followLookups } from './target-lookups.ts';

type Tally = Record<Rejection, number>;

/** What one reading showed of others: their look-ups, how often they were refused since the last one, and who they were as far as ACL LOG tells. */
export interface Entry {
  samples: Sample[];
  counts: Tally;
  refusals: FreshRefusals[];
}

/** The server's counters of refusals and key look-ups, told apart from what this daemon caused. */
export interface Ledger {
  /** Which form of ACL LOG the next scrape should ask. */
  aclQuery(): Query<AclEntry[]>;
  /** Counts what this daemon caused since the last call; due at the end of every tick. */
  countOwn(): void;
  /** Counts what others caused; `at` is milliseconds of a clock that does not jump. */
  read(info: Info, entries: readonly AclEntry[] | undefined, at: number): Entry;
  /** Refusals of others since the first reading. */
  others(): Tally;
}

/** Entries that one reading of ACL LOG gives at most; when all are new, there may be more. */
const SHORT_LOG = 10;

/** Seconds by which the uptime of a restarted server may exceed the time since the last reading. */
const UPTIME_SLACK = 2;

/** Starts without a baseline; its counters exist at 0 from then on. */
export function openLedger(target: Target, series: Series): Ledger {
  const { own } = target;
  const counted: Tally = { ...none() };
  const total: Tally = { ...none() };
  const usernames = new Set([target.credential, ...target.config.canaries].map(({ username }) => username ?? 'default'));
  const aclLog = rememberAclLog();
  let longLog = true;
  let before: { reading: Reading; own: Tally; debt: Tally; at: number } | undefined;
  const lookups = followLookups(own);
  for (const labels of combinations('redis.auth.rejections', {})) series.add('redis.auth.rejections', labels, 0);
  for (const labels of combinations('redis.acl.log.entries', {})) series.add('redis.acl.log.entries', labels, 0);

  function read(info: Info, entries: readonly AclEntry[] | undefined, at: number): Entry {
    const reading = readingOf(info);
    const since = before === undefined ? 'first' : continuity(before.reading, reading, (at - before.at) / 1_000);
    const ownDelta = tally((rejection) => own[rejection] - (before?.own[rejection] ?? own[rejection]));
    const counts = none();
    const debt = none();
    for (const rejection of REJECTION) {
      const delta = increase(before?.reading, reading, rejection, since);
      const caused = ownDelta[rejection] + (since === 'same' ? (before?.debt[rejection] ?? 0) : 0);
      counts[rejection] = Math.max(0, delta - caused);
      debt[rejection] = since === 'same' ? Math.max(0, caused - delta) : 0;
      total[rejection] += counts[rejection];
      series.add('redis.auth.rejections', { 'error.type': rejection, origin: 'others' }, counts[rejection]);
    }
    if (since === 'another server') aclLog.forget();
    if (since === 'restarted') aclLog.startOver();
    const refusals = entries === undefined ? [] : readAclLog(entries, at, ownDelta);
    before = { reading, own: pick(own), debt, at };
    return { samples: lookups.read(info, since === 'same'), counts, refusals };
  }

  /** Counts what is new in ACL LOG and gives the share of others. */
  function readAclLog(entries: readonly AclEntry[], at: number, ownDelta: Tally): FreshRefusals[] {
    const fresh = aclLog.read(entries, at);
    longLog = fresh.length >= SHORT_LOG && !longLog;
    let ownAuth = ownDelta.WRONGPASS;
    let ownDenied = ownDelta.NOPERM;
    return fresh.flatMap((refusal) => {
      const isAuth = refusal.reason === 'auth';
      const mine = usernames.has(refusal.username) ? Math.min(refusal.count, isAuth ? ownAuth : ownDenied) : 0;
      if (isAuth) ownAuth -= mine;
      else ownDenied -= mine;
      const theirs = refusal.count - mine;
      count(refusal.reason, mine, theirs);
      return theirs > 0 ? [{ ...refusal, count: theirs }] : [];
    });
  }

  function count(reason: AclReason, mine: number, theirs: number): void {
    series.add('redis.acl.log.entries', { reason, origin: 'own' }, mine);
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

/** The counters of a server that the ledger follows. */
interface Reading {
  runId: string | undefined;
  uptime: number;
  commands: number;
  /** Whether errorstats stopped counting, so that the ACL counters have to do. */
  fallback: boolean;
  refusals: Tally;
}

function readingOf(info: Info): Reading {
  const errors = parseErrorStats(info.section('errorstats'));
  const fallback = errors.ERRORSTATS_DISABLED !== undefined && errors.ERR === undefined;
  const denied = (reason: string) => info.number('stats', `acl_access_denied_${reason}`) ?? 0;
  return {
    runId: info.text('server', 'run_id'),
    uptime: info.number('server', 'uptime_in_seconds') ?? 0,
    commands: info.number('stats', 'total_commands_processed') ?? 0,
    fallback,
    refusals: fallback
      ? { WRONGPASS: denied('auth'), NOAUTH: 0, NOPERM: denied('cmd') + denied('key') + denied('channel') }
      : tally((rejection) => errors[rejection] ?? 0),
  };
}

/** How a reading continues the one before: its counters go on, began again at 0 (CONFIG RESETSTAT, a restart), or are another server's. */
type Continuity = 'first' | 'same' | 'reset' | 'restarted' | 'another server';

function continuity(before: Reading, now: Reading, seconds: number): Continuity {
  if (before.runId !== now.runId) return now.uptime <= seconds + UPTIME_SLACK ? 'restarted' : 'another server';
  const decreased = now.commands < before.commands || REJECTION.some((rejection) => now.refusals[rejection] < before.refusals[rejection]);
  return decreased && now.fallback === before.fallback ? 'reset' : 'same';
}

function increase(before: Reading | undefined, now: Reading, rejection: Rejection, since: Continuity): number {
  if (before === undefined || since === 'first' || since === 'another server' || before.fallback !== now.fallback) return 0;
  return since === 'reset' || since === 'restarted' ? now.refusals[rejection] : now.refusals[rejection] - before.refusals[rejection];
}

function none(): Tally {
  return { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 };
}

function pick({ WRONGPASS, NOAUTH, NOPERM }: Tally): Tally {
  return { WRONGPASS, NOAUTH, NOPERM };
}

function tally(count: (rejection: Rejection) => number): Tally {
  return { WRONGPASS: count('WRONGPASS'), NOAUTH: count('NOAUTH'), NOPERM: count('NOPERM') };
}
