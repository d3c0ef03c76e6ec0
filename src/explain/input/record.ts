import { isFault, type JsonNode, memberOf, newMember, readJson, stringOf } from '../json-text.ts';
import { type AskedRoute, routeOf, routeOfPath, type UserRequest } from '../request.ts';

/** A request in a file, or why it is none. `isRebuilt`: the log has the request in pieces, and the order of its fields is lost. */
export type ReadRequest = (UserRequest & { readonly isRebuilt?: true }) | { readonly problem: string };

/** What the command line tells of the requests: which API they ask, and where the body is in each line. */
export interface ReadOptions {
  readonly route?: AskedRoute | undefined;
  readonly body?: readonly (string | number)[] | undefined;
}

/** Where logs and batches keep a body; LiteLLM keeps that of a request as a text. */
const PLACES: readonly (readonly string[])[] = [
  ['body'],
  ['proxy_server_request', 'body'],
  ['proxy_server_request'],
  ['request', 'body'],
  ['request_body'],
  ['request'],
];
const CONTENT = ['messages', 'prompt', 'input'] as const;

/** LiteLLM's names of calls, as its logs have them. */
const CALL_ROUTES: Readonly<Record<string, AskedRoute>> = {
  completion: 'chat',
  acompletion: 'chat',
  text_completion: 'completions',
  atext_completion: 'completions',
  embedding: 'embeddings',
  aembedding: 'embeddings',
  responses: 'responses',
  aresponses: 'responses',
  anthropic_messages: 'messages',
};

/** The steps of a path such as `request.body` or `items[0].body`; undefined where it is none. */
export function stepsOf(path: string): (string | number)[] | undefined {
  if (!/^[^.[\]]+(?:\[\d+\]|\.[^.[\]]+)*$/.test(path)) return undefined;
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([step, index]) => (index === undefined ? step : Number(index)));
}

/** The request that a text holds: a body, or a record of a log or a batch with one. */
export function readRequest(text: string, options: ReadOptions): ReadRequest {
  const record = readJson(text);
  if (isFault(record)) return { problem: `it is no JSON: ${record.fault} at character ${record.at}` };
  if (record.kind !== 'object') return { problem: 'it is no JSON object' };
  const found: FoundBody | undefined = options.body === undefined ? bodyIn(record) : bodyAt(record, options.body);
  if (found === undefined)
    return {
      problem: options.body === undefined ? 'it has neither messages, prompt nor input' : 'it has no JSON object at the path of --body',
    };
  const route = options.route ?? routeIn(record, found.body) ?? routeOf(found.body);
  if (route === undefined) return { problem: 'it may be a request for embeddings or responses: say which with --route' };
  const wanted = route === 'completions' ? 'prompt' : route === 'chat' || route === 'messages' ? 'messages' : 'input';
  if (memberOf(found.body, wanted) === undefined) return { problem: `it has no ${wanted}, so it is no request for ${route}` };
  return { route, body: found.body, ...(found.isRebuilt && { isRebuilt: true }) };
}

interface FoundBody {
  readonly body: JsonNode;
  readonly isRebuilt?: true;
}

function bodyIn(record: JsonNode): FoundBody | undefined {
  for (const place of PLACES) {
    const body = bodyAt(record, place)?.body;
    if (body !== undefined && isRequest(body)) return { body };
  }
  const parameters = memberOf(record, 'model_parameters');
  const content = CONTENT.find((name) => memberOf(record, name) !== undefined);
  if (parameters?.kind === 'object' && content !== undefined) return { body: rebuilt(record, parameters.members), isRebuilt: true };
  return isRequest(record) ? { body: record } : undefined;
}

/** A request from a log that keeps its parameters apart: these follow what is asked, in the order of the log. */
function rebuilt(record: JsonNode, parameters: Extract<JsonNode, { kind: 'object' }>['members']): JsonNode {
  const own = ['model', ...CONTENT].flatMap((name) => {
    const value = memberOf(record, name);
    return value === undefined || parameters.some((member) => member.name === name) ? [] : [newMember(name, value)];
  });
  return { kind: 'object', members: [...own, ...parameters] };
}

function bodyAt(record: JsonNode, steps: readonly (string | number)[]): { body: JsonNode } | undefined {
  let here: JsonNode | undefined = record;
  for (const step of steps) {
    here = opened(here);
    here = typeof step === 'number' ? (here?.kind === 'array' ? here.items[step] : undefined) : memberOf(here, step);
  }
  const body = opened(here);
  return body?.kind === 'object' ? { body } : undefined;
}

/** A value that a log keeps as a text of JSON. */
function opened(node: JsonNode | undefined): JsonNode | undefined {
  const text = stringOf(node);
  if (text === undefined) return node;
  const read = readJson(text);
  return isFault(read) ? undefined : read;
}

function isRequest(body: JsonNode): boolean {
  return CONTENT.some((name) => memberOf(body, name) !== undefined);
}

/** The API that a record names: by the URL of a batch, or by LiteLLM's name of the call. */
function routeIn(record: JsonNode, body: JsonNode): AskedRoute | undefined {
  if (record === body) return undefined;
  const url = stringOf(memberOf(record, 'url')) ?? stringOf(memberOf(memberOf(record, 'proxy_server_request'), 'url'));
  const call = stringOf(memberOf(record, 'call_type'));
  return (
    (url === undefined ? undefined : routeOfPath(url)) ??
    (call !== undefined && Object.hasOwn(CALL_ROUTES, call) ? CALL_ROUTES[call] : undefined)
  );
}
