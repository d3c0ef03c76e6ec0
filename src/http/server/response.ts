import type { Mask } from '../../masking/mask.ts';

/** What is sent back for a request. The body is complete: nothing here streams. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * An answer without the secrets that are known, whatever put them there: the last look before it is sent. The labels
 * of metrics were looked at when their series began.
 */
export function maskedAnswer(answer: Answer, mask: Mask | undefined): Answer {
  const type = answer.headers['Content-Type'] ?? '';
  if (mask === undefined || /version=|openmetrics/.test(type)) return answer;
  return { ...answer, body: type.startsWith('text/html') ? mask.page(answer.body, '&lt;secret&gt;') : mask.page(answer.body) };
}

/** An answer in plain text; a line break is added to the last line. */
export function plain(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer {
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
