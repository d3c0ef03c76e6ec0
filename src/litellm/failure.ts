import type { GatewayFailure } from '../model/cache.ts';

/**
 * Why a request to a gateway gave no usable answer. The message is for people: method, path and class,
 * never the API key, the prompt or text of the server.
 */
export class GatewayError extends Error {
  readonly failure: GatewayFailure;
  readonly status: number | undefined;

  constructor(failure: GatewayFailure, message: string, status?: number) {
    super(message);
    this.name = 'GatewayError';
    this.failure = failure;
    this.status = status;
  }
}

const BY_CODE: Readonly<Record<string, GatewayFailure>> = {
  ENOTFOUND: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  EPROTO: 'tls',
  HPE_HEADER_OVERFLOW: 'too_large',
  ERR_INVALID_CHAR: 'auth',
};

/** Codes of Node's resolver, TLS and HTTP parser, by their first letters. */
const BY_PREFIX: readonly (readonly [string, GatewayFailure])[] = [
  ['EAI_', 'dns'],
  ['HPE_', 'protocol'],
  ['ERR_TLS', 'tls'],
  ['ERR_SSL', 'tls'],
  ['ERR_OSSL', 'tls'],
  ['CERT_', 'tls'],
  ['UNABLE_TO_', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED', 'tls'],
  ['SELF_SIGNED', 'tls'],
  ['HOSTNAME_MISMATCH', 'tls'],
];

/**
 * The class of an error of `node:http`, `node:tls` or the resolver, from its code. A header that carries
 * the key is the only one with foreign text, hence `auth` for a character that no header may have.
 */
export function failureOf(error: unknown): GatewayFailure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return BY_CODE[code] ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'unknown';
}
