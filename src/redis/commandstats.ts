import { COMMAND, type Command } from '../model/redis.ts';
import { parseNumber, parsePairs, type Section } from './info.ts';

/** What a server did with one command since it started or its statistics were reset. */
export interface CommandStats {
  calls: number;
  seconds: number;
  rejected: number;
  failed: number;
}

/** INFO commandstats by allow-listed command, all of them; subcommands (`client|list`) count for their command. */
export function parseCommandStats(section: Section): Record<Command, CommandStats> {
  const stats = Object.fromEntries(COMMAND.map((command) => [command, { calls: 0, seconds: 0, rejected: 0, failed: 0 }])) as Record<
    Command,
    CommandStats
  >;
  for (const [field, value] of section) {
    if (!field.startsWith('cmdstat_')) continue;
    const pairs = parsePairs(value);
    const entry = stats[commandOf(field.slice('cmdstat_'.length))];
    entry.calls += parseNumber(pairs.get('calls')) ?? 0;
    entry.seconds = Math.round(entry.seconds * 1e6 + (parseNumber(pairs.get('usec')) ?? 0)) / 1e6;
    entry.rejected += parseNumber(pairs.get('rejected_calls')) ?? 0;
    entry.failed += parseNumber(pairs.get('failed_calls')) ?? 0;
  }
  return stats;
}

/** The allow-listed command that a name of the server's counts for. */
export function commandOf(name: string): Command {
  const command = name.split('|', 1)[0];
  return COMMAND.find((known) => known === command) ?? 'other';
}
