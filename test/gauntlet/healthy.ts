import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../../dev/progress.ts';
import { readingOf } from './reading.ts';
import type { Stack } from './stack.ts';
import { becomesWorking } from './stage.ts';

/** What the exporter said while nothing was wrong. */
export interface Healthy {
  minutes: number;
  /** Requests of users, and how many of them were answered. */
  requests: number;
  answered: number;
  /** How often /metrics was read, and what it said when that was not `working`. */
  readings: number;
  alarms: string[];
}

const PAUSE_MS = 200;
const PROMPTS = 200;

/** Sends users' requests, a part of which repeat, and reads /metrics after each; what it gives goes on counting until the time is over. */
export async function runHealthy(stack: Stack, minutes: number, progress: Progress, tell: (soFar: Healthy) => void): Promise<void> {
  const result: Healthy = { minutes: 0, requests: 0, answered: 0, readings: 0, alarms: [] };
  await becomesWorking(stack, 0, 'before healthy traffic');
  const start = performance.now();
  const end = start + minutes * 60_000;
  let nextLine = start;
  tell(result);
  while (performance.now() < end) {
    result.requests += 1;
    if (await ask(stack)) result.answered += 1;
    const reading = readingOf(await stack.exporter.metrics());
    result.readings += 1;
    if (reading?.verdict !== 'working') result.alarms.push(`${new Date().toISOString()} ${reading?.verdict} ${reading?.cause}`);
    if (performance.now() > nextLine) {
      progress(`healthy: ${Math.ceil((end - performance.now()) / 60_000)} min left, ${result.alarms.length} readings not working`);
      nextLine += 60_000;
    }
    result.minutes = Math.round((performance.now() - start) / 60_000);
    await sleep(PAUSE_MS);
  }
}

async function ask({ front, key }: Stack): Promise<boolean> {
  const question = `question ${randomInt(PROMPTS)}`;
  const chat = randomInt(2) === 0;
  const body = chat
    ? { model: 'cache-probe', messages: [{ role: 'user', content: question }] }
    : { model: 'cache-probe', prompt: question };
  try {
    const answer = await fetch(`http://127.0.0.1:${front.port}/v1/${chat ? 'chat/' : ''}completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
