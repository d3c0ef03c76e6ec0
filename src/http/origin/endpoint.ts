import type { IncomingMessage } from 'node:http';
import type { OriginRoute } from '../../model/origin.ts';
import type { AskedApi } from '../../origin/asked.ts';
import { parseRequest } from '../server/request.ts';

/** In whose form a client reads errors. */
export type Dialect = 'openai' | 'anthropic';

/** What a request is for, by its path alone. */
export interface Endpoint {
  readonly route: OriginRoute;
  readonly dialect: Dialect;
  /** The method that it takes; undefined where the path is unknown. */
  readonly method: 'GET' | 'POST' | undefined;
  /** The API whose body has to come with it. */
  readonly api?: AskedApi | undefined;
  /** The model that is asked about. */
  readonly model?: string | undefined;
}

const POSTS: Readonly<Record<string, AskedApi>> = {
  '/chat/completions': 'chat',
  '/completions': 'completions',
  '/embeddings': 'embeddings',
  '/responses': 'responses',
  '/messages': 'messages',
};
const MODELS = /^\/models(?:\/([^/]{1,256}))?$/;

/**
 * Reads the path of a request. The `/v1` of an `api_base` may be missing, and a slash at its end doubles one here: some providers
 * of LiteLLM add `/v1/messages` to whatever is configured, others expect it.
 */
export function endpointOf(request: IncomingMessage): Endpoint {
  const path = parseRequest(request)
    .path.replace(/^\/+/, '/')
    .replace(/^\/v1\/+/, '/');
  const api = Object.hasOwn(POSTS, path) ? POSTS[path] : undefined;
  const { headers } = request;
  const anthropic = api === 'messages' || headers['anthropic-version'] !== undefined || headers['x-api-key'] !== undefined;
  const dialect = anthropic ? 'anthropic' : 'openai';
  if (api !== undefined) return { route: api, dialect, method: 'POST', api };
  const models = MODELS.exec(path);
  if (models === null) return { route: 'other', dialect, method: undefined };
  return { route: 'models', dialect, method: 'GET', model: nameOf(models[1]) };
}

function nameOf(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
