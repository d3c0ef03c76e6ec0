import { type Info, parseCount, parsePairs } from './info.ts';

/** What INFO keyspace says of one database; the time to live is in seconds, an estimate of the server. */
export interface Database {
  db: string;
  /** Undefined where the server does not say. */
  keys: number | undefined;
  expires: number | undefined;
  averageTtl: number | undefined;
}

/** The databases that hold keys; undefined where the server does not show the section. */
export function parseKeyspace(info: Info): Database[] | undefined {
  if (!info.has('keyspace')) return undefined;
  const databases: Database[] = [];
  for (const [field, value] of info.section('keyspace')) {
    const db = databaseOf(field);
    if (db === undefined) continue;
    const pairs = parsePairs(value);
    const milliseconds = parseCount(pairs.get('avg_ttl'));
    databases.push({
      db,
      keys: parseCount(pairs.get('keys')),
      expires: parseCount(pairs.get('expires')),
      averageTtl: milliseconds === undefined ? undefined : milliseconds / 1_000,
    });
  }
  return databases;
}

/** A sum of numbers of which all are known; undefined otherwise. */
export function sumOfKnown(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.includes(undefined) ? undefined : numbers.reduce<number>((sum, number) => sum + (number ?? 0), 0);
}

/** The number in `db3` or at the start of `db3_distrib_strings_sizes`. */
export function databaseOf(field: string): string | undefined {
  return /^db(\d{1,5})(?:_|$)/.exec(field)?.[1];
}
