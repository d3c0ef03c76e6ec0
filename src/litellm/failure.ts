import { TLS_CODE } from '../config/tls/advice.ts';
import type { GatewayFailure } from '../model/cache.ts';

/**
 * Why a request to a gateway gave no usable answer. The message is for people: method, path and class,
 * never the API key, the prompt or text of the server.
 */
export class GatewayError extends Error {
  readonly failure: GatewayFailure;
  readonly status: number | undefined;
  /** What to do about it, where more is known than the class tells. */
  readonly advice: string | undefined;

  constructor(failure: GatewayFailure, message: string, status?: number, advice?: string) {
    super(message);
    this.advice = advice;
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

/** Codes of Node's resolver and HTTP parser, by their first letters. */
const BY_PREFIX: readonly (readonly [string, GatewayFailure])[] = [
  ['EAI_', 'dns'],
  ['HPE_', 'protocol'],
];

/**
 * The class of an error of `node:http`, `node:tls` or the resolver, from its code. A header that carries
 * the key is the only one with foreign text, hence `auth` for a character that no header may have.
 */
export function failureOf(error: unknown): GatewayFailure {
  const code = codeOf(error);
  return BY_CODE[code] ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? (TLS_CODE.test(code) ? 'tls' : 'unknown');
}

/** The code of an error of Node; empty where it has none. While it writes, Node has one code for all errors of TLS: then that of OpenSSL. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return '';
  const reason = error.code === 'EPROTO' ? OPENSSL.exec(error.message)?.[1] : undefined;
  return reason === undefined ? error.code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
}

/** `error:NUMBER:library:function:reason:` */
const OPENSSL = /error:[0-9A-F]{1,16}:[^:]{0,64}:[^:]{0,64}:([a-z0-9/ ]{1,64}):/i;
