import { once } from 'node:events';
import { isIP, connect as openTcp, type Socket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { connect as openTls, type PeerCertificate, TLSSocket } from 'node:tls';
import type { TlsConfig } from '../../config/effective.ts';
import { tlsOptions } from '../../config/tls/options.ts';
import { checkServerIdentity } from '../../config/tls/server-identity.ts';
import type { Address } from '../../source/redis-url.ts';
import { classify, RedisError } from './failure.ts';

const USE_PLAINTEXT_SCHEME =
  'TLS handshake: the server does not answer TLS and answers plain text; write redis:// in the URL, or take the tls section away where nodes are named';

/** How long a server may stay silent in the handshake before it is asked whether it speaks plain text. */
const PLAINTEXT_CHECK_DELAY_MS = 250;

/**
 * An open socket to a server, TLS agreed on where the address asks for it. Certificate files are read
 * again each time, so that renewed ones are used. Fails with RedisError; nothing stays open then.
 */
export async function openSocket(address: Address, tls: TlsConfig | undefined, signal: AbortSignal): Promise<Socket> {
  const socket = await waitForEvent(openTcpSocket(address), 'connect', signal);
  return address.tls && 'host' in address ? startTls(socket, address, tls, signal) : socket;
}

/** Node throws at once where an address cannot be one. */
function openTcpSocket(address: Address): Socket {
  try {
    return openTcp('path' in address ? { path: address.path } : { host: address.host, port: address.port });
  } catch (error) {
    throw classify(error, 'connecting');
  }
}

/** The end of the certificate that the server showed, Unix milliseconds; undefined without TLS. */
export function certificateExpiry(socket: unknown): number | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const end = Date.parse(socket.getPeerCertificate().valid_to);
  return Number.isNaN(end) ? undefined : end;
}

/** Whether the server at a plain-text address agrees on TLS. No certificate is checked and nothing is sent. */
export async function answersTls(address: Address, signal: AbortSignal): Promise<boolean> {
  try {
    const socket = await openSocket({ ...address, tls: true }, { insecure_skip_verify: true }, signal);
    socket.destroy();
    return true;
  } catch (error) {
    if (error instanceof RedisError) return false;
    throw error;
  }
}

async function startTls(
  socket: Socket,
  address: Address & { host: string },
  tls: TlsConfig | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const over = new AbortController();
  try {
    const name = tls?.server_name ?? address.host;
    const trusted = await tlsOptions(tls);
    if ('fault' in trusted) throw new RedisError('tls', `the file for TLS ${trusted.fault}`);
    const options = {
      socket,
      host: name,
      ...(isIP(name) === 0 && { servername: name }),
      ...trusted,
      checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate),
    };
    const secured = waitForEvent(openTls(options), 'secureConnect', signal, socket);
    return await Promise.race([secured, rejectOnPlaintext(address, AbortSignal.any([signal, over.signal]))]);
  } catch (error) {
    socket.destroy();
    throw error instanceof RedisError && error.failure === 'timeout' ? error : tlsError(error);
  } finally {
    over.abort();
  }
}

/** Rejects when a server that stays silent in the handshake, as Redis does without TLS, answers plain text; otherwise it is never settled. */
function rejectOnPlaintext(address: Address, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(async () => {
      if (await answersPlaintext(address, signal)) reject(new RedisError('tls', USE_PLAINTEXT_SCHEME));
    }, PLAINTEXT_CHECK_DELAY_MS);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

/** Whether Redis answers at an address in plain text. QUIT needs no password, and no counter of errors tells of it. */
async function answersPlaintext(address: Address, signal: AbortSignal): Promise<boolean> {
  try {
    const socket = addAbortSignal(signal, await openSocket({ ...address, tls: false }, undefined, signal));
    socket.write('QUIT\r\n');
    for await (const answer of socket) return /^[+-]/.test(String(answer));
    return false;
  } catch {
    return false;
  }
}

/** Waits for an event of a socket; `wire` is the one below it, whose end it may not hear of. */
async function waitForEvent<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  wire: Socket = socket,
): Promise<S> {
  // The reader of the connection finds the error in `socket.errored`; the listener only keeps it from being thrown.
  socket.on('error', () => undefined);
  const over = new AbortController();
  const until = { signal: AbortSignal.any([signal, over.signal]) };
  try {
    await Promise.race([once(socket, event, until), closing(socket, until), closing(wire, until)]);
    return socket;
  } catch (error) {
    socket.destroy();
    throw classify(signal.aborted ? signal.reason : error, event === 'connect' ? 'connecting' : 'TLS handshake');
  } finally {
    over.abort();
  }
}

/** Rejects when a socket closes; a peer that hangs up may do so without an error. */
async function closing(socket: Socket, until: { signal: AbortSignal }): Promise<never> {
  if (!socket.destroyed) await once(socket, 'close', until);
  // Why it closed, where that is known, is told first.
  await setImmediate(undefined, until);
  throw socket.errored ?? hungUp();
}

function hungUp(): RedisError {
  return new RedisError('closed', 'connecting: the peer closed the connection');
}

const HANDSHAKE_ENDED =
  'TLS handshake: the peer closed the connection; see whether it speaks TLS at this port, and asks for a certificate of its clients (tls.cert_file, tls.key_file)';

/** Whatever happens during the handshake is a matter of TLS, a reset connection included. */
function tlsError(error: unknown): RedisError {
  const { failure, message } = classify(error, 'TLS handshake');
  return new RedisError('tls', failure === 'closed' ? HANDSHAKE_ENDED : message);
}
