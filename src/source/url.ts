/** The parts of a URL as they are written; nothing is decoded, and what is not there is undefined. */
export interface UrlParts {
  scheme: string;
  /** Whether two slashes are behind the scheme. */
  hasServer: boolean;
  /** What is in front of the `@`. */
  user: string | undefined;
  /** Host and port. */
  server: string;
  path: string;
  query: string | undefined;
  fragment: string | undefined;
}

/** Where user and password end: at the last `@` in front of the path, as RFC 3986 has it, or at the last one of all, which is what people mean who escape nothing. */
export type UserEnd = 'before the path' | 'anywhere';

/** Cuts a URL into its parts (RFC 3986, 3). Undefined where it has no scheme. It never throws, and its time is linear. */
export function splitUrl(text: string, userEnd: UserEnd = 'before the path'): UrlParts | undefined {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(0, colon));
  if (!/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return undefined;
  const hasServer = text.startsWith('//', colon + 1);
  const begin = hasServer ? colon + 3 : colon + 1;
  const limit = userEnd === 'anywhere' ? text.length : endOf(text, begin, /[/?#]/g);
  const at = hasServer ? text.slice(begin, limit).lastIndexOf('@') : -1;
  const user = at === -1 ? undefined : text.slice(begin, begin + at);
  const from = begin + at + 1;
  const serverEnd = hasServer ? endOf(text, from, /[/?#]/g) : from;
  const pathEnd = endOf(text, serverEnd, /[?#]/g);
  const hash = endOf(text, pathEnd, /#/g);
  return {
    scheme,
    hasServer,
    user,
    server: text.slice(from, serverEnd),
    path: text.slice(serverEnd, pathEnd),
    query: text[pathEnd] === '?' ? text.slice(pathEnd + 1, hash) : undefined,
    fragment: hash === text.length ? undefined : text.slice(hash + 1),
  };
}

/** The first place of a mark from `begin` on, or the end of the text. */
function endOf(text: string, begin: number, mark: RegExp): number {
  mark.lastIndex = begin;
  return mark.exec(text)?.index ?? text.length;
}

/** User and password at their colon, not decoded. Without a colon there is no password. */
export function splitUser(user: string): { name: string; password: string | undefined } {
  const colon = user.indexOf(':');
  return colon === -1 ? { name: user, password: undefined } : { name: user.slice(0, colon), password: user.slice(colon + 1) };
}

/** A host without the brackets that a URL puts around an address of IPv6. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/s, '$1');
}

/** The text that percent escapes stand for; undefined where an escape is malformed or its bytes are not UTF-8. */
export function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Python's `urllib.parse.unquote`: a malformed escape stays, bytes that are not UTF-8 become U+FFFD. It never throws. */
export function unquote(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'));
}
