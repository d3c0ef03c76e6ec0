import type { Route } from '../model/cache.ts';
import { chat } from './chat.ts';
import { chatStream } from './chat-stream.ts';
import { completions } from './completions.ts';
import { embeddings } from './embeddings.ts';
import { messages } from './messages.ts';
import type { Prober } from './prober.ts';
import { responses } from './responses.ts';

/** Every prober, by its route. */
export const PROBERS: Readonly<Record<Route, Prober>> = {
  completions,
  chat,
  chat_stream: chatStream,
  embeddings,
  responses,
  messages,
};
