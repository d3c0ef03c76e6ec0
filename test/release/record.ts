import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GatewayOptions, type GatewayRelease, type RunningGateway, startGateway } from '../../dev/gateway.ts';
import { STACK } from '../../dev/install.ts';
import type { Mapping } from '../../dev/merge.ts';
import type { Progress } from '../../dev/progress.ts';
import { type RunningRedis, startRedis } from '../../dev/redis.ts';
import { ROUTE, type Route } from '../../src/model/cache.ts';
import { PROBERS } from '../../src/pairs/index.ts';
import type { CacheControls } from '../../src/pairs/prober.ts';
import type { RecordedAnswer } from '../support/litellm-answer.ts';
import { startProvider } from './provider.ts';

/** Where the recorded answers of a release are. */
export function folderOf(release: GatewayRelease): string {
  return join(import.meta.dirname, '..', 'fixtures', `litellm-${release}`);
}

const PASSWORD = 'password-of-the-recording';
const MODEL = { chat: 'cache-probe', embeddings: 'emb-probe' } as const;
const PROVIDED_BY_ANTHROPIC = 'provided-native';
/** Models of a provider that answers, each time with something else. */
const PROVIDED = { chat: 'provided', embeddings: 'provided-emb' } as const;
const REFUSED_BY_PROVIDER = [400, 401, 403, 404, 429, 500] as const;
const CACHE = { ttl: 60, namespace: 'lce-probe-1c347759bfaffaa1' };

/** Decides about keys as a database of virtual keys would. */
const KEYS_PY = `
from litellm.proxy._types import UserAPIKeyAuth


async def decide(request, api_key):
    key = api_key.removeprefix("Bearer ")
    if key == "sk-no-controls":
        return UserAPIKeyAuth(api_key=key, allowed_cache_controls=["no-cache"])
    if key == "sk-one-a-minute":
        return UserAPIKeyAuth(api_key=key, rpm_limit=1)
    raise Exception("bad key")
`;

/** One question to a gateway; its answer is recorded under this name. Without a key the master key is sent. */
interface Question {
  name: string;
  path: string;
  key?: string;
  body?: Record<string, unknown>;
  /** Asked before, unrecorded. */
  after?: number;
}

interface Setting {
  gateway(redis: RunningRedis, provider: string): GatewayOptions;
  questions: readonly Question[];
  /** Redis is away for these. */
  withoutRedis?: readonly Question[];
}

const models = (provider: string): Mapping[] => [
  {
    model_name: MODEL.chat,
    litellm_params: { model: 'openai/cache-probe', api_key: 'none', mock_response: 'ok' },
    model_info: { id: '0' },
  },
  {
    model_name: MODEL.embeddings,
    litellm_params: { model: 'openai/emb-probe', api_key: 'none', mock_response: [0.1, 0.2, 0.3] },
    model_info: { id: '1' },
  },
  ...Object.values(PROVIDED).map((name) => ({
    model_name: name,
    litellm_params: { model: `openai/${name}`, api_key: 'none', api_base: `${provider}/v1` },
  })),
  {
    model_name: PROVIDED_BY_ANTHROPIC,
    litellm_params: { model: 'anthropic/claude-3-haiku-20240307', api_key: 'none', api_base: provider },
  },
  ...REFUSED_BY_PROVIDER.map((status) => ({
    model_name: `p${status}`,
    litellm_params: { model: `openai/p${status}`, api_key: 'none', api_base: `${provider}/${status}`, max_retries: 0 },
  })),
];

function settings(cacheParams: Mapping | undefined, more: Mapping = {}): (redis: RunningRedis, provider: string) => GatewayOptions {
  return (redis, provider) => ({
    ...(cacheParams?.type === 'redis' && { redis: { port: redis.port, password: PASSWORD } }),
    config: {
      model_list: models(provider),
      litellm_settings: cacheParams === undefined ? {} : { cache: true, cache_params: cacheParams },
      router_settings: { num_retries: 0, cooldown_time: 5 },
      ...more,
    },
  });
}

/** The body that the exporter sends on a route. */
function bodyOf(route: Route, model: string, nonce: string, cache: CacheControls | undefined = CACHE): Record<string, unknown> {
  return PROBERS[route].body(model, nonce, cache);
}

/** A pair, and a third answer that is none of the cache: it tells a hit from a second answer of the model. */
function pairOn(route: Route, models: Readonly<Record<'chat' | 'embeddings', string>> = MODEL, prefix = ''): Question[] {
  const name = `${prefix}${route.replace('_', '-')}`;
  const model = route === 'embeddings' ? models.embeddings : models.chat;
  const { path } = PROBERS[route];
  const body = bodyOf(route, model, `pair-${name}`);
  const again = bodyOf(route, model, `pair-${name}`, { ...CACHE, 'no-cache': true });
  return [
    { name: `${name}-first`, path, body },
    { name: `${name}-duplicate`, path, body },
    { name: `${name}-again`, path, body: again },
  ];
}

function about(name: string): Question[] {
  return [
    { name: `cache-ping${name}`, path: '/cache/ping' },
    { name: `readiness${name}`, path: '/health/readiness' },
    { name: `readiness-details${name}`, path: '/health/readiness/details' },
  ];
}

const { path: CHAT } = PROBERS.chat;
const { path: COMPLETIONS } = PROBERS.completions;
const { path: MESSAGES } = PROBERS.messages;
const chat = (nonce: string, model: string = MODEL.chat) => bodyOf('chat', model, nonce);

