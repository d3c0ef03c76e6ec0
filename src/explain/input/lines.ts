/** A line of a file, by its number from 1; `undefined` where it is longer than what is kept, or no UTF-8. */
export interface NumberedLine {
  readonly number: number;
  readonly text: string | undefined;
  readonly problem?: 'too_long' | 'not_utf8';
}

const NEWLINE = 0x0a;

type Decoder = InstanceType<typeof TextDecoder>;

/**
 * The lines of a file of any length, one after the other; blank ones are left out but counted. No more than `longest` bytes of a line are kept: a
 * longer one is passed over without being held.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, longest: number): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let held: Uint8Array[] = [];
  let length = 0;
  let number = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const found = chunk.indexOf(NEWLINE, from);
      const end = found === -1 ? chunk.length : found;
      length += end - from;
      if (length > longest) held = [];
      // A part of a chunk would keep all of it alive, and chunks may be written over.
      else if (end > from) held.push(chunk.slice(from, end));
      if (found === -1) break;
      number += 1;
      const line = lineOf(number, held, length > longest, decoder);
      if (line !== undefined) yield line;
      [held, length] = [[], 0];
      from = found + 1;
    }
  }
  const last = length === 0 ? undefined : lineOf(number + 1, held, length > longest, decoder);
  if (last !== undefined) yield last;
}

function lineOf(number: number, parts: readonly Uint8Array[], isTooLong: boolean, decoder: Decoder): NumberedLine | undefined {
  if (isTooLong) return { number, text: undefined, problem: 'too_long' };
  const [only] = parts;
  const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
  const text = decoded(bytes, decoder);
  if (text === undefined) return { number, text, problem: 'not_utf8' };
  const plain = number === 1 ? text.replace(/^\uFEFF/, '') : text;
  return plain.trim() === '' ? undefined : { number, text: plain };
}

function decoded(bytes: Uint8Array, decoder: Decoder): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
