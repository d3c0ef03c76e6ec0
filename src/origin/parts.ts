import type { OriginApi } from '../model/origin.ts';

/** The way to a part of a body: keys and indexes. */
export type Path = readonly (string | number)[];
/** A path in which `*` is any index. */
type Pattern = readonly string[];

/** What a program acts on, by API; what is below a part belongs to it. */
const ACTED_ON: Readonly<Record<OriginApi, readonly Pattern[]>> = {
  chat: [
    ['choices', '*', 'index'],
    ['choices', '*', 'message', 'content'],
    ['choices', '*', 'message', 'tool_calls'],
    ['choices', '*', 'message', 'function_call'],
  ],
  completions: [
    ['choices', '*', 'index'],
    ['choices', '*', 'text'],
  ],
  embeddings: [
    ['data', '*', 'index'],
    ['data', '*', 'embedding'],
  ],
  responses: [
    ['output', '*', 'type'],
    ['output', '*', 'name'],
    ['output', '*', 'arguments'],
    ['output', '*', 'call_id'],
    ['output', '*', 'content', '*', 'type'],
    ['output', '*', 'content', '*', 'text'],
  ],
  messages: [
    ['content', '*', 'type'],
    ['content', '*', 'text'],
    ['content', '*', 'id'],
    ['content', '*', 'name'],
    ['content', '*', 'input'],
  ],
  models: [],
};

/** The list of results, by API. A result that is missing, or one too many, is something that a program acts on. */
const RESULTS: Readonly<Record<OriginApi, string | undefined>> = {
  chat: 'choices',
  completions: 'choices',
  embeddings: 'data',
  responses: 'output',
  messages: 'content',
  models: undefined,
};

/** What every answer may have anew: the name and the times of an answer, and the name of one of its parts. */
const ANEW: readonly Pattern[] = [['id'], ['created'], ['created_at'], ['completed_at'], ['output', '*', 'id']];

/** Names by which a program answers a call; any will do, as long as each call has one of its own. */
const CALL_NAMES: readonly Pattern[] = [
  ['choices', '*', 'message', 'tool_calls', '*', 'id'],
  ['output', '*', 'call_id'],
  ['content', '*', 'id'],
];

/** Texts that are JSON: a program acts on what they say, not on how it is written. */
const JSON_TEXTS: readonly Pattern[] = [
  ['choices', '*', 'message', 'tool_calls', '*', 'function', 'arguments'],
  ['choices', '*', 'message', 'function_call', 'arguments'],
  ['output', '*', 'arguments'],
];

const VECTORS: readonly Pattern[] = [['data', '*', 'embedding']];

/** Types of elements in a list of results that are none: the absence of one says nothing of those behind it. */
const ASIDE: readonly string[] = ['reasoning', 'thinking', 'redacted_thinking'];

/** How a part is compared; `value` where there is nothing special about it. */
export type PartKind = 'anew' | 'call_name' | 'json_text' | 'vector' | 'value';

/** What kind of part is at a path. */
export function partKindOf(path: Path): PartKind {
  if (isOneOf(path, ANEW)) return 'anew';
  if (isOneOf(path, CALL_NAMES)) return 'call_name';
  if (isOneOf(path, JSON_TEXTS)) return 'json_text';
  return isOneOf(path, VECTORS) ? 'vector' : 'value';
}

/** Whether a path leads to the list of results. */
export function isResults(api: OriginApi, path: Path): boolean {
  return path.length === 1 && path[0] === RESULTS[api];
}

/** Whether a part is one that programs act on, or belongs to one. */
export function isActedOn(api: OriginApi, path: Path): boolean {
  return ACTED_ON[api].some((pattern) => path.length >= pattern.length && matches(path.slice(0, pattern.length), pattern));
}

/** Whether a part is, belongs to or holds something that programs act on. */
export function holdsActedOn(api: OriginApi, value: unknown, path: Path): boolean {
  if (isEmpty(value) || (path.length === 2 && isAside(value))) return false;
  if (isActedOn(api, path)) return true;
  if (!ACTED_ON[api].some((pattern) => matches(path, pattern.slice(0, path.length)))) return false;
  if (isList(value)) return value.some((element, index) => holdsActedOn(api, element, [...path, index]));
  return isRecord(value) && Object.keys(value).some((key) => holdsActedOn(api, value[key], [...path, key]));
}

/** Whether an element of a list of results is no result, as reasoning is none. */
export function isAside(element: unknown): boolean {
  return isRecord(element) && typeof element.type === 'string' && ASIDE.includes(element.type);
}

/** Whether a part counts as absent. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return isList(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A path as a JSON pointer (RFC 6901). */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function isOneOf(path: Path, patterns: readonly Pattern[]): boolean {
  return patterns.some((pattern) => matches(path, pattern));
}

function matches(path: Path, pattern: Pattern): boolean {
  return (
    path.length === pattern.length &&
    pattern.every((step, index) => (step === '*' ? typeof path[index] === 'number' : step === path[index]))
  );
}
