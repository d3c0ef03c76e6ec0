import { randomBytes } from 'node:crypto';
import type { Mapping } from '../../dev/merge.ts';
import { createOriginServer } from '../../src/http/origin/server.ts';
import { createOriginKeyring } from '../../src/origin/keys.ts';
import type { OriginKeys } from '../../src/origin/stamp.ts';
import { type Clock, systemClock } from '../../src/schedule/clock.ts';
import { Secret } from '../../src/source/secret.ts';
import { forThisFile } from './lifetime.ts';

export interface OriginOptions {
  /** The key; a random one unless given. */
  key?: Secret;
  /** Milliseconds; none unless given. */
  latency?: number;
  clock?: Clock;
  web_config_file?: string;
  limits?: { sendMs?: number; bytes?: number };
  port?: number;
}

/** An origin that this process serves. */
export interface RunningOrigin {
  port: number;
  url: string;
  /** The key as it is now. */
  key(): Promise<string>;
  keys(): Promise<OriginKeys>;
  /** Every request that it counted, `route status`. */
  counted: string[];
  /** The sentences of its log. */
  lines: string[];
  stop(): Promise<void>;
}

/** Starts an origin on the loopback interface that ends with the test file at the latest. */
export function startOrigin(options: OriginOptions = {}): Promise<RunningOrigin> {
  return forThisFile(started(options));
}

async function started({
  key = Secret.of(randomBytes(24).toString('hex')),
  latency = 0,
  clock = systemClock,
  web_config_file,
  limits,
  port = 0,
}: OriginOptions): Promise<RunningOrigin> {
  const keyring = createOriginKeyring(clock);
  keyring.use(key);
  const counted: string[] = [];
  const lines: string[] = [];
  const write = (_details: object, sentence: string) => void lines.push(sentence);
  const server = createOriginServer({
    keys: keyring.read,
    clock,
    log: { debug: write, info: write, warn: write, error: write },
    opened: () => undefined,
    count: (route, status) => void counted.push(`${route} ${status}`),
    limits,
  });
  const config = { listen: [`127.0.0.1:${port}`], latency, api_key: key, ...(web_config_file !== undefined && { web_config_file }) };
  await (await server.prepare(config)).take();
  const [address = ''] = server.addresses();
  return {
    port: Number(address.slice(address.lastIndexOf(':') + 1)),
    url: `http://${address}`,
    key: () => key.read(),
    keys: keyring.read,
    counted,
    lines,
    stop: server.close,
  };
}

/**
 * What a LiteLLM gateway is configured with so that its models lead to an origin, for `startGateway({ config })`: `cache-probe`
 * through `openai/`, `cache-probe-text` through `text-completion-openai/`, `cache-probe-claude` through `anthropic/`, and
 * `cache-probe-embedding`.
 */
export async function modelsOfOrigin({ url, key }: Pick<RunningOrigin, 'url' | 'key'>): Promise<Mapping> {
  const api_key = await key();
  const openai = (model_name: string, model: string) => ({ model_name, litellm_params: { model, api_base: `${url}/v1`, api_key } });
  return {
    model_list: [
      openai('cache-probe', 'openai/cache-probe'),
      openai('cache-probe-text', 'text-completion-openai/cache-probe'),
      openai('cache-probe-embedding', 'openai/cache-probe'),
      { model_name: 'cache-probe-claude', litellm_params: { model: 'anthropic/cache-probe', api_base: url, api_key } },
    ],
  };
}
