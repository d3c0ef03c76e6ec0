/**
 * `npm run demo`: a Redis, a LiteLLM gateway that caches in it and the exporter that watches both, until
 * Ctrl-C. `--incident` starts them misconfigured as in a real outage that looked healthy.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { aclRules } from '../src/collectors/acl/acl.ts';
import { incidentText, refusals, type Stack, stackText } from './demo-text.ts';
import { type RunningExporter, startExporter } from './exporter.ts';
import { NEWEST_RELEASE, type RunningGateway, startGateway } from './gateway.ts';
import { install } from './install.ts';
import type { RunningJaeger } from './jaeger.ts';
import { merge } from './merge.ts';
import { MissingError } from './missing-error.ts';
import { alertingIfHere, firstPage, jaegerIfBuilt, monitoringText, pageText, tracedGateway } from './monitoring.ts';
import { freePort } from './process.ts';
import { type Progress, progressToStderr } from './progress.ts';
import { type RunningRedis, startRedis } from './redis.ts';

const HELP = `npm run demo [-- OPTIONS]

Starts Redis 8.2.3, a LiteLLM gateway that caches in it, and the exporter with an interval of one
second, which is the provider of the probe model as well. Everything listens on 127.0.0.1 and ends with Ctrl-C. The first run installs
Redis and LiteLLM into .stack/ (a minute or two); later runs take some 15 seconds.

  --incident   LiteLLM 1.80.9 with correct cache_params, but REDIS_URL without password and
               REDIS_PORT=6378 in its environment: it is locked out of its Redis and looks healthy
  --full       with Prometheus, Alertmanager and Jaeger, as far as this machine has them; with --incident
               the page that arrives is shown
  --port N     port of the exporter (9464)
  --once       end after the report
  --help       this text
`;

const SETTLE_MS = 40_000;

/** What is true of a stack once it has settled, as lines of /metrics. */
const WORKING = [/^redis_up\{[^}]*\} 1$/m, /^llm_cache_verdict\{[^}]*verdict="working"[^}]*\} 1$/m];
const LOCKED_OUT = [/^llm_cache_verdict\{[^}]*verdict="memory_only"[^}]*\} 1$/m, /^llm_cache_cause\{[^}]*cause="redis_auth"[^}]*\} 1$/m];

async function main(): Promise<number> {
  const options = {
    incident: { type: 'boolean' },
    full: { type: 'boolean' },
    port: { type: 'string' },
    once: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve('interrupted'));
  });
  const port = Number(values.port ?? 9464);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) throw new MissingError(`--port ${values.port} is not a port: 1 to 65535`);
  await mustBeFree(port);
  const stopping: (() => Promise<void>)[] = [];
  try {
    const shown = show(port, values, stopping, progressToStderr());
    const first = await Promise.race([shown, interrupted]);
    if (first === 'interrupted' || values.once) return 0;
    process.stdout.write('\nCtrl-C ends everything.\n');
    const end = await Promise.race([first.exporter.ended, interrupted]);
    if (end === 'interrupted') return 0;
    process.stderr.write(`The exporter ${end}:\n${first.exporter.log().slice(-2_000)}\n`);
    return 1;
  } finally {
    await Promise.all(stopping.map((stop) => stop()));
  }
}

interface Wanted {
  incident?: boolean;
  full?: boolean;
}

