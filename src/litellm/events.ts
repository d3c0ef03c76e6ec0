import { createParser } from 'eventsource-parser';
import { parseJson } from './json.ts';

/** A stream of server-sent events that has ended. */
export interface ReadEvents {
  /** The data of each event, parsed; undefined for what is no JSON. */
  readonly events: readonly unknown[];
  /** It ended with `[DONE]`, so that nothing is missing. */
  readonly complete: boolean;
}

/** Reads the body of a stream of server-sent events. */
export function readEvents(body: string): ReadEvents {
  const events: unknown[] = [];
  let complete = false;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data.trim() === '[DONE]') complete = true;
      else events.push(parseJson(data));
    },
  });
  parser.feed(body);
  return { events, complete };
}
