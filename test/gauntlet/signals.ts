import { randomBytes } from 'node:crypto';
import { request as http, type RequestOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from './stack.ts';

/** What people look at otherwise, in the state that a fault makes. */
export interface OtherSignals {
  /** The status of `GET /cache/ping`. */
  cachePing: string;
  /** The status of `GET /health/readiness`. */
  readiness: string;
  /** Whether the second of two identical chat requests got the first one's answer. */
  duplicateChat: string;
  /** `redis_up` of this exporter, which any exporter of Redis has. */
  redisUp: string;
}

const PATIENCE_MS = 6_000;
const NO_ANSWER = 'none';
const NOT_ASKED = 'not asked';

/** Asks all four, but for a /cache/ping that would be a fault of its own. */
export async function askOthers({ front, key, server }: Stack, redisUp: number | undefined): Promise<OtherSignals> {
  const url = `http://127.0.0.1:${front.port}`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const status = async (path: string) => {
    const answer = await request(`${url}${path}`, { headers });
    return answer === undefined ? NO_ANSWER : String(answer.status);
  };
  const body = JSON.stringify({ model: 'cache-probe', messages: [{ role: 'user', content: randomBytes(16).toString('hex') }] });
  const chat = () => request(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
  const duplicate = async () => {
    const first = await chat();
    await sleep(250);
    const second = await chat();
    for (const answer of [first, second]) if (answer?.status !== 200) return answer === undefined ? NO_ANSWER : String(answer.status);
    return first?.id !== undefined && first.id === second?.id ? 'hit' : 'miss';
  };
  const [cachePing, readiness, duplicateChat] = await Promise.all([
    server.pingStalls ? NOT_ASKED : status('/cache/ping'),
    status('/health/readiness'),
    duplicate(),
  ]);
  return { cachePing, readiness, duplicateChat, redisUp: redisUp === undefined ? NO_ANSWER : String(redisUp) };
}

/** An answer's status and, of a JSON object, its id; undefined when there was none in time. A connection of its own, as the front may have moved. */
function request(
  url: string,
  { body, ...options }: RequestOptions & { body?: string },
): Promise<{ status: number; id: unknown } | undefined> {
  return new Promise((resolve) => {
    const sent = http(url, { ...options, agent: false, signal: AbortSignal.timeout(PATIENCE_MS) }, async (answer) => {
      let text = '';
      try {
        for await (const chunk of answer.setEncoding('utf8')) text += chunk;
        resolve({ status: answer.statusCode ?? 0, id: /^\{"id":"([^"]+)"/.exec(text)?.[1] });
      } catch {
        resolve(undefined);
      }
    });
    sent.on('error', () => resolve(undefined));
    sent.end(body);
  });
}
