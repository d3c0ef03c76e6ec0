import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { install } from './install.ts';
import { type Mapping, merge } from './merge.ts';
import { freePort, startProcess, waitUntilReady } from './process.ts';
import { type Progress, progressToStderr } from './progress.ts';

/** The LiteLLM releases of which answers and a gauntlet are recorded. */
export const RECORDED_RELEASE = ['1.110.2', '1.80.9'] as const satisfies readonly GatewayRelease[];
/** The newest of them, which a gateway is of unless asked otherwise. */
export const [NEWEST_RELEASE] = RECORDED_RELEASE;
export type RecordedRelease = (typeof RECORDED_RELEASE)[number];

/** A release of LiteLLM: one of the stack, or any other whose requirements `npm run try-release` has locked. */
export type GatewayRelease = `${number}.${number}.${number}`;

/** The LiteLLM releases of the stack: the recorded ones, that of `deploy/compose.yaml`, and the newest whose breaker closes by itself that was recorded before. */
export const GATEWAY_RELEASE = [...RECORDED_RELEASE, '1.104.2', '1.106.0'] as const satisfies readonly GatewayRelease[];

export interface GatewayOptions {
  release?: GatewayRelease;
  /** The Redis of its response cache; without it the gateway has no cache. */
  redis?: { port: number; password?: string; username?: string };
  /** Laid over the default configuration: mappings are merged deeply, null removes a key. */
  config?: Mapping;
  env?: Record<string, string>;
  /** Written beside its configuration, by name: what that refers to. */
  files?: Record<string, string>;
  port?: number;
  workers?: number;
  progress?: Progress;
}

/** A LiteLLM proxy that this process started. */
export interface RunningGateway {
  url: string;
  port: number;
  /** Its master key. */
  apiKey: string;
  pid: number;
  release: GatewayRelease;
  /** The YAML file that it runs with. */
  configFile: string;
  stop(): Promise<void>;
  log(): string;
}

const START_TIMEOUT = 150_000;

/** What keeps LiteLLM from asking other hosts, and its breaker from hiding a recovery for the default 60 s. */
const ENVIRONMENT = {
  LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS: 'True',
  LITELLM_LOCAL_BLOG_POSTS: 'True',
  LITELLM_LOCAL_POLICY_TEMPLATES: 'true',
  DISABLE_ADMIN_UI: 'True',
  NO_PROXY: '*',
  PYTHONUNBUFFERED: '1',
  REDIS_CIRCUIT_BREAKER_RECOVERY_TIMEOUT: '2',
};

/**
 * Starts a LiteLLM proxy on the loopback interface and waits until its liveness endpoint answers: 8 to
 * 15 s. It sees nothing of this process' environment but the PATH.
 */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const { release = NEWEST_RELEASE, workers = 1, progress = progressToStderr() } = options;
  const venv = await install(release, progress);
  const port = options.port ?? (await freePort());
  const dir = await mkdtemp(join(tmpdir(), 'lce-gateway-'));
  const configFile = join(dir, 'config.yaml');
  const apiKey = `sk-${randomBytes(24).toString('hex')}`;
  await writeFile(configFile, stringify(merge(defaultConfig(options.redis), options.config ?? {})), { mode: 0o600 });
  for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(join(dir, name), text);
  const env: Record<string, string> = {
    ...ENVIRONMENT,
    PATH: `${join(venv, 'bin')}:${process.env.PATH ?? ''}`,
    HOME: dir,
    LITELLM_MASTER_KEY: apiKey,
    ...(options.redis?.password === undefined ? {} : { CACHE_PASSWORD: options.redis.password }),
    ...options.env,
  };
  const args = ['--config', configFile, '--host', '127.0.0.1', '--port', String(port), '--num_workers', String(workers)];
  // Uvicorn ends a worker that is not ready after five seconds, and starts it again, for ever on a busy machine.
  if (workers > 1) args.push('--run_gunicorn');
  const child = startProcess(join(venv, 'bin', 'litellm'), args, { cwd: dir, env });
  const url = `http://127.0.0.1:${port}`;
  const slow = setInterval(() => progress(`waiting for gateway ${release} on port ${port}`), 5_000);
  try {
    await waitUntilReady(`The gateway ${release}`, child, START_TIMEOUT, () => isAlive(url));
  } finally {
    clearInterval(slow);
  }
  return {
    url,
    port,
    apiKey,
    pid: child.pid,
    release,
    configFile,
    async stop() {
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    },
    log: () => child.log(),
  };
}

/** One mock model for every route, and one whose embeddings are vectors; nothing leaves the machine. */
function defaultConfig(redis: GatewayOptions['redis']): Mapping {
  const cache = redis && {
    cache: true,
    cache_params: {
      type: 'redis',
      host: '127.0.0.1',
      port: redis.port,
      ...(redis.username === undefined ? {} : { username: redis.username }),
      ...(redis.password === undefined ? {} : { password: 'os.environ/CACHE_PASSWORD' }),
      ttl: 120,
    },
  };
  return {
    model_list: [
      {
        model_name: 'cache-probe',
        litellm_params: { model: 'openai/cache-probe', api_key: 'none', mock_response: 'ok', mock_delay: 0.2 },
      },
      {
        model_name: 'cache-probe-embedding',
        litellm_params: { model: 'openai/cache-probe-embedding', api_key: 'none', mock_response: [0.1, 0.2] },
      },
    ],
    litellm_settings: { telemetry: false, ...cache },
    general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
  };
}

async function isAlive(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health/liveliness`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  const body = await answer?.arrayBuffer().catch(() => undefined);
  return answer?.status === 200 && body !== undefined;
}
