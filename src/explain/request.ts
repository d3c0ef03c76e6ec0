import { type JsonNode, memberOf, newMember, stringNode, stringOf, writeJson } from './json-text.ts';

/** The APIs whose requests can be explained. */
export const ASKED_ROUTE = ['chat', 'completions', 'embeddings', 'responses', 'messages'] as const;
export type AskedRoute = (typeof ASKED_ROUTE)[number];

export const PATHS: Readonly<Record<AskedRoute, string>> = {
  chat: '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  responses: '/v1/responses',
  messages: '/v1/messages',
};

/** A request of a user: which API it asks, and its body as it was written. */
export interface UserRequest {
  readonly route: AskedRoute;
  readonly body: JsonNode;
}

/** Fields that only one API has, by which a body tells its own. */
const SIGNS: readonly (readonly [AskedRoute, readonly string[]])[] = [
  ['messages', ['system', 'anthropic_version', 'stop_sequences', 'thinking']],
  ['responses', ['instructions', 'max_output_tokens', 'previous_response_id', 'truncation', 'text', 'include', 'store', 'reasoning']],
  ['embeddings', ['encoding_format', 'dimensions', 'input_type']],
];

/**
 * The API that a body is for. Undefined where it does not tell: embeddings and responses both have `input`. Chat and Anthropic's API both have
 * `messages`; without a field of that API it is chat.
 */
export function routeOf(body: JsonNode): AskedRoute | undefined {
  const has = (name: string) => memberOf(body, name) !== undefined;
  const signed = (route: AskedRoute) => SIGNS.some(([one, names]) => one === route && names.some(has));
  if (has('messages')) return signed('messages') ? 'messages' : 'chat';
  if (has('prompt')) return 'completions';
  if (!has('input')) return undefined;
  const [isResponses, isEmbeddings] = [signed('responses') || has('tools') || has('stream'), signed('embeddings')];
  if (isResponses !== isEmbeddings) return isResponses ? 'responses' : 'embeddings';
  const input = memberOf(body, 'input');
  return input?.kind === 'array' && input.items[0]?.kind === 'object' ? 'responses' : undefined;
}

/** The API of a path of a gateway, such as `/v1/chat/completions`, `/openai/deployments/x/chat/completions`. */
export function routeOfPath(path: string): AskedRoute | undefined {
  const route = /\/(chat\/completions|completions|embeddings|responses|messages)\/?(?:\?.*)?$/.exec(path)?.[1];
  return route === 'chat/completions' ? 'chat' : ASKED_ROUTE.find((one) => one === route);
}

/** The model that a request asks for. */
export function modelOf(body: JsonNode): string | undefined {
  return stringOf(memberOf(body, 'model'));
}

/**
 * A body as it is sent: the model of the probes in the place of its own, the namespace of the question and the time to live instead of its own
 * cache controls, everything else as it was written and in its order. Cache controls are no part of a key, so they are the last.
 */
export function sentBody(body: JsonNode, model: string, namespace: string, ttlSeconds: number): string {
  if (body.kind !== 'object') return writeJson(body);
  const cache = newMember('cache', {
    kind: 'object',
    members: [
      newMember('ttl', { kind: 'number', written: String(ttlSeconds) }),
      newMember('namespace', stringNode(namespace)),
      newMember('use-cache', { kind: 'literal', written: 'true' }),
    ],
  });
  const others = body.members.filter(({ name }) => name !== 'cache');
  const members = others.map((member) => (member.name === 'model' ? { ...member, value: stringNode(model) } : member));
  const named = members.some(({ name }) => name === 'model') ? members : [newMember('model', stringNode(model)), ...members];
  return writeJson({ kind: 'object', members: [...named, cache] });
}
