import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RunningRedis } from '../../dev/redis.ts';
import { type JsonNode, memberOf, stringOf } from '../../src/explain/json-text.ts';
import { answering } from './hostile-gateway.ts';
import { nodeOf } from './request-pairs.ts';

/** How a stand-in makes keys and answers; all of it can be changed while it runs. */
export interface KeyBehaviour {
  /** Fields at the top of a body that are no part of a key. */
  harmless: readonly string[];
  /** The status with which a body is refused; undefined where it is served. */
  refuses(body: JsonNode): number | undefined;
  /** Whether an answer is stored. */
  stores(body: JsonNode, path: string): boolean;
  /** Something that enters every key. */
  salt(): string;
  costUsd: number;
}

const RESULTS: Readonly<Record<string, string>> = {
  '/v1/chat/completions': 'choices',
  '/v1/completions': 'choices',
  '/v1/embeddings': 'data',
  '/v1/responses': 'output',
  '/v1/messages': 'content',
};

/**
 * A server in the place of a gateway whose keys are made as LiteLLM makes them, of the fields in their order and the values as Python prints them; in a
 * real Redis, or without one only in its memory. What a real gateway cannot be told, such as another key for every request, this one can.
 */
export async function keyGateway(redis: RunningRedis | undefined, behaviour: Partial<KeyBehaviour> = {}) {
  const cache: KeyBehaviour = {
    harmless: ['user', 'metadata', 'cache'],
    refuses: () => undefined,
    stores: () => true,
    salt: () => '',
    costUsd: 0,
    ...behaviour,
  };
  const stored = new Map<string, string>();
  const asked: { path: string; body: JsonNode }[] = [];
  const url = await answering((request, response) => {
    const path = request.url ?? '';
    const results = RESULTS[path];
    if (path === '/health/readiness')
      return void response.end(JSON.stringify({ status: 'healthy', cache: 'redis', litellm_version: '1.110.2' }));
    if (results === undefined) return void response.writeHead(path === '/health/liveliness' ? 200 : 404).end('"alive"');
    void textOf(request).then(async (text) => {
      const body = nodeOf(text);
      asked.push({ path, body });
      const refused = cache.refuses(body);
      if (refused !== undefined) return response.writeHead(refused).end('{"error":{"message":"the model does not take this"}}');
      const namespace = stringOf(memberOf(memberOf(body, 'cache'), 'namespace')) ?? '';
      const key = `${namespace}:${keyOf(body, cache)}`;
      const found = redis === undefined ? stored.get(key) : ((await redis.command('GET', `litellm:${key}`)) ?? undefined);
      const id = typeof found === 'string' ? found : randomUUID();
      const isStored = found === undefined && cache.stores(body, path);
      if (isStored && redis !== undefined) await redis.command('SET', `litellm:${key}`, id, 'PX', 60_000);
      if (isStored) stored.set(key, id);
      response.writeHead(200, {
        'content-type': 'application/json',
        'x-litellm-response-cost': String(cache.costUsd),
        ...(found === undefined ? { 'llm_provider-x': '1' } : { 'x-litellm-cache-key': key }),
      });
      return response.end(JSON.stringify({ id, created: 1, [results]: [{ text: 'ok', message: { content: 'ok' } }] }));
    });
  });
  return { url, cache, asked };
}

function keyOf(body: JsonNode, { harmless, salt }: KeyBehaviour): string {
  const members = body.kind === 'object' ? body.members : [];
  const last = new Map(members.map(({ name, value }) => [name, printed(value)]));
  const parts = [...last]
    .filter(([name, value]) => !harmless.includes(name) && value !== 'None')
    .map(([name, value]) => `${name}: ${value}`);
  return createHash('sha256')
    .update(parts.join('') + salt())
    .digest('hex');
}

/** A value as Python prints it. */
function printed(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${[...new Map(node.members.map(({ name, value }) => [name, printed(value)]))].map(([name, value]) => `'${name}': ${value}`).join(', ')}}`;
    case 'array':
      return `[${node.items.map(printed).join(', ')}]`;
    case 'number':
      return /[.eE]/.test(node.written) ? `float ${Number(node.written)}` : node.written;
    case 'string':
      return `'${stringOf(node)}'`;
    case 'literal':
      return node.written === 'null' ? 'None' : node.written;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
