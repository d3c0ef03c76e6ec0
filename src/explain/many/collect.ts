import { askedNamespace } from '../controls.ts';
import type { NumberedLine } from '../input/lines.ts';
import { type ReadOptions, readRequest } from '../input/record.ts';
import { writeJson } from '../json-text.ts';
import { compared } from '../pair.ts';
import { modelOf, type UserRequest } from '../request.ts';

/** Requests of a file that are the same text, the model and cache controls put aside. */
export interface Entry {
  readonly request: UserRequest;
  /** What enters the key and is not sent: the model and the namespace that the requests name. */
  readonly apart: string;
  count: number;
}

/** A line that is no request. */
interface BadLine {
  readonly number: number;
  readonly problem: string;
}

/** What a file of many requests holds. */
export interface Collected {
  readonly lines: number;
  readonly bad: number;
  /** The first of the lines that are no requests. */
  readonly badLines: readonly BadLine[];
  /** Different requests, in the order of the file. */
  readonly entries: readonly Entry[];
  /** Requests that are among `entries`. */
  readonly taken: number;
  /** Requests that are not, because there were enough different ones before. */
  readonly beyond: number;
  /** Requests whose log does not keep the order of their fields. */
  readonly rebuilt: number;
  readonly models: number;
}

/** Bounds of what is kept of a file. */
export interface Bounds {
  readonly entries: number;
  readonly characters: number;
}

const MAX_BAD_LINES = 10;
const MAX_MODELS = 1_000;

/** Reads all lines, and keeps the different requests up to the bounds. */
export async function collect(
  lines: AsyncIterable<NumberedLine>,
  options: ReadOptions,
  bounds: Bounds,
  progress: (lines: number) => void = () => undefined,
): Promise<Collected> {
  const entries = new Map<string, Entry>();
  const badLines: BadLine[] = [];
  const models = new Set<string>();
  let characters = 0;
  const counts = { lines: 0, bad: 0, taken: 0, beyond: 0, rebuilt: 0 };
  for await (const line of lines) {
    counts.lines += 1;
    if (counts.lines % 1_000 === 0) progress(counts.lines);
    const read =
      line.text === undefined
        ? { problem: line.problem === 'too_long' ? 'it is too long' : 'it is no UTF-8' }
        : readRequest(line.text, options);
    if ('problem' in read) {
      counts.bad += 1;
      if (badLines.length < MAX_BAD_LINES) badLines.push({ number: line.number, problem: read.problem });
      continue;
    }
    if (read.isRebuilt) counts.rebuilt += 1;
    const model = modelOf(read.body) ?? '';
    if (models.size < MAX_MODELS) models.add(model);
    const body = compared(read.body);
    const apart = JSON.stringify([model, askedNamespace(read.body)]);
    const text = writeJson(body);
    const identity = `${read.route} ${apart} ${text}`;
    const known = entries.get(identity);
    if (known !== undefined) known.count += 1;
    else if (entries.size >= bounds.entries || characters + text.length > bounds.characters) {
      counts.beyond += 1;
      continue;
    } else {
      characters += text.length;
      entries.set(identity, { request: { route: read.route, body }, apart, count: 1 });
    }
    counts.taken += 1;
  }
  return { ...counts, badLines, entries: [...entries.values()], models: models.size };
}
