import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type GatewayOptions, type GatewayRelease, type RunningGateway, startGateway } from '../../dev/gateway.ts';
import type { Mapping } from '../../dev/merge.ts';
import { type RunningRedis, startRedis } from '../../dev/redis.ts';
import { type AskedRoute, PATHS } from '../../src/explain/request.ts';
import { ranCommand } from '../support/run-command.ts';

/** A gateway with its Redis, and the command beside them. */
export interface Stand {
  readonly redis: RunningRedis;
  readonly gateway: RunningGateway;
  /** Sends a request as a user and gives the status; waits until every entry of it is in Redis, as far as one is written within a second. */
  send(route: AskedRoute, body: string): Promise<number>;
  /** Runs `lookup` for a body. */
  lookup(body: string, args?: readonly string[]): Promise<Ran>;
  /** Keys of answers that are in Redis. */
  entries(): Promise<readonly string[]>;
  /** The models that the provider of embeddings was asked for. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** How a run of the command ended. `found` is its JSON, empty where it printed none. */
interface Ran {
  readonly code: number;
  readonly found: Readonly<Record<string, unknown>>;
  readonly out: string;
  readonly err: string;
}

const mock = (model: string, more: Mapping = {}) => ({ model, api_key: 'none', mock_response: 'ok', ...more });

/** What users ask: a plain model, one with parameters of its own, one behind another provider, two that differ in one parameter. */
const MODELS = [
  { model_name: 'cache-probe', litellm_params: mock('openai/cache-probe') },
  { model_name: 'users-model', litellm_params: mock('openai/gpt-4o') },
  { model_name: 'other-model', litellm_params: mock('anthropic/claude-3-5-sonnet-20240620') },
  { model_name: 'tuned', litellm_params: { temperature: 0.3, ...mock('openai/gpt-4o'), max_tokens: 5, user: "it's tuned" } },
  { model_name: 'two', litellm_params: mock('openai/gpt-4o', { seed: 1 }) },
  { model_name: 'two', litellm_params: mock('openai/gpt-4o', { seed: 2 }) },
  { model_name: 'grouped', litellm_params: mock('openai/gpt-4o') },
];

/** The models whose provider is a server of the test: a mock answers a batch of embeddings with one vector, which no gateway stores. */
function embeddingModels(provider: string): readonly Mapping[] {
  const models = [
    ['embedding-probe', 'openai/text-embedding-3-small'],
    ['users-embedding', 'openai/text-embedding-3-large'],
  ] as const;
  return models.map(([model_name, model]) => ({ model_name, litellm_params: { model, api_key: 'none', api_base: `${provider}/v1` } }));
}

/** A provider of embeddings; `asked` are the models it was asked for. */
async function startProvider(asked: string[]): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      if (text === '') return void response.writeHead(200).end();
      const { input, model } = JSON.parse(text);
      asked.push(String(model));
      const data = [input].flat().map((_, index) => ({ object: 'embedding', index, embedding: [0.1, 0.2] }));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'list', model, data, usage: { prompt_tokens: 1, total_tokens: 1 } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Starts both. `namespace` is that of the cache. */
export async function startStand(
  release: GatewayRelease,
  namespace: string | undefined,
  options: Partial<GatewayOptions> = {},
): Promise<Stand> {
  const asked: string[] = [];
  const provider = await startProvider(asked);
  const redis = await startRedis();
  const gateway = await startGateway({
    release,
    redis: { port: redis.port },
    config: {
      model_list: [...MODELS, ...embeddingModels(provider.url)],
      router_settings: {
        model_group_alias: { nickname: 'users-model', hidden: { model: 'tuned', hidden: true } },
        caching_groups: [['grouped', 'ungrouped']],
      },
      ...(namespace === undefined ? {} : { litellm_settings: { cache_params: { namespace } } }),
    },
    ...options,
  }).catch(async (error: unknown) => {
    await redis.stop();
    await provider.stop();
    throw error;
  });
  const dir = await mkdtemp(join(tmpdir(), 'lce-lookup-'));
  await writeFile(join(dir, 'key'), gateway.apiKey, { mode: 0o600 });
  const config = join(dir, 'config.yaml');
  const entry = { url: gateway.url, api_key_file: join(dir, 'key'), redis: 'cache', price_per_pair_usd: 0 };
  await writeFile(
    config,
    stringify({
      redis: [{ name: 'cache', url: redis.url }],
      gateways: [
        { name: 'chat', model: 'cache-probe', ...entry },
        { name: 'embeddings', model: 'embedding-probe', ...entry },
      ],
    }),
  );

  async function entries(): Promise<readonly string[]> {
    const keys = await redis.command('KEYS', '*');
    return Array.isArray(keys) ? keys.map(String).filter((key) => /(?:^|:)[0-9a-f]{64}$/.test(key) && !key.includes('lce-probe-')) : [];
  }

  return {
    redis,
    gateway,
    entries,
    asked,
    async send(route, body) {
      const before = (await entries()).length;
      const answer = await fetch(gateway.url + PATHS[route], {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.apiKey}`, 'content-type': 'application/json' },
        body,
      });
      await answer.arrayBuffer();
      for (let tries = 0; tries < 60 && answer.status === 200 && (await entries()).length === before; tries++) await pause(50);
      // A batch has an entry for each input, written one after the other.
      if (route === 'embeddings') await pause(100);
      return answer.status;
    },
    async lookup(body, args = []) {
      const file = join(dir, 'body.json');
      await writeFile(file, body);
      const { code, out, err } = await ranCommand('lookup', file, '-c', config, '--format', 'json', ...args);
      const found: unknown = out.startsWith('{') ? JSON.parse(out) : {};
      return { code, found: isRecord(found) ? found : {}, out, err };
    },
    async stop() {
      await gateway.stop();
      await redis.stop();
      await provider.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
