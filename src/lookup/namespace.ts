import { type JsonNode, memberOf, stringOf } from '../explain/json-text.ts';
import type { UserRequest } from '../explain/request.ts';

/**
 * The names under which Redis may hold a key of a request. `namespace` is the gateway's, null for none: every key begins with it, and a
 * request may name a namespace of its own. LiteLLM does not repeat one that a key begins with; until some release after 1.80 it compares letters,
 * later whole parts.
 */
export function storedNames(hash: string, namespace: string | null, request: UserRequest): readonly string[] {
  return requestNamespaces(request).flatMap((own) => {
    const inner = own ?? namespace;
    const key = inner === null ? hash : `${inner}:${hash}`;
    if (namespace === null || key.startsWith(`${namespace}:`)) return [key];
    return key.startsWith(namespace) ? [`${namespace}:${key}`, key] : [`${namespace}:${key}`];
  });
}

/** The namespaces that a request itself may be cached in: that of its cache controls, else that of its metadata, which not every API reads. */
function requestNamespaces({ route, body }: UserRequest): readonly (string | undefined)[] {
  const named = nameIn(memberOf(memberOf(body, 'cache'), 'namespace'));
  if (named !== undefined) return [named];
  const inMetadata = nameIn(memberOf(memberOf(body, 'metadata'), 'redis_namespace'));
  if (inMetadata === undefined) return [undefined];
  return route === 'chat' || route === 'completions' || route === 'embeddings' ? [inMetadata] : [inMetadata, undefined];
}

function nameIn(node: JsonNode | undefined): string | undefined {
  const name = stringOf(node);
  return name === '' ? undefined : name;
}

const PROBE_KEY = /^(.*:)?lce-probe-[0-9a-f]+:[0-9a-f]{64}$/;

/** The namespace of the gateway in the name of a key of the exporter; null for none, undefined for another name. */
export function namespaceIn(key: string): string | null | undefined {
  const found = PROBE_KEY.exec(key);
  if (found === null) return undefined;
  return found[1] === undefined ? null : found[1].slice(0, -1);
}
