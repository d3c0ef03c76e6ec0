import { createHash } from 'node:crypto';
import { REUSE_SECONDS } from '../../src/model/reuse.ts';
import { seededRandom } from '../../src/reuse/random.ts';

/** One request: when, in milliseconds from the start, and for which key. */
export interface StreamRequest {
  at: number;
  key: string;
}

export interface StreamOptions {
  requests: number;
  keys: number;
  /** Exponent of Zipf's law: how much the first keys are preferred. */
  skew: number;
  hours: number;
  seed: number;
}

/** Requests at random times, for keys by Zipf's law; the same for the same seed. Keys are 64 hexadecimal digits. */
export function zipfStream({ requests, keys, skew, hours, seed }: StreamOptions): StreamRequest[] {
  const random = seededRandom(seed);
  const names = Array.from({ length: keys }, (_, index) => createHash('sha256').update(`${seed}/${index}`).digest('hex'));
  const upTo: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= keys; rank += 1) {
    sum += 1 / rank ** skew;
    upTo.push(sum);
  }
  const pause = (hours * 3_600_000) / requests;
  let at = 0;
  return Array.from({ length: requests }, () => {
    at -= Math.log(1 - random()) * pause;
    return { at, key: names[placeIn(upTo, random() * sum)] ?? '' };
  });
}

function placeIn(upTo: readonly number[], value: number): number {
  let [low, high] = [0, upTo.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((upTo[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The hits of a cache with a time to live and memory enough, as a share of the requests: counted, not estimated. */
export function exactHitRatio(stream: readonly StreamRequest[], ttlSeconds: number): number {
  const until = new Map<string, number>();
  let hits = 0;
  for (const { at, key } of stream) {
    if (at < (until.get(key) ?? -1)) hits += 1;
    else until.set(key, at + 1_000 * ttlSeconds);
  }
  return hits / stream.length;
}

/** `exactHitRatio` of each of REUSE_SECONDS. */
export function exactCurve(stream: readonly StreamRequest[]): ReadonlyMap<number, number> {
  return new Map(REUSE_SECONDS.map((ttl) => [ttl, exactHitRatio(stream, ttl)]));
}
