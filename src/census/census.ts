import { CATALOGUE } from '../catalogue/index.ts';
import { type Distribution, type Sample, sample } from '../catalogue/sample.ts';
import { type Census, type ClassCount, KEY_CLASS } from '../model/census.ts';
import type { KeySample, SampledKey } from '../redis/census.ts';
import { classOf } from './key-class.ts';

/** What a sample says of its database: the inventory, and the times to live of the `response_or_key_hash` keys that were drawn. */
export interface TakenCensus {
  census: Census;
  ttl: Distribution;
}

/**
 * Estimates the inventory of a database from a sample: the share of a class among the drawn keys is its
 * share of all. `at` is Unix milliseconds. An empty database is covered in full.
 */
export function takeCensus({ total, keys }: KeySample, database: number, at: number): TakenCensus {
  const classed = keys.map((key) => ({ ...key, class: classOf(key.name) }));
  const scale = keys.length === 0 ? 0 : total / keys.length;
  const times = timesToLive(classed.filter((key) => key.class === 'response_or_key_hash'));
  return {
    census: {
      at,
      database,
      keys: total,
      sampled: keys.length,
      coverage: total === 0 ? 1 : Math.min(1, keys.length / total),
      classes: KEY_CLASS.map((name): ClassCount => {
        const members = classed.filter((key) => key.class === name);
        return {
          class: name,
          keys: Math.round(scale * members.length),
          bytes: Math.round(scale * members.reduce((sum, { bytes }) => sum + bytes, 0)),
          withoutTtl: Math.round(scale * members.filter(({ ttlSeconds }) => ttlSeconds === undefined).length),
        };
      }),
      medianTtlSeconds: times[Math.floor(times.length / 2)],
    },
    ttl: distributionOf(times),
  };
}

/** The metrics of a census. */
export function censusSamples({ census, ttl }: TakenCensus): Sample[] {
  return [
    ...census.classes.flatMap(({ class: name, keys, bytes, withoutTtl }) => [
      sample('redis.census.keys', { class: name }, keys),
      sample('redis.census.bytes', { class: name }, bytes),
      sample('redis.census.without_ttl', { class: name }, withoutTtl),
    ]),
    sample('redis.census.ttl', {}, ttl),
    sample('redis.census.coverage', {}, census.coverage),
  ];
}

/** In ascending order. */
function timesToLive(keys: readonly SampledKey[]): number[] {
  return keys.flatMap(({ ttlSeconds }) => ttlSeconds ?? []).sort((a, b) => a - b);
}

function distributionOf(values: readonly number[]): Distribution {
  const bounds: readonly number[] = CATALOGUE['redis.census.ttl'].buckets;
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const value of values) {
    const bucket = bounds.findIndex((bound) => value <= bound);
    const index = bucket < 0 ? bounds.length : bucket;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return { counts, sum: values.reduce((sum, value) => sum + value, 0) };
}
