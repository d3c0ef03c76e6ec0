import type { Mask } from '../../masking/mask.ts';

/** A body that is made while it goes out. A piece is only true until the next one is asked for. */
export interface Pieces {
  /** Bytes, all pieces together. */
  readonly length: number;
  pieces(): Iterable<Uint8Array>;
}

/** What is sent back for a request. */
export interface Response {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Pieces;
}

/** An answer whose body is made at once. */
export interface TextResponse extends Response {
  body: string;
}

/**
 * An answer without the secrets that are known, whatever put them there: the last look before it is sent. The labels
 * of metrics were looked at when their series began.
 */
export function maskResponse(response: Response, mask: Mask | undefined): Response {
  const { body, headers } = response;
  const type = headers['Content-Type'] ?? '';
  if (mask === undefined || typeof body !== 'string') return response;
  return { ...response, body: type.startsWith('text/html') ? mask.page(body, '&lt;secret&gt;') : mask.page(body) };
}

/** An answer in plain text; a line break is added to the last line. */
export function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): TextResponse {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body: `${text}\n` };
}

/**
 * Headers of every answer: it is what its type says, belongs in no frame, names no referrer, runs and
 * loads nothing, and is never kept by a cache.
 */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};
