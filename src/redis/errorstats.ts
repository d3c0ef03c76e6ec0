import { ERROR_PREFIX, type ErrorPrefix } from '../model/redis.ts';
import { type Info, parseNumber, parsePairs } from './info.ts';

/**
 * INFO errorstats by allow-listed prefix; nothing where the server does not show the section. A prefix that the server has not used is 0. From 7.4 on a server
 * that has used too many different ones clears the section and stops counting; only the marker is left then.
 */
export function parseErrorStats(info: Info): Partial<Record<ErrorPrefix, number>> {
  if (!info.has('errorstats')) return {};
  const section = info.section('errorstats');
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
