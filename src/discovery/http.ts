import type { SourceConfig } from '../config/effective.ts';
import { GatewayError } from '../litellm/failure.ts';
import { type Exchange, exchange } from '../litellm/request.ts';
import type { GatewayFailure } from '../model/cache.ts';
import type { Clock } from '../schedule/clock.ts';
import { parseJsonList } from './list.ts';
import type { Reader, Reading } from './reader.ts';

/** A source that takes longer is given up. */
const MAX_WAIT_MS = 10_000;

/** Most bytes of a list: ten thousand targets with many labels. */
const MAX_LIST_BYTES = 8 * 1_048_576;

const FAILURE: Readonly<Partial<Record<GatewayFailure, string>>> = {
  dns: 'the name of its host cannot be resolved',
  refused: 'its host refuses the connection',
  closed: 'the connection was closed before the end of its answer',
  timeout: `it did not answer within ${MAX_WAIT_MS / 1_000} s`,
  too_large: `its answer has more than ${MAX_LIST_BYTES / 1_048_576} MiB`,
  protocol: 'what answers there does not speak HTTP',
  auth: 'its credentials hold a character that no header can carry',
};

/** Reads a list of targets over HTTP, as Prometheus asks for it. No message holds the address, which may carry a secret. */
export function createHttpReader(
  { url, refresh_interval, authorization, tls }: NonNullable<SourceConfig['http_sd']>,
  clock: Clock,
): Reader {
  async function read(signal: AbortSignal): Promise<Reading> {
    let credentials: string | undefined;
    try {
      credentials = await authorization?.credentials?.read();
    } catch (error) {
      return { fault: error instanceof Error ? `its credentials: ${error.message}` : 'its credentials cannot be read' };
    }
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'litellm-cache-exporter',
      'x-prometheus-refresh-interval-seconds': String(refresh_interval / 1_000),
      ...(credentials !== undefined && { authorization: `${authorization?.type ?? 'Bearer'} ${credentials}` }),
    };
    try {
      const call = { method: 'GET' as const, url: new URL(url), headers, timeout: MAX_WAIT_MS, bodyLimit: MAX_LIST_BYTES, signal, tls };
      return readAnswer(await exchange(call, clock));
    } catch (error) {
      return { fault: error instanceof GatewayError ? failureText(error) : 'it was not asked to the end' };
    }
  }

  return { changed: async () => false, read };
}

function failureText({ failure, advice }: GatewayError): string {
  const text = FAILURE[failure] ?? (failure === 'tls' ? 'TLS with it fails' : `the request failed (${failure})`);
  return advice === undefined ? text : `${text}: ${advice}`;
}

/** The list in an answer. Pure. */
export function readAnswer({ status, headers, body }: Pick<Exchange, 'status' | 'headers' | 'body'>): Reading {
  if (status !== 200) return { fault: `it answered with the status ${status}${statusHint(status)}` };
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') return { fault: 'its answer is compressed, which was not asked for' };
  const type = headers['content-type'] ?? '';
  if (/html/i.test(type)) return { fault: 'it answered with a page for browsers, not with a list of targets' };
  const parsed = parseJsonList(body.replace(/^\ufeff/, ''), '');
  return 'fault' in parsed ? { fault: `its answer ${parsed.fault}` } : { targets: parsed.targets, notes: [] };
}

function statusHint(status: number): string {
  if (status >= 300 && status < 400) return '; a redirect is not followed: write the address that it leads to into url';
  if (status === 401 || status === 403) return '; see authorization';
  return status === 404 ? '; see url' : '';
}
