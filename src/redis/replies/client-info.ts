import { isIP } from 'node:net';
import { sanitizeClientName } from '../../masking/sanitize.ts';
import { CLIENT_NAME } from '../../model/redis.ts';
import { withoutBrackets } from '../../source/url.ts';

/** Who a client of a server is, as one line of CLIENT LIST or the `client-info` of ACL LOG says. */
export interface ClientInfo {
  /** `host:port` or `path:0`, as the server writes it. */
  peer?: string;
  /** The IP address, or `unix socket`. */
  address?: string;
  /** The ACL user of the connection; `default` also before it has authenticated. */
  user?: string;
  named: boolean;
  /** Whether it has the name that every exporter gives its connections. */
  exporter?: true;
  /** The client library as it names itself (`CLIENT SETINFO`, from 7.2 on), at most 32 harmless characters. */
  library?: string;
}

/** Reads `name=value` pairs apart by spaces. The names and values that clients choose cannot hold a space (redis src/networking.c). */
export function readClient(line: string): ClientInfo {
  const fields = new Map<string, string>();
  for (const part of line.slice(0, MAX_LINE_CHARACTERS).split(' ')) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(part.slice(0, equals), part.slice(equals + 1));
  }
  const peer = fields.get('addr');
  const address = peer === undefined ? undefined : hostOf(peer);
  const user = fields.get('user');
  const library = sanitizeClientName(fields.get('lib-name') ?? '');
  return {
    ...(peer !== undefined && { peer }),
    ...(address !== undefined && { address }),
    ...(user !== undefined && { user }),
    ...(fields.get('name') === CLIENT_NAME && { exporter: true }),
    named: (fields.get('name') ?? '') !== '',
    ...(library !== '' && { library }),
  };
}

/** Longer than the line of any honest client. */
const MAX_LINE_CHARACTERS = 2_048;

/** The host of `host:port`, brackets and the prefix of an IPv4 address in IPv6 taken off. */
function hostOf(peer: string): string | undefined {
  const host = plainAddress(withoutBrackets(peer.slice(0, peer.lastIndexOf(':'))));
  if (isIP(host) > 0) return host;
  return peer.startsWith('/') ? 'unix socket' : undefined;
}

/** An IP address as every side writes it. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();
}
