/**
 * What a key of a LiteLLM Redis is for, as its name tells. `response_or_key_hash`: 64 hexadecimal digits, with a namespace
 * or without, which is a cached response, or a hashed API key where the gateway runs with
 * `enable_redis_auth_cache`: only the value could tell them apart, and no value is read. `probe`: an entry
 * that a pair of this exporter (or of another one) left in the cache.
 */
export const KEY_CLASS = [
  'response_or_key_hash',
  'rate_limit',
  'cooldown',
  'routing',
  'spend',
  'lock',
  'health_check',
  'auth',
  'config',
  'probe',
  'other',
] as const;
export type KeyClass = (typeof KEY_CLASS)[number];

/** The keys of one class, estimated for the whole database. */
export interface ClassCount {
  class: KeyClass;
  keys: number;
  bytes: number;
  withoutTtl: number;
}

/** The inventory of one database, estimated from a random sample of its keys. */
export interface Census {
  /** When it was taken, Unix milliseconds. */
  at: number;
  /** The number of the database. */
  database: number;
  /** Keys in the database. */
  keys: number;
  /** Distinct keys that were looked at. */
  sampled: number;
  /** Share of the keys that were looked at, 0 to 1. */
  coverage: number;
  /** One for each class, in the order of KEY_CLASS. */
  classes: readonly ClassCount[];
  /** Median time to live of the `response_or_key_hash` keys that were looked at, seconds; absent where none has one. */
  medianTtlSeconds?: number | undefined;
}
