import { createParser } from 'eventsource-parser';
import { at, parseJson, text } from './json.ts';

/** The markers of a streamed chat answer: the chunks' common id and when the first content came, in seconds. */
export interface StreamMarkers {
  id?: string | undefined;
  firstContentSeconds?: number | undefined;
  /** The stream ended with `[DONE]` and told of no error, so that nothing is missing. */
  complete: boolean;
}

const MAX_EVENT_CHARACTERS = 1024 * 1024;
/** Most events of a stream that are kept; a stream of so many is no answer to a probe. */
const MAX_EVENTS = 65_536;
/** So much of a text is parsed at once: the parser looks for the end of each line in all of it. */
const PIECE_CHARACTERS = 4 * 1024;

/** The data of a whole stream's events, parsed, without `[DONE]`; none when one of them is too large or there are too many. */
export function readEvents(text: string): unknown[] {
  const events: unknown[] = [];
  let isTooMuch = false;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onError: (error) => {
      isTooMuch ||= error.type === 'max-buffer-size-exceeded';
    },
    onEvent: ({ data }) => {
      if (events.length > MAX_EVENTS) isTooMuch = true;
      else if (data.trim() !== '[DONE]') events.push(parseJson(data));
    },
  });
  for (let from = 0; from < text.length && !isTooMuch; from += PIECE_CHARACTERS) parser.feed(text.slice(from, from + PIECE_CHARACTERS));
  return isTooMuch ? [] : events;
}

/** Whether an event of a stream is an error: a gateway has begun with 200 when its provider fails. */
export function tellsOfError(event: unknown): boolean {
  return (at(event, 'error') ?? null) !== null;
}

/**
 * Reads a server-sent event stream of chat completion chunks as it arrives. The time of the first content
 * is that of the first chunk whose delta holds text: the answer's headers and its role come earlier and
 * say nothing about the model.
 */
export function createStreamReader(): { feed(chunk: Buffer, seconds: number): void; markers(): StreamMarkers } {
  const decoder = new TextDecoder();
  const marks: StreamMarkers = { complete: false };
  let arrived = 0;
  let broken = false;
  let hasFailed = false;
  let pending: string[] = [];
  let length = 0;
  const parser = createParser({
    maxBufferSize: MAX_EVENT_CHARACTERS,
    onError: (error) => {
      broken ||= error.type === 'max-buffer-size-exceeded';
    },
    onEvent: ({ data }) => {
      if (data.trim() === '[DONE]') {
        marks.complete = !hasFailed;
        return;
      }
      const chunk = parseJson(data);
      if (tellsOfError(chunk)) hasFailed = true;
      marks.id ??= text(at(chunk, 'id'));
      const content = text(at(chunk, 'choices', 0, 'delta', 'content'));
      if (content !== undefined && content !== '') marks.firstContentSeconds ??= arrived;
    },
  });
  return {
    feed(chunk, seconds) {
      arrived = seconds;
      // The parser refuses more input once its buffer was too large.
      if (broken) return;
      const piece = decoder.decode(chunk, { stream: true });
      pending.push(piece);
      length += piece.length;
      if (!/[\r\n]/.test(piece) && length <= MAX_EVENT_CHARACTERS) return;
      // The parser looks through an unfinished line again with every piece of it, so it gets whole lines.
      parser.feed(pending.join(''));
      pending = [];
      length = 0;
    },
    markers: () => marks,
  };
}
