import type { Census, ClassCount, KeyClass } from '../model/census.ts';
import { ago, bytes, count, span } from './quantities.ts';

/** The classes of keys in a few words. */
export const CLASS_WORDS: Readonly<Record<KeyClass, string>> = {
  response_or_key_hash: 'cached answers or hashed API keys',
  rate_limit: 'rate limits',
  cooldown: 'cooldowns of deployments',
  routing: 'routing',
  spend: 'spending and budgets',
  lock: 'locks',
  health_check: 'health checks',
  auth: 'users, teams and sign-in',
  config: 'settings',
  probe: 'entries of probes',
  other: 'other',
};

/** The classes that have keys, the largest in memory first. */
export function classesByMemory({ classes }: Census): ClassCount[] {
  return classes.filter(({ keys }) => keys > 0).sort((a, b) => b.bytes - a.bytes);
}

/** What the census rests on: `1,000 of 12,345 keys of database 0 (8.1 %), 3 min ago`. */
export function censusBasis({ at, database, keys, sampled, coverage }: Census, now: number): string {
  const share = coverage === 1 ? 'all' : `${(100 * coverage).toPrecision(2)} %`;
  return `${count(sampled)} of ${count(keys)} keys of database ${database} (${share}), ${ago(at, now)}`;
}

/** The census in one line: `census from 1,000 of 12,345 keys of database 0 (8.1 %), 3 s ago: 9,000 response_or_key_hash (14 MiB)`. */
export function censusLine(census: Census, now: number): string {
  const classes = classesByMemory(census).map((entry) => `${count(entry.keys)} ${entry.class} (${classFacts(entry)})`);
  return `census from ${censusBasis(census, now)}: ${classes.length === 0 ? 'no keys' : classes.join(', ')}`;
}

/** The median of the times that cached answers still live: `2 h`; undefined where none with one was drawn. */
export function medianTtl({ medianTtlSeconds }: Census): string | undefined {
  return medianTtlSeconds === undefined ? undefined : span(medianTtlSeconds);
}

function classFacts({ bytes: memory, withoutTtl }: ClassCount): string {
  return withoutTtl === 0 ? bytes(memory) : `${bytes(memory)}, ${count(withoutTtl)} without TTL`;
}
