import { REJECTION, type Rejection } from '../../model/redis.ts';
import { parseCommandStats, refusedLogins } from '../../redis/replies/commandstats.ts';
import { parseErrorStats, readDenials } from '../../redis/replies/errorstats.ts';
import type { Info } from '../../redis/replies/info.ts';

/** A number for each kind of refusal; undefined for those that a server does not show. */
export type Refusals = Record<Rejection, number | undefined>;

/** The counters of a server that the attribution of refusals follows. */
export interface Reading {
  runId: string | undefined;
  uptime: number | undefined;
  commands: number | undefined;
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
  const denied = readDenials(info);
  const logins = refusedLogins(info);
  const source = counts ? 'errors' : denied.WRONGPASS !== undefined ? 'access' : logins !== undefined ? 'logins' : 'nothing';
  const refusals: Record<Reading['source'], Refusals> = {
    errors: { WRONGPASS: errors.WRONGPASS, NOAUTH: errors.NOAUTH, NOPERM: errors.NOPERM },
    access: { WRONGPASS: denied.WRONGPASS, NOAUTH: undefined, NOPERM: denied.NOPERM },
    logins: { WRONGPASS: logins, NOAUTH: undefined, NOPERM: undefined },
    nothing: { WRONGPASS: undefined, NOAUTH: undefined, NOPERM: undefined },
  };
  return {
    runId: info.text('server', 'run_id'),
    uptime: info.count('server', 'uptime_in_seconds'),
    commands: info.count('stats', 'total_commands_processed'),
    source,
    refusals: refusals[source],
    failedAuth: parseCommandStats(info)?.auth.failed,
  };
}

/** How a reading continues the one before: its counters go on, began again at 0 (CONFIG RESETSTAT, a restart), or are another server's. */
export type Continuity = 'first' | 'same' | 'reset' | 'restarted' | 'another server';

/** Seconds by which the uptime of a restarted server may exceed the time since the last reading. */
const UPTIME_SLACK = 2;

/** Where the run id is hidden, as behind a proxy that may lead to several servers, the uptime tells whether it is the same one. */
function goesOn(before: Reading, now: Reading, seconds: number): boolean {
  if (now.runId !== undefined) return true;
  if (before.uptime === undefined || now.uptime === undefined) return before.uptime === now.uptime;
  return Math.abs(now.uptime - before.uptime - seconds) <= UPTIME_SLACK;
}

/** `seconds` is the time between the two readings. */
export function continuity(before: Reading, now: Reading, seconds: number): Continuity {
  if (before.runId !== now.runId || !goesOn(before, now, seconds))
    return now.uptime !== undefined && now.uptime <= seconds + UPTIME_SLACK ? 'restarted' : 'another server';
  const decreased =
    (now.commands ?? Infinity) < (before.commands ?? 0) ||
    REJECTION.some((rejection) => (now.refusals[rejection] ?? Infinity) < (before.refusals[rejection] ?? 0));
  if (!decreased || now.source !== before.source) return 'same';
  return now.runId === undefined && now.uptime === undefined ? 'another server' : 'reset';
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
