import { type Answer, type Asked, answerOf } from '../answer.ts';
import type { AskedApi } from '../asked.ts';
import type { OriginKeys, Stamp } from '../stamp.ts';
import { chat } from './chat.ts';
import { completions } from './completions.ts';
import { embeddingsBody } from './embeddings.ts';
import type { Body, Form } from './form.ts';
import { messages } from './messages.ts';
import { responses } from './responses.ts';

/** The APIs whose answers are texts, and can be streamed. */
export type TextApi = Exclude<AskedApi, 'embeddings'>;

const FORMS: Readonly<Record<TextApi, Form>> = { chat, completions, responses, messages };

/** An answer as the JSON body of an API. */
export function bodyOf(api: TextApi, answer: Answer, asked: Asked): Body {
  return FORMS[api].body(answer, asked);
}

/** An answer as the blocks of a stream of server-sent events, each with its empty line; the last ends the stream. */
export function eventsOf(api: TextApi, answer: Answer, asked: Asked): readonly string[] {
  const { named, events } = FORMS[api];
  const blocks = events(answer, asked).map((data) => `${named ? `event: ${data.type}\n` : ''}data: ${JSON.stringify(data)}\n\n`);
  return named ? blocks : [...blocks, 'data: [DONE]\n\n'];
}

/** The body that a stream gives a program, from the parsed data of its events; undefined when they are none of this API. */
export function joinEvents(api: TextApi, events: readonly unknown[]): Body | undefined {
  return FORMS[api].join(events);
}

/** What a request has to get when its answer has this stamp: the body, or what a stream of it joins to. */
export function prescribedBody(api: AskedApi, stamp: Stamp, asked: Asked, keys: OriginKeys): Body {
  if (api === 'embeddings') return embeddingsBody(stamp.number, asked.inputs ?? [stamp.nonce], asked, keys);
  const answer = answerOf(stamp, asked, keys);
  return (asked.stream ? FORMS[api].join(FORMS[api].events(answer, asked)) : undefined) ?? FORMS[api].body(answer, asked);
}
