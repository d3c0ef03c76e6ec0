/** The daemon cannot listen on a configured address; the message is one sentence for people. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** Where to listen. Without a host: all addresses of the machine. Port 0: one that is free. */
export interface ListenAddress {
  host?: string;
  port: number;
}

/** Reads `:9464`, `127.0.0.1:9464`, `localhost:9464` or `[::1]:9464`; throws ListenError for anything else. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw new ListenError(`cannot listen on ${text}: an address is written as HOST:PORT, :PORT or [IPV6]:PORT`);
  }
  const host = match[1] ?? match[2] ?? '';
  return host === '' ? { port } : { host, port };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use; stop the other process or choose another',
  EACCES: 'this user may not use the port; choose one above 1023',
  EADDRNOTAVAIL: 'this machine does not have the address; choose another',
  EAFNOSUPPORT: 'this machine does not have the address family; choose another',
  ENOTFOUND: 'the host name is unknown; choose another',
};

/** The settings that say where the pages are. */
export const PAGES_SETTING = 'http.listen or --listen';

/** The error of a server that could not listen, in one sentence; `setting` is where people choose another address. */
export function listenError(text: string, error: NodeJS.ErrnoException, setting = PAGES_SETTING): ListenError {
  const reason = REASONS[error.code ?? ''];
  const told = reason === undefined ? error.code || error.message : `${reason} with ${setting}`;
  return new ListenError(`cannot listen on ${text}: ${told}`, { cause: error });
}

/** `host:port` as people write it, with brackets around an IPv6 address. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
