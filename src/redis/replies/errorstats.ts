import { ERROR_PREFIX, type ErrorPrefix } from '../../model/redis.ts';
import { type Info, parseCount, parsePairs } from './info.ts';
import { sumOfKnown } from './keyspace.ts';

/**
 * INFO errorstats by allow-listed prefix; nothing where the server does not show the section. A prefix that the server has not used is 0, one whose count is no number is left out. From 7.4 on a server
 * that has used too many different ones clears the section and stops counting; only the marker is left then.
 */
export function parseErrorStats(info: Info): Partial<Record<ErrorPrefix, number>> {
  if (!info.has('errorstats')) return {};
  const section = info.section('errorstats');
  const disabled = section.get('errorstat_ERRORSTATS_DISABLED');
  if (disabled !== undefined) return { ERRORSTATS_DISABLED: countOf(disabled) ?? 1 };
  const stats: Partial<Record<ErrorPrefix, number>> = Object.fromEntries(ERROR_PREFIX.map((prefix) => [prefix, 0]));
  const unknown = new Set<ErrorPrefix>();
  for (const [field, value] of section) {
    if (!field.startsWith('errorstat_')) continue;
    const name = field.slice('errorstat_'.length);
    const prefix = ERROR_PREFIX.find((known) => known === name) ?? 'other';
    const count = countOf(value);
    if (count === undefined) unknown.add(prefix);
    else stats[prefix] = (stats[prefix] ?? 0) + count;
  }
  for (const prefix of unknown) delete stats[prefix];
  return stats;
}

function countOf(value: string): number | undefined {
  return parseCount(parsePairs(value).get('count'));
}

/**
 * Denials of access (7.2 and later) as the errors that they are told with. What the server does not show, or not as a
 * number, is undefined; a reason that is missing beside others is none.
 */
export function readDenials(info: Info): { WRONGPASS: number | undefined; NOPERM: number | undefined } {
  const field = (reason: string) => `acl_access_denied_${reason}`;
  const rights = ['cmd', 'key', 'channel'].filter((reason) => info.text('stats', field(reason)) !== undefined);
  return {
    WRONGPASS: info.count('stats', field('auth')),
    NOPERM: sumOfKnown(rights.map((reason) => info.count('stats', field(reason)))),
  };
}
