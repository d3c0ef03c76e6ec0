import type { OriginStatus } from '../../model/origin.ts';
import type { Dialect } from './endpoint.ts';

/** A refusal: its status, a sentence for the person who configures the gateway, and the field of the request that it is about. */
export interface Refused {
  readonly status: Exclude<OriginStatus, '200' | '499'>;
  readonly sentence: string;
  readonly field?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const OPENAI: Readonly<Partial<Record<Refused['status'], readonly [type: string, code: string]>>> = {
  '401': ['invalid_request_error', 'invalid_api_key'],
  '404': ['invalid_request_error', 'unknown_url'],
  '429': ['requests', 'rate_limit_exceeded'],
  '500': ['server_error', 'server_error'],
  '503': ['server_error', 'server_error'],
};
const ANTHROPIC: Readonly<Partial<Record<Refused['status'], string>>> = {
  '401': 'authentication_error',
  '404': 'not_found_error',
  '413': 'request_too_large',
  '429': 'rate_limit_error',
  '500': 'api_error',
  '503': 'overloaded_error',
};

/** The body of an error as the provider would write it. */
export function errorBody({ status, sentence, field }: Refused, dialect: Dialect): object {
  if (dialect === 'anthropic') {
    return { type: 'error', error: { type: ANTHROPIC[status] ?? 'invalid_request_error', message: sentence } };
  }
  const [type, code] = OPENAI[status] ?? ['invalid_request_error', null];
  return { error: { message: sentence, type, param: field ?? null, code } };
}
