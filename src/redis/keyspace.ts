import { parseNumber, parsePairs, type Section } from './info.ts';

/** What INFO keyspace says of one database; the time to live is in seconds, an estimate of the server. */
export interface Database {
  db: string;
  keys: number;
  expires: number;
  averageTtl: number;
}

/** The databases that hold keys. */
export function parseKeyspace(section: Section): Database[] {
  const databases: Database[] = [];
  for (const [field, value] of section) {
    const db = databaseOf(field);
    if (db === undefined) continue;
    const pairs = parsePairs(value);
    const count = (name: string) => parseNumber(pairs.get(name)) ?? 0;
    databases.push({ db, keys: count('keys'), expires: count('expires'), averageTtl: count('avg_ttl') / 1_000 });
  }
  return databases;
}

/** The number in `db3` or at the start of `db3_distrib_strings_sizes`. */
export function databaseOf(field: string): string | undefined {
  return /^db(\d{1,5})(?:_|$)/.exec(field)?.[1];
}
