import { createReadStream } from 'node:fs';
import { readCurl } from '../../explain/input/curl.ts';
import { type ReadRequest, readRequest } from '../../explain/input/record.ts';
import { type AskedRoute, modelOf, routeOfPath } from '../../explain/request.ts';

/** More than any gateway takes as a request. */
const MAX_BYTES = 16 * 1024 * 1024;

/** How a request is given: a file, or `-` for standard input; `isCurl`: it holds a curl command. */
export interface InputOptions {
  readonly file: string;
  readonly isCurl: boolean;
  readonly route?: AskedRoute | undefined;
}

/** The request in a file, with the model that it asks for; or why there is none, as a sentence about the file. */
export async function readInput({ file, isCurl, route }: InputOptions): Promise<ReadRequest> {
  const text = await readText(file);
  if (typeof text !== 'string') return text;
  const read = isCurl ? requestOfCurl(text, route) : readRequest(text, { route });
  if ('problem' in read) return read;
  const model = modelOf(read.body);
  return model === undefined || model === '' ? { problem: 'it names no model, which is part of every key' } : read;
}

function requestOfCurl(text: string, route: AskedRoute | undefined): ReadRequest {
  const curl = readCurl(text);
  if ('problem' in curl) return curl;
  return readRequest(curl.body, { route: route ?? (curl.url === undefined ? undefined : routeOfPath(curl.url)) });
}

async function readText(file: string): Promise<string | { problem: string }> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    const stream = file === '-' ? createReadStream('', { fd: 0, autoClose: false }) : createReadStream(file);
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > MAX_BYTES) return { problem: `it has more than ${MAX_BYTES / 1024 / 1024} MiB, so it is no request` };
      chunks.push(bytes);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return { problem: code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is no UTF-8' : `it cannot be read (${code ?? 'unknown'})` };
  }
}
