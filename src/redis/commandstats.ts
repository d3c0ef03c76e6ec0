import { COMMAND, type Command } from '../model/redis.ts';
import { type Info, parseNumber, parsePairs } from './info.ts';

/** What a server did with one command since it started or its statistics were reset. */
export interface CommandStats {
  calls: number;
  seconds: number;
  /** Undefined for a server that does not count them (before Redis 6.2). */
  rejected: number | undefined;
  failed: number | undefined;
}

/**
 * INFO commandstats by allow-listed command, all of them; subcommands (`client|list`) count for their command.
 * Undefined where the server does not show the section.
 */
export function parseCommandStats(info: Info): Record<Command, CommandStats> | undefined {
  if (!info.has('commandstats')) return undefined;
  const lines = [...info.section('commandstats')].filter(([field]) => field.startsWith('cmdstat_')).slice(0, MOST_COMMANDS);
  const counts = lines.map(([field, value]) => ({ command: commandOf(field.slice('cmdstat_'.length)), pairs: parsePairs(value) }));
  const zero = (name: string) => (lines.length === 0 || counts.some(({ pairs }) => pairs.has(name)) ? 0 : undefined);
  const start: CommandStats = { calls: 0, seconds: 0, rejected: zero('rejected_calls'), failed: zero('failed_calls') };
  const stats = Object.fromEntries(COMMAND.map((command) => [command, { ...start }])) as Record<Command, CommandStats>;
  for (const { command, pairs } of counts) {
    const entry = stats[command];
    const count = (name: string) => parseNumber(pairs.get(name)) ?? 0;
    entry.calls += count('calls');
    entry.seconds = Math.round(entry.seconds * 1e6 + count('usec')) / 1e6;
    if (entry.rejected !== undefined) entry.rejected += count('rejected_calls');
    if (entry.failed !== undefined) entry.failed += count('failed_calls');
  }
  return stats;
}

/** Redis 8 has 450 commands and subcommands, with modules some 600. */
const MOST_COMMANDS = 4_096;

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
