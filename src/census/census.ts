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
 * Estimates the inventory of a database from a sample, or of a cluster from one of each master, which add up: the share of a class among
 * the drawn keys is its share of all of that server. `at` is Unix milliseconds. An empty database is covered in full.
 */
export function takeCensus(samples: readonly KeySample[], database: number, at: number): TakenCensus {
  const classed = samples.flatMap(({ total, keys }) =>
    keys.map((key) => ({ ...key, class: classOf(key.name), weight: total / keys.length })),
  );
  const total = samples.reduce((sum, sampled) => sum + sampled.total, 0);
  const times = timesToLive(classed.filter((key) => key.class === 'response_or_key_hash'));
  return {
    census: {
      at,
      database,
      keys: total,
      sampled: classed.length,
      coverage: total === 0 ? 1 : Math.min(1, classed.length / total),
      classes: KEY_CLASS.map((name): ClassCount => {
        const members = classed.filter((key) => key.class === name);
        return {
          class: name,
          keys: weighed(members, () => 1),
          bytes: weighed(members, ({ bytes }) => bytes),
          withoutTtl: weighed(members, ({ ttlSeconds }) => (ttlSeconds === undefined ? 1 : 0)),
        };
      }),
      medianTtlSeconds: times[Math.floor(times.length / 2)],
    },
    ttl: distributionOf(times),
  };
}

/** A sum over drawn keys, each of which is one of `weight` keys. */
function weighed<K extends { weight: number }>(keys: readonly K[], of: (key: K) => number): number {
  return Math.round(keys.reduce((sum, key) => sum + key.weight * of(key), 0));
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
