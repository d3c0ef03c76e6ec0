import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** What users of a gateway waited for. Seconds. */
export interface Waits {
  requests: number;
  failed: number;
  longest: number;
  median: number;
  /** Requests that took longer than `SLOW_SECONDS`. */
  slow: number;
}

export const SLOW_SECONDS = 2;
/** A request begins so often, whether the one before it has ended or not. Milliseconds. */
const EVERY_MS = 250;
/** Prompts that come again and again: the cache has them. */
const KNOWN = 8;
const GIVE_UP_MS = 60_000;

/** Sends chats for so many seconds, every other one with a prompt that was sent before, and waits for all answers. */
export async function sendChats(url: string, apiKey: string, seconds: number): Promise<Waits> {
  const waits: number[] = [];
  let failed = 0;

  async function chat(prompt: string): Promise<void> {
    const start = performance.now();
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'users', messages: [{ role: 'user', content: prompt }] }),
      signal: AbortSignal.timeout(GIVE_UP_MS),
    }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    if (answer?.ok !== true) failed += 1;
    waits.push((performance.now() - start) / 1_000);
  }

  const end = performance.now() + seconds * 1_000;
  const sent: Promise<void>[] = [];
  for (let next = performance.now(); next < end; next += EVERY_MS) {
    await sleep(Math.max(0, next - performance.now()));
    const index = sent.length;
    sent.push(chat(index % 2 === 0 ? `known ${(index / 2) % KNOWN}` : `new ${randomBytes(8).toString('hex')}`));
  }
  await Promise.all(sent);
  const sorted = waits.sort((a, b) => a - b);
  return {
    requests: sorted.length,
    failed,
    longest: sorted.at(-1) ?? Number.NaN,
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    slow: sorted.filter((wait) => wait > SLOW_SECONDS).length,
  };
}