async function show(
  port: number,
  { incident = false, full = false }: Wanted,
  stopping: (() => Promise<void>)[],
  progress: Progress,
): Promise<Stack> {
  const release = incident ? '1.80.9' : NEWEST_RELEASE;
  await Promise.all([install('redis-8.2.3', progress), install(release, progress)]);
  const [password, exporterPassword] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')];
  const origin = { port: await freePort(), key: randomBytes(24).toString('hex') };

  progress('starting Redis 8.2.3');
  const redis = await startRedis({ args: ['--requirepass', password], progress });
  stopping.push(redis.stop);
  await redis.command('ACL', 'SETUSER', 'exporter', ...aclRules(redis.release), `>${exporterPassword}`);
  const jaeger = full ? await jaegerIfBuilt(progress) : undefined;
  if (jaeger !== undefined) stopping.push(jaeger.stop);
  // The older release sends spans only with packages for gRPC, which are not among its requirements here.
  const traced = jaeger === undefined || incident ? undefined : tracedGateway(jaeger);
  progress(`starting LiteLLM ${release} (about 10 s)`);
  const env = {
    ORIGIN_KEY: origin.key,
    ...traced?.env,
    ...(incident ? { REDIS_URL: `redis://127.0.0.1:${redis.port}`, REDIS_PORT: '6378' } : {}),
  };
  const config = merge(traced?.config ?? {}, probeModel(origin.port));
  const gateway = await startGateway({ release, redis: { port: redis.port, password }, config, env, progress });
  stopping.push(gateway.stop);
  const refusedBefore = await refusals(redis);
  progress('starting the exporter');
  const files = {
    'exporter-password': exporterPassword,
    'litellm-password': password,
    'litellm-key': gateway.apiKey,
    'origin-key': origin.key,
  };
  const exporter = await startExporter(port, exporterConfig(redis, gateway, origin.port, jaeger, incident), files);
  stopping.push(exporter.stop);
  const alerting = full ? await alertingIfHere(exporter, progress) : undefined;
  if (typeof alerting === 'object') stopping.push(alerting.stop);

  progress('waiting for the first pairs');
  const settled = await settle(exporter, incident ? LOCKED_OUT : WORKING);
  const stack = { redis, gateway, exporter };
  const report = incident ? await incidentText(stack, refusedBefore) : (await exporter.command('probe')).output;
  process.stdout.write(`\n${report}\n`);
  process.stdout.write(stackText(stack));
  if (full) process.stdout.write(monitoringText(alerting, jaeger));
  if (incident && typeof alerting === 'object') process.stdout.write(pageText(await firstPage(alerting)));
  if (!settled)
    throw new Error(`the exporter did not say ${incident ? 'memory_only and redis_auth' : 'working'} within ${SETTLE_MS / 1000} s`);
  return stack;
}

/** A probe model that leads to the exporter. */
function probeModel(originPort: number) {
  const api_base = `http://127.0.0.1:${originPort}/v1`;
  const litellm_params = { model: 'openai/cache-probe', api_base, api_key: 'os.environ/ORIGIN_KEY' };
  return { model_list: [{ model_name: 'cache-probe', litellm_params }] };
}

function exporterConfig(
  redis: RunningRedis,
  gateway: RunningGateway,
  originPort: number,
  jaeger: RunningJaeger | undefined,
  incident: boolean,
) {
  const own = { username: 'exporter', password_file: 'exporter-password' };
  const canary = { name: 'litellm', password_file: 'litellm-password' };
  return {
    redis: [{ name: 'cache', url: redis.url, ...own, interval: '1s', canaries: [canary] }],
    gateways: [
      {
        name: 'litellm',
        url: gateway.url,
        api_key_file: 'litellm-key',
        redis: 'cache',
        model: 'cache-probe',
        origin: true,
        interval: '1s',
        // Nobody else uses this gateway, and all shapes of answers are to be seen soon.
        ...(incident ? {} : { overhead: '50%' }),
      },
    ],
    origin: { listen: [`127.0.0.1:${originPort}`], api_key_file: 'origin-key' },
    ...(jaeger === undefined ? {} : { traces: { endpoint: jaeger.otlp } }),
  };
}

async function settle(exporter: RunningExporter, lines: readonly RegExp[]): Promise<boolean> {
  const deadline = performance.now() + SETTLE_MS;
  while (performance.now() < deadline) {
    const text = await exporter.metrics();
    if (lines.every((line) => line.test(text))) return true;
    await sleep(200);
  }
  return false;
}

/** Fails with a sentence when the port is taken, before anything is installed or started. */
function mustBeFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) =>
      reject(new MissingError(`Port ${port} of 127.0.0.1 cannot be used (${error.message}). Choose another: npm run demo -- --port 9465`)),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()));
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const expected =
      error instanceof MissingError || (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(expected ? 2 : 1);
  },
);
