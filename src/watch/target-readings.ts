import { REJECTION, type Rejection } from '../model/redis.ts';
import { parseCommandStats, refusedLogins } from '../redis/commandstats.ts';
import { parseErrorStats } from '../redis/errorstats.ts';
import type { Info } from '../redis/info.ts';

/** A number for each kind of refusal; undefined for those that a server does not show. */
export type Refusals = Record<Rejection, number | undefined>;

/** The counters of a server that the ledger follows. */
export interface Reading {
  runId: string | undefined;
  uptime: number;
  commands: number;
  /** Which counters tell: a reading from others is no continuation. */
  source: 'errors' | 'access' | 'logins' | 'nothing';
  refusals: Refusals;
  /** Calls of AUTH that failed, in whatever words. */
  failedAuth: number | undefined;
}

/**
 * Reads the counters of refusals: those of errors by prefix, else those of the ACL (7.2 and later), which do not
 * count NOAUTH, else the logins that failed. What a server does not count or hides is undefined.
 */
export function readRefusals(info: Info): Reading {
  const errors = parseErrorStats(info);
  const isOff = errors.ERRORSTATS_DISABLED !== undefined && errors.ERR === undefined;
  const counts = info.has('errorstats') && !isOff;
  const denied = (reason: string) => info.number('stats', `acl_access_denied_${reason}`);
  const [auth, ...rights] = [denied('auth'), denied('cmd'), denied('key'), denied('channel')];
  const logins = refusedLogins(info);
  const source = counts ? 'errors' : auth !== undefined ? 'access' : logins !== undefined ? 'logins' : 'nothing';
  const refusals: Record<Reading['source'], Refusals> = {
    errors: { WRONGPASS: errors.WRONGPASS, NOAUTH: errors.NOAUTH, NOPERM: errors.NOPERM },
    access: { WRONGPASS: auth, NOAUTH: undefined, NOPERM: rights.reduce<number>((sum, count) => sum + (count ?? 0), 0) },
    logins: { WRONGPASS: logins, NOAUTH: undefined, NOPERM: undefined },
    nothing: { WRONGPASS: undefined, NOAUTH: undefined, NOPERM: undefined },
  };
  return {
    runId: info.text('server', 'run_id'),
    uptime: info.number('server', 'uptime_in_seconds') ?? 0,
    commands: info.number('stats', 'total_commands_processed') ?? 0,
    source,
    refusals: refusals[source],
    failedAuth: parseCommandStats(info)?.auth.failed,
  };
}

/** How a reading continues the one before: its counters go on, began again at 0 (CONFIG RESETSTAT, a restart), or are another server's. */
export type Continuity = 'first' | 'same' | 'reset' | 'restarted' | 'another server';

/** Seconds by which the uptime of a restarted server may exceed the time since the last reading. */
const UPTIME_SLACK = 2;

/** `seconds` is the time between the two readings. */
export function continuity(before: Reading, now: Reading, seconds: number): Continuity {
  if (before.runId !== now.runId) return now.uptime <= seconds + UPTIME_SLACK ? 'restarted' : 'another server';
  const decreased =
    now.commands < before.commands || REJECTION.some((rejection) => (now.refusals[rejection] ?? 0) < (before.refusals[rejection] ?? 0));
  return decreased && now.source === before.source ? 'reset' : 'same';
}

/**
 * By how much each kind of refusal grew; undefined where it is not known. An AUTH that failed without being counted
 * as WRONGPASS was refused in other words: by a server without a password, or one that takes no user name.
 */
export function increases(before: Reading | undefined, now: Reading, since: Continuity): Refusals {
  const starts = since === 'reset' || since === 'restarted';
  const comparable = before !== undefined && since !== 'first' && since !== 'another server' && before.source === now.source;
  const grown = (old: number | undefined, count: number | undefined) =>
    count === undefined ? undefined : !comparable ? 0 : starts ? count : Math.max(0, count - (old ?? count));
  const refusals: Refusals = {
    WRONGPASS: grown(before?.refusals.WRONGPASS, now.refusals.WRONGPASS),
    NOAUTH: grown(before?.refusals.NOAUTH, now.refusals.NOAUTH),
    NOPERM: grown(before?.refusals.NOPERM, now.refusals.NOPERM),
  };
  const failed = grown(before?.failedAuth, now.failedAuth) ?? 0;
  if (refusals.WRONGPASS !== undefined) refusals.WRONGPASS = Math.max(refusals.WRONGPASS, failed);
  return refusals;
}
