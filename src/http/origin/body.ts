import type { IncomingMessage, ServerResponse } from 'node:http';
import { createBody } from '../../litellm/body.ts';
import { discardBody } from '../server/pages.ts';
import type { Refused } from './refusal.ts';
import type { Room } from './room.ts';

/** The longest body of a request, bytes. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;
/** So much of a body that is not wanted is read and thrown away, so that its sender gets to see why; then the connection is cut. */
const MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES;

const TOO_LONG: Refused = { status: '413', sentence: `The body is longer than ${MAX_BODY_BYTES} bytes.` };
/** Answered where answers and bodies together would need more memory than the origin may take. */
export const NO_ROOM: Refused = { status: '503', sentence: 'The origin is busy; try again.', headers: { 'Retry-After': '1' } };

/** Why a body is refused by the headers of its request; undefined when it may come. */
export function refusalOfHeaders({ headers }: IncomingMessage): Refused | undefined {
  const codings = (headers['content-encoding'] ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  // RFC 9110 lets a list have empty members; some clients send the header without a value.
  if (codings.some((coding) => coding !== '' && coding !== 'identity'))
    return { status: '415', sentence: 'A compressed body is not read; send it without Content-Encoding.' };
  return Number(headers['content-length'] ?? 0) > MAX_BODY_BYTES ? TOO_LONG : undefined;
}

/** The text of a body, which counts in `room` until the answer is out. Rejects when the client goes away first. */
export async function readBody(request: IncomingMessage, response: ServerResponse, room: Room): Promise<string | Refused> {
  if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue();
  const body = createBody(MAX_BODY_BYTES);
  for await (const chunk of chunksOf(request)) {
    if (!body.take(chunk)) return TOO_LONG;
    if (!room.take(chunk.length)) return NO_ROOM;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body.bytes());
  } catch {
    return { status: '400', sentence: 'The body is not UTF-8.' };
  }
}

/** The rest of a request that is refused is not kept. */
export function discard(request: IncomingMessage): void {
  discardBody(request, MAX_DISCARDED_BYTES);
  request.resume();
}

async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (Buffer.isBuffer(chunk)) yield chunk;
  }
}
