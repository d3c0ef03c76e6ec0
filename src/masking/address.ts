import { isLikeSecret } from './assignments.ts';
import type { Range } from './range.ts';

/** Parts of a query that say how to connect, and are no secrets. */
const OPEN: ReadonlySet<string> = new Set(
  (
    'db protocol ssl sslmode tls schema encoding decode_responses socket_timeout socket_connect_timeout socket_keepalive timeout max_connections ' +
    'health_check_interval retry_on_timeout ssl_cert_reqs ssl_check_hostname ssl_ca_certs client_name connect_timeout connection_limit ' +
    'pool_timeout pgbouncer format version api-version virtual_host family role ref branch'
  ).split(' '),
);

/** A word of a text: what is between blanks and quotes. */
const WORD = /[^\s"'`<>]+/g;
/** How far the closing quote of a URL with blanks in it is looked for. */
const QUOTED = 512;
const NODE = /^(?:\[[\da-fA-F:.%]*\]|[^:[\]]*)(?::\d{1,5})?$/;

/**
 * The secrets of addresses. These are user and password of a URL or of `user:password@host`, a password without a host, and
 * the fragment. Every part of a query is one, too, but for those that are known to be none. Time is linear.
 */
export function inAddresses(text: string): Range[] {
  const ranges: Range[] = [];
  let behind = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (index < behind) continue;
    const scheme = word.indexOf('://');
    if (scheme > 0) {
      const end = quotedEnd(text, index, index + word.length);
      behind = end;
      for (const { from, to } of urls(text.slice(index, end))) ranges.push({ from: index + from, to: index + to });
    } else {
      const range = pair(word);
      if (range !== undefined) ranges.push({ from: index + range.from, to: index + range.to });
    }
  }
  return ranges;
}

/** A URL in quotes may hold blanks in front of its `@`. */
function quotedEnd(text: string, from: number, end: number): number {
  const quote = text[from - 1];
  if ((quote !== '"' && quote !== "'") || text[end] === quote) return end;
  const inside = text.slice(end, end + QUOTED);
  const close = inside.search(quote === '"' ? /["\n]/ : /['\n]/);
  return close > 0 && inside[close] === quote && inside.slice(0, close).includes('@') ? end + close : end;
}

/** Several URLs may stand behind each other with a comma between. */
function urls(word: string): Range[] {
  const ranges: Range[] = [];
  let from = 0;
  for (const part of word.split(/[,;|](?=[a-z][a-z\d+.-]{0,30}:\/\/)/i)) {
    for (const range of url(part)) ranges.push({ from: from + range.from, to: from + range.to });
    from += part.length + 1;
  }
  return ranges;
}

function url(text: string): Range[] {
  const begin = text.indexOf('://') + 3;
  const end = text.length - (/[,;)}\]\\.]{1,8}$/.exec(text.slice(-8))?.[0].length ?? 0);
  const last = text.lastIndexOf('@', end - 1);
  const isDigest = last >= 0 && /^sha(256|512):/.test(text.slice(last + 1));
  const ranges: Range[] = last > begin && !isDigest ? [{ from: begin, to: last }] : [];
  const behind = last >= begin ? last + 1 : begin;
  const node = /^[^/?#]*/.exec(text.slice(behind, end))?.[0] ?? '';
  const port = behind + node.indexOf(':') + 1;
  // What is where a port should is a password whose host is missing.
  if (port > behind && !NODE.test(node) && !/[${]/.test(node) && port < behind + node.length)
    ranges.push({ from: port, to: behind + node.length });
  const query = text.indexOf('?', behind);
  const fragment = text.indexOf('#', behind);
  const queryEnd = fragment === -1 ? end : Math.min(end, fragment);
  if (query >= 0 && query < queryEnd) for (const range of inQuery(text.slice(query + 1, queryEnd), query + 1)) ranges.push(range);
  if (fragment >= 0 && fragment + 1 < end) ranges.push({ from: fragment + 1, to: end });
  return ranges;
}

function inQuery(query: string, offset: number): Range[] {
  const ranges: Range[] = [];
  let from = offset;
  for (const part of query.split(/[&;]/)) {
    const equal = part.indexOf('=');
    const isOpen = equal > 0 && (OPEN.has(part.slice(0, equal).toLowerCase()) || /^[${]/.test(part.slice(equal + 1)));
    if (!isOpen && part.length > equal + 1) ranges.push({ from: from + equal + 1, to: from + part.length });
    from += part.length + 1;
  }
  return ranges;
}

/** `user:password@host` and `scheme:/user:password@host`, but not `image:tag@sha256:…`; also `password@host`, where that is no word. */
function pair(word: string): Range | undefined {
  const last = word.lastIndexOf('@');
  const colon = word.lastIndexOf(':', last) < 0 ? -1 : word.indexOf(':');
  const alone = word.slice(0, Math.max(0, last)).replace(/^.*[=([{,]/s, '');
  if (last > 0 && colon < 0 && /\d/.test(alone) && isLikeSecret(alone.slice(0, 4_096))) return { from: last - alone.length, to: last };
  if (last < 0 || colon < 0 || colon >= last - 1 || !/^[\p{L}\d[_$]/u.test(word.slice(last + 1, last + 3))) return undefined;
  if (/^sha(256|512):/.test(word.slice(last + 1))) return undefined;
  const begin = Math.max(...['=', '(', '[', '{', ','].map((mark) => word.lastIndexOf(mark, colon))) + 1;
  return begin < last ? { from: begin, to: last } : undefined;
}
