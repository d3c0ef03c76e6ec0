/** What to write for the scheme of another program. */
const SCHEME: ReadonlyMap<string, string> = new Map([
  ...['http', 'tcp', 'valkey', 'redis+tcp', 'keydb', 'dragonfly'].map((scheme): [string, string] => [scheme, 'redis://']),
  ...['https', 'ssl', 'tls', 'valkeys', 'redis+ssl', 'redis+tls', 'rediss+ssl', 'redis-ssl'].map((scheme): [string, string] => [
    scheme,
    'rediss://',
  ]),
]);

/** Why a text is no address of a Redis server and what to write; nothing of the text is repeated, because a password can stand anywhere in it. */
export function redisUrlHint(text: string): { message: string; suggestion: string } {
  const scheme = /^([a-z][a-z0-9.+-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  const wrong = 'must begin with redis://, rediss:// or unix://';
  if (/^(["']).*\1$/.test(text)) return { message: 'has quotes as part of its text', suggestion: 'take the inner ones away' };
  if (scheme !== undefined && /sentinel/.test(scheme))
    return { message: wrong, suggestion: 'write the Sentinels into sentinel: { master, nodes } instead of url' };
  if (scheme !== undefined && /cluster/.test(scheme))
    return { message: wrong, suggestion: 'write the nodes into cluster: { nodes } instead of url' };
  if (scheme !== undefined && !['redis', 'rediss', 'unix'].includes(scheme)) {
    const meant = SCHEME.get(scheme);
    return {
      message: wrong,
      suggestion: meant === undefined ? 'write it like redis://host:6379/0' : `write ${meant} in place of ${scheme}://`,
    };
  }
  const server = serverOf(text);
  if (scheme === undefined && /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d+)?(\/\d*)?$/i.test(server) && !/^(rediss?|unix):/i.test(server))
    return { message: wrong, suggestion: 'write redis:// before the host, or rediss:// for TLS' };
  return portHint(server) ?? { message: 'is not a URL', suggestion: 'write it like redis://host:6379/0, with % escapes in the password' };
}

/** What to write for a text that is no `host:port`; undefined where it tells nothing. */
export function nodeHint(text: string): string | undefined {
  if (text.includes('@')) return 'write user and password into username and password_file, and the node as host:port';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'leave the scheme away; a tls section beside it is what asks for TLS';
  if (/[,;\s]/.test(text)) return 'write an entry for each node';
  if (text.includes('/')) return 'leave the path away: a node is host:port';
  if (/^[\w.-]+$/.test(text) || /^\[[0-9a-f:.]+\]$/i.test(text)) return 'add the port, like host:6379';
  return portHint(text)?.suggestion;
}

/** The same for the address of a gateway. */
export function httpUrlHint(text: string): { message: string; suggestion: string } {
  const scheme = /^([a-z][a-z0-9.+-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  const wrong = 'must begin with http:// or https://';
  if (/^\s*https?:(?!\/\/)/i.test(text)) return { message: wrong, suggestion: 'write two slashes behind the colon' };
  if (/^(["']).*\1$/.test(text)) return { message: 'has quotes as part of its text', suggestion: 'take the inner ones away' };
  if (scheme !== undefined && /^(redis|valkey|unix)/.test(scheme))
    return { message: `${wrong}; this is the address of a Redis`, suggestion: 'write the address of the HTTP server here' };
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    return { message: wrong, suggestion: 'write it like http://host:4000' };
  const server = serverOf(text);
  if (scheme === undefined && /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d+)?(\/.*)?$/i.test(server))
    return { message: wrong, suggestion: 'write http:// or https:// before the host' };
  return portHint(server) ?? { message: 'is not a URL', suggestion: 'write it like http://host:4000' };
}

/** What is behind user and password. */
function serverOf(text: string): string {
  const behind = text.replace(/^[a-z][a-z0-9.+-]*:\/\//i, '');
  return behind.slice(behind.lastIndexOf('@') + 1);
}

function portHint(server: string): { message: string; suggestion: string } | undefined {
  const host = server.split(/[/?#]/, 1)[0] ?? '';
  const bare = host.replace(/^\[[^\]]*\]/, '');
  if (host.includes(',')) return { message: 'names several servers', suggestion: 'write an entry for each' };
  if (/^[^:]*:\d*:\d*$/.test(bare)) return { message: 'has a port twice', suggestion: 'write it like host:6379' };
  if (bare.split(':').length > 2 && /^[0-9a-f:.]+$/i.test(bare))
    return { message: 'has an IPv6 address without brackets', suggestion: 'write it like [::1]:6379' };
  const port = /^[^:]*:(.*)$/.exec(bare)?.[1];
  if (port === undefined || port === '') return undefined;
  if (/^\d+$/.test(port) && Number(port) <= 65_535) return undefined;
  return { message: 'has a port that is no number from 1 to 65535', suggestion: 'write it like host:6379' };
}

/** Paths below which LiteLLM serves, and which people copy with its address. */
const SERVED = /\/(v1|chat\/completions|completions|embeddings|responses|health|metrics|ui|cache\/ping)(\/.*)?$/;

/** What is wrong with the path of the address of a gateway. */
export function gatewayPathHint(path: string): { message: string; suggestion: string } | undefined {
  if (/^\/\//.test(path)) return { message: 'has a scheme twice', suggestion: 'write it like http://host:4000' };
  if (!SERVED.test(path)) return undefined;
  return { message: 'ends with a path that LiteLLM serves', suggestion: 'write the address of the proxy alone, like http://host:4000' };
}

/** The same of the metrics of a gateway: what else LiteLLM serves costs more than it tells, /health a request to each model. */
export function metricsPathHint(path: string): { message: string; suggestion: string } | undefined {
  if (/\/metrics(?:\/|$)/.test(path) || !SERVED.test(path)) return undefined;
  return { message: 'is a path of LiteLLM that gives no metrics', suggestion: 'write the address that Prometheus scrapes' };
}
