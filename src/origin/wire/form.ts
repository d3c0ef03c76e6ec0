import type { Answer, Asked } from '../answer.ts';

/** A body of an API. */
export type Body = Record<string, unknown>;

/** How an API gives an answer. */
export interface Form {
  /** Without a stream. */
  body(answer: Answer, asked: Asked): Body;
  /** The data of a stream's events, in order. */
  events(answer: Answer, asked: Asked): readonly Body[];
  /**
   * The body that a stream gives a program which reads it, from the data of its events; undefined when they are none of this API.
   * The events come from a gateway: nothing in them is trusted.
   */
  join(events: readonly unknown[]): Body | undefined;
  /** Events have names, which are the `type` of their data; otherwise the stream ends with `[DONE]`. */
  readonly named: boolean;
}

/** The most pieces that one text of a stream is cut into. */
const MAX_PIECES = 8;
const MIN_PIECE = 24;

/** A text in pieces as a stream gives it; none for an empty one. No character is cut in two. */
export function piecesOf(text: string): readonly string[] {
  const size = Math.max(MIN_PIECE, Math.ceil(text.length / MAX_PIECES));
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const high = text.charCodeAt(from + size - 1);
    const to = from + size + (high >= 0xd800 && high < 0xdc00 ? 1 : 0);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}
