import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { at, parseJson } from '../../src/litellm/json.ts';
import { answering } from './hostile-gateway.ts';
import type { RunningRedis } from './redis.ts';

/** What a stand-in for a gateway does; whatever is undefined is as LiteLLM does it. */
export interface KeyedGateway {
  redis: RunningRedis | undefined;
  /** The servers of a cluster, of which the first that takes a key has it. */
  nodes?: readonly RunningRedis[];
  namespace?: string;
  cacheType?: string;
  release?: string;
  /** What is hashed, of a request whose model is named and whose content is a text. */
  material?(model: string, content: string): string;
  /** Answers a request with this instead. */
  refusal?: { status: number; body: string };
  /** Stores nothing. */
  silent?: boolean;
  /** `/model/info` lists these models. */
  models?: readonly string[];
  /** Milliseconds until a request is answered. */
  takes?: number;
}

const HEADERS = { 'content-type': 'application/json' };

/** The SHA-256 of a text, as the end of a key has it. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What LiteLLM hashes of a chat request with one message and nothing else. */
export function chatMaterial(model: string, content: string): string {
  return `model: ${model}messages: [{'role': 'user', 'content': '${content}'}]stream: False`;
}

/** A server in the place of a gateway that stores the answers to chat requests in a real Redis; its URL, and the models that it was asked for. */
export async function keyedGateway(gateway: KeyedGateway): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const { release = '1.110.2', cacheType = 'redis', material = chatMaterial, models = ['probe', 'm'] } = gateway;
  const url = await answering((request, response) => {
    const path = request.url ?? '';
    const json = (body: unknown, status = 200) =>
      response.writeHead(status, { ...HEADERS, 'x-litellm-version': release }).end(JSON.stringify(body));
    if (path.startsWith('/health')) return void json({ status: 'healthy', litellm_version: release, cache: cacheType });
    if (path === '/model/info') {
      return void json({ data: models.map((model_name) => ({ model_name, litellm_params: { model: `openai/${model_name}` } })) });
    }
    if (!path.endsWith('/chat/completions')) return void json({ error: { message: 'not here' } }, 404);
    void bodyIn(request).then(async (text) => {
      const body = parseJson(text);
      const model = String(at(body, 'model'));
      asked.push(model);
      if (gateway.refusal !== undefined) return void response.writeHead(gateway.refusal.status, HEADERS).end(gateway.refusal.body);
      const namespace = [gateway.namespace, at(body, 'cache', 'namespace')].filter((one) => one !== undefined).join(':');
      const key = `${namespace}:${sha256(material(model, String(at(body, 'messages', 0, 'content'))))}`;
      if (gateway.takes !== undefined) await new Promise((resolve) => setTimeout(resolve, gateway.takes));
      if (gateway.silent !== true) await storedAt(gateway, key, 60);
      json({ id: randomUUID(), created: 1, choices: [{ index: 0, message: { role: 'assistant', content: 'ok' } }] });
    });
  });
  return { url, asked };
}

/** Stores an entry as a gateway does it. */
export async function storedAt({ redis, nodes = [] }: Pick<KeyedGateway, 'redis' | 'nodes'>, key: string, seconds: number): Promise<void> {
  for (const server of redis === undefined ? nodes : [redis]) {
    const isStored = await server.command('SET', key, 'value', 'EX', seconds).then(
      () => true,
      () => false,
    );
    if (isStored) return;
  }
}

async function bodyIn(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}
