import { COMMAND, type Command } from '../../model/redis.ts';
import { type Info, parseCount, parsePairs } from './info.ts';

/** What a server did with one command since it started or its statistics were reset. */
export interface CommandStats {
  /** What the server does not count (`rejected` and `failed` before Redis 6.2), or not as a number, is undefined. */
  calls: number | undefined;
  seconds: number | undefined;
  rejected: number | undefined;
  failed: number | undefined;
}

/**
 * INFO commandstats by allow-listed command, all of them; subcommands (`client|list`) count for their command.
 * Undefined where the server does not show the section, or more of it than any server has: which of it would be missing is not known.
 */
export function parseCommandStats(info: Info): Record<Command, CommandStats> | undefined {
  if (!info.has('commandstats')) return undefined;
  const lines = [...info.section('commandstats')].filter(([field]) => field.startsWith('cmdstat_'));
  if (lines.length > MAX_COMMANDS) return undefined;
  const counts = lines.map(([field, value]) => ({ command: commandOf(field.slice('cmdstat_'.length)), pairs: parsePairs(value) }));
  const zero = (name: string) => (lines.length === 0 || counts.some(({ pairs }) => pairs.has(name)) ? 0 : undefined);
  const start: CommandStats = { calls: 0, seconds: 0, rejected: zero('rejected_calls'), failed: zero('failed_calls') };
  const stats = Object.fromEntries(COMMAND.map((command) => [command, { ...start }])) as Record<Command, CommandStats>;
  for (const { command, pairs } of counts) {
    const entry = stats[command];
    const sum = (known: number | undefined, name: string) => addKnown(known, parseCount(pairs.get(name) ?? '0'));
    entry.calls = sum(entry.calls, 'calls');
    const microseconds = addKnown(entry.seconds && entry.seconds * 1e6, parseCount(pairs.get('usec') ?? '0'));
    entry.seconds = microseconds && Math.round(microseconds) / 1e6;
    entry.rejected = sum(entry.rejected, 'rejected_calls');
    entry.failed = sum(entry.failed, 'failed_calls');
  }
  return stats;
}

/** A sum, of which nothing is known where one part is not. */
function addKnown(sum: number | undefined, part: number | undefined): number | undefined {
  return sum === undefined || part === undefined ? undefined : sum + part;
}

/** Redis 8 has 450 commands and subcommands, with modules some 600. */
const MAX_COMMANDS = 4_096;

/** Calls of AUTH and HELLO that failed; undefined where the server does not count them. */
export function refusedLogins(info: Info): number | undefined {
  const stats = parseCommandStats(info);
  return stats?.auth.failed === undefined || stats.hello.failed === undefined ? undefined : stats.auth.failed + stats.hello.failed;
}

/** The allow-listed command that a name of the server's counts for. */
export function commandOf(name: string): Command {
  const command = name.split('|', 1)[0];
  return COMMAND.find((known) => known === command) ?? 'other';
}
