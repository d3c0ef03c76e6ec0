import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type CurlRequest, readCurl } from '../../explain/input/curl.ts';
import { type NumberedLine, readLines } from '../../explain/input/lines.ts';
import { type ReadOptions, readRequest } from '../../explain/input/record.ts';
import { routeOfPath, type UserRequest } from '../../explain/request.ts';

/** Longest body that is read, as LiteLLM's own limit of a request is in this range. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The lines of a file, or of standard input for `-`. */
export function linesIn(file: string): AsyncIterable<NumberedLine> {
  return readLines(streamOf(file), MAX_BYTES);
}

/** One request from a file, or from standard input for `-`; what is wrong with it names the file. */
export async function requestIn(file: string, options: ReadOptions, isCurl: boolean): Promise<UserRequest | { readonly problem: string }> {
  const name = file === '-' ? 'standard input' : file;
  const text = await textOf(file);
  if ('problem' in text) return { problem: `${name} ${text.problem}` };
  if (!isCurl) {
    const read = readRequest(text.text, options);
    if (!('problem' in read)) return read;
    const hint = /^(?:\$ *)?curl\s/.test(text.text.trimStart()) ? ': it is a curl command: add --curl' : `: ${read.problem}`;
    return { problem: `${name} holds no request${hint}` };
  }
  const command = readCurl(text.text);
  if ('problem' in command) return { problem: `${name} holds no curl command that can be read: ${command.problem}` };
  const read = readRequest(command.body, { ...options, route: options.route ?? routeOfCurl(command) });
  return 'problem' in read ? { problem: `the body of the curl command in ${name} is no request: ${read.problem}` } : read;
}

function routeOfCurl({ url }: CurlRequest): ReadOptions['route'] {
  return url === undefined ? undefined : routeOfPath(url);
}

/** Whether a file can be read, or a few words about why not. */
export async function readable(file: string): Promise<string | undefined> {
  if (file === '-') return undefined;
  const found = await stat(file).then(
    (info) => (info.isDirectory() ? 'is a folder' : undefined),
    (error: unknown) => reasonOf(error),
  );
  return found;
}

async function textOf(file: string): Promise<{ text: string } | { problem: string }> {
  const problem = await readable(file);
  if (problem !== undefined) return { problem };
  return Promise.resolve(wholeOf(file)).then(undefined, (error: unknown) => ({ problem: reasonOf(error) }));
}

async function wholeOf(file: string): Promise<{ text: string } | { problem: string }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of streamOf(file)) {
    length += chunk.length;
    if (length > MAX_BYTES) return { problem: `has more than ${MAX_BYTES / 1024 / 1024} MiB: no request is that long` };
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  return text.trim() === '' ? { problem: 'is empty' } : { text };
}

async function* streamOf(file: string): AsyncGenerator<Uint8Array> {
  const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1024 * 1024 });
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

/** A few words for people about why a file cannot be read. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  return `cannot be read${typeof code === 'string' ? ` (${code})` : ''}`;
}
