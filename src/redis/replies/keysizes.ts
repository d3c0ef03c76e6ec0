import { parseCount, parsePairs, type Section } from './info.ts';
import { databaseOf } from './keyspace.ts';

/** How many string keys of a database are at least `bytes` and less than twice as large. */
export interface SizeClass {
  db: string;
  bytes: number;
  keys: number;
}

/** The multiples by which Redis abbreviates sizes (redis src/server.c, genRedisInfoString, keysizes). */
const MULTIPLE: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40, P: 2 ** 50, E: 2 ** 60 };

/** The sizes of string keys in INFO keysizes (Redis 8.0): classes are powers of two, empty ones are left out. */
export function parseKeySizes(section: Section): SizeClass[] {
  const classes: SizeClass[] = [];
  for (const [field, value] of section) {
    const db = databaseOf(field);
    if (db === undefined || !field.endsWith('_distrib_strings_sizes')) continue;
    for (const [name, text] of parsePairs(value)) {
      const bytes = sizeOf(name);
      const keys = parseCount(text);
      if (bytes !== undefined && keys !== undefined) classes.push({ db, bytes, keys });
    }
  }
  return classes;
}

function sizeOf(name: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,4})([KMGTPE]?)$/.exec(name) ?? [];
  const bytes = Number(digits) * (MULTIPLE[unit] ?? Number.NaN);
  return digits !== '' && (bytes === 0 || Number.isInteger(Math.log2(bytes))) ? bytes : undefined;
}