/** The gateways that are asked, and what. Each name is a file. */
const SETTINGS: readonly Setting[] = [
  {
    gateway: settings({ type: 'redis', ttl: 3600, namespace: 'litellm' }),
    questions: [
      ...ROUTE.flatMap((route) => pairOn(route)),
      ...ROUTE.flatMap((route) => pairOn(route, PROVIDED, 'provided-')),
      ...pairOn('messages', { ...PROVIDED, chat: PROVIDED_BY_ANTHROPIC }, 'native-'),
      ...about(''),
      { name: 'no-key', path: CHAT, key: '', body: chat('no key') },
      { name: 'wrong-key', path: CHAT, key: 'sk-wrong', body: chat('wrong key') },
      { name: 'cache-ping-wrong-key', path: '/cache/ping', key: 'sk-wrong' },
      ...ROUTE.filter((route) => route !== 'chat_stream').map((route) => ({
        name: `wrong-model-${route}`,
        path: PROBERS[route].path,
        body: bodyOf(route, 'nope', 'wrong model'),
      })),
      ...REFUSED_BY_PROVIDER.map((status) => ({ name: `provider-${status}`, path: CHAT, body: chat('refused', `p${status}`) })),
      ...REFUSED_BY_PROVIDER.map((status) => ({
        name: `provider-${status}-messages`,
        path: MESSAGES,
        body: bodyOf('messages', `p${status}`, 'refused'),
      })),
      { name: 'provider-cooldown', path: CHAT, body: chat('refused again', 'p401') },
    ],
    withoutRedis: [{ name: 'cache-ping-redis-down', path: '/cache/ping' }],
  },
  {
    gateway: (redis, provider) => ({
      ...settings({ type: 'redis' }, { general_settings: { custom_auth: 'keys.decide' } })(redis, provider),
      files: { 'keys.py': KEYS_PY },
    }),
    questions: [
      { name: 'refused-key', path: CHAT, key: 'sk-refused', body: chat('refused key') },
      { name: 'policy-chat', path: CHAT, key: 'sk-no-controls', body: chat('policy') },
      { name: 'policy-messages', path: MESSAGES, key: 'sk-no-controls', body: bodyOf('messages', MODEL.chat, 'policy') },
      { name: 'policy-completions', path: COMPLETIONS, key: 'sk-no-controls', body: bodyOf('completions', MODEL.chat, 'policy') },
      { name: 'rate-limit', path: CHAT, key: 'sk-one-a-minute', body: chat('limit'), after: 1 },
    ],
  },
  { gateway: settings({ type: 'local' }), questions: about('-local') },
  { gateway: settings(undefined), questions: about('-off') },
];

/**
 * Asks real gateways of a release everything that the tests of parsers read, and writes an answer a file, without what
 * belongs to this machine. Takes about two minutes; nothing leaves the machine. `only`: those with such a name, to add some to
 * a release that was recorded before.
 */
export async function record(release: GatewayRelease, progress: Progress, only = /(?:)/): Promise<void> {
  const folder = folderOf(release);
  await mkdir(folder, { recursive: true });
  const provider = await startProvider();
  try {
    for (const setting of SETTINGS) {
      const questions = setting.questions.filter(({ name }) => only.test(name));
      const withoutRedis = setting.withoutRedis?.filter(({ name }) => only.test(name)) ?? [];
      if (questions.length + withoutRedis.length === 0) continue;
      const redis = await startRedis({ args: ['--requirepass', PASSWORD], progress });
      try {
        const gateway = await startGateway({ ...setting.gateway(redis, provider.url), release, progress });
        try {
          await askAll(gateway, questions, redis.port, folder, progress);
          if (withoutRedis.length === 0) continue;
          await redis.stop();
          await askAll(gateway, withoutRedis, redis.port, folder, progress);
        } finally {
          await gateway.stop();
        }
      } finally {
        await redis.stop();
      }
    }
  } finally {
    provider.close();
  }
}

async function askAll(gateway: RunningGateway, questions: readonly Question[], redisPort: number, folder: string, progress: Progress) {
  for (const question of questions) {
    for (let before = 0; before < (question.after ?? 0); before += 1) await ask(gateway, question);
    const answer = neutral(await ask(gateway, question), gateway, redisPort);
    await writeFile(join(folder, `${question.name}.json`), `${JSON.stringify(answer, null, 2)}\n`);
    progress(`recorded ${question.name}: ${answer.status}`);
  }
}

async function ask(gateway: RunningGateway, { path, key = gateway.apiKey, body }: Question): Promise<RecordedAnswer> {
  const response = await fetch(`${gateway.url}${path}`, {
    headers: { 'content-type': 'application/json', ...(key === '' ? {} : { authorization: `Bearer ${key}` }) },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const kept = [...response.headers].filter(([name]) => KEPT.test(name));
  return { status: response.status, headers: Object.fromEntries(kept), body: await response.text() };
}

const KEPT = /^(?:content-type|cache-control|x-accel-buffering|x-litellm-.*|llm_provider-.*)$/;

/** Without the folders, ports and keys of the recording. */
function neutral({ status, headers, body }: RecordedAnswer, gateway: RunningGateway, redisPort: number): RecordedAnswer {
  const clean = (text: string) =>
    text
      .replaceAll(STACK, '')
      .replaceAll(gateway.apiKey, 'sk-the-master-key')
      .replaceAll(`127.0.0.1:${redisPort}`, '127.0.0.1:6379')
      .replace(new RegExp(`(\\bport\\W{1,6})${redisPort}\\b`, 'g'), '$16379')
      .replace(/127\.0\.0\.1:(?!6379\b)\d+/g, '127.0.0.1:4000');
  const hidden = (text: string) => clean(text).replace(/\b[0-9a-f]{64}\b/g, (hash) => '0'.repeat(hash.length));
  return {
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, name.endsWith('cache-key') ? value : hidden(value)])),
    body: hidden(body),
  };
}
