import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { StreamRequest } from '../../support/zipf-stream.ts';

/** What a gateway does with a request: it looks for the answer, and writes it where there is none. */
const ASK = `
  if redis.call('GET', KEYS[1]) then return 1 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 0`;

/** A stream as it was really sent, and what the cache answered. */
export interface Sent {
  /** With the times at which the requests were sent, in milliseconds from the first one. */
  stream: StreamRequest[];
  hits: number;
}

/** Sends a stream through a cache in the place of a gateway, in pipelines of what is due. `faster` is how many times faster than it says. */
export async function sendStream(port: number, stream: readonly StreamRequest[], ttlMs: number, faster: number): Promise<Sent> {
  const redis = new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true });
  const value = 'x'.repeat(600);
  const sent: StreamRequest[] = [];
  let hits = 0;
  const start = performance.now();
  for (let next = 0; next < stream.length; ) {
    const now = performance.now() - start;
    const pipeline = redis.pipeline();
    const first = next;
    for (let due = stream[next]; due !== undefined && due.at / faster <= now; due = stream[next]) {
      pipeline.eval(ASK, 1, `litellm:${due.key}`, value, ttlMs);
      sent.push({ at: now, key: due.key });
      next += 1;
    }
    if (next > first) for (const [error, reply] of (await pipeline.exec()) ?? []) if (error === null) hits += Number(reply);
    await sleep(2);
  }
  redis.disconnect();
  return { stream: sent, hits };
}

/** Writes keys at a rate, each with a time to live. */
export async function writeKeys(port: number, keys: readonly string[], perSecond: number, ttlMs: number): Promise<void> {
  const redis = new Redis({ port, host: '127.0.0.1', protocol: 2, disableClientInfo: true });
  const value = 'x'.repeat(600);
  const start = performance.now();
  for (let next = 0; next < keys.length; ) {
    const due = Math.min(keys.length, Math.floor(((performance.now() - start) / 1_000) * perSecond));
    const pipeline = redis.pipeline();
    for (; next < due; next += 1) pipeline.set(`litellm:${keys[next]}`, value, 'PX', ttlMs);
    await pipeline.exec();
    await sleep(2);
  }
  redis.disconnect();
}
