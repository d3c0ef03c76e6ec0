import { type AskedRoute, modelOf } from '../../explain/request.ts';
import type { LookedFor } from '../../lookup/lookup.ts';
import { requestIn } from '../explain/input.ts';

/** How a request is given: a file, or `-` for standard input; `isCurl`: it holds a curl command. */
export interface InputOptions {
  readonly file: string;
  readonly isCurl: boolean;
  readonly route?: AskedRoute | undefined;
}

/** The request in a file, with the model that it asks for; or why there is none, as a sentence about the file. */
export async function readInput({ file, isCurl, route }: InputOptions): Promise<LookedFor | { readonly problem: string }> {
  const read = await requestIn(file, { route }, isCurl);
  if ('problem' in read) return read;
  const model = modelOf(read.body);
  const name = file === '-' ? 'standard input' : file;
  return model === undefined || model === '' ? { problem: `the request in ${name} names no model, which is part of every key` } : read;
}
