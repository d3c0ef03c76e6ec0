import { ERROR_PREFIX, type ErrorPrefix } from '../model/redis.ts';
import { parseNumber, parsePairs, type Section } from './info.ts';

/**
 * INFO errorstats by allow-listed prefix. A prefix that the server has not used is 0. From 7.4 on a server
 * that has used too many different ones clears the section and stops counting; only the marker is left then.
 */
export function parseErrorStats(section: Section): Partial<Record<ErrorPrefix, number>> {
  const disabled = section.get('errorstat_ERRORSTATS_DISABLED');
  if (disabled !== undefined) return { ERRORSTATS_DISABLED: countOf(disabled) };
  const stats: Partial<Record<ErrorPrefix, number>> = Object.fromEntries(ERROR_PREFIX.map((prefix) => [prefix, 0]));
  for (const [field, value] of section) {
    if (!field.startsWith('errorstat_')) continue;
    const name = field.slice('errorstat_'.length);
    const prefix = ERROR_PREFIX.find((known) => known === name) ?? 'other';
    stats[prefix] = (stats[prefix] ?? 0) + countOf(value);
  }
  return stats;
}

function countOf(value: string): number {
  return parseNumber(parsePairs(value).get('count')) ?? 0;
}
