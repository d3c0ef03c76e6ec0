import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { GATEWAY_RELEASE } from '../../dev/gateway.ts';
import { install } from '../../dev/install.ts';
import { buildJaeger } from '../../dev/jaeger.ts';
import { freePort, type RunningProcess, startProcess, waitUntilReady } from '../../dev/process.ts';
import { progressToStderr } from '../../dev/progress.ts';
import { REDIS_RELEASE, redisServer } from '../../dev/redis.ts';
import { DEPLOY, makeSecrets, readCompose, type Secrets, shipped } from '../support/compose.ts';
import { lacksJaeger } from '../support/jaeger.ts';
import { forThisFile } from '../support/lifetime.ts';

const MAIN = join(DEPLOY, '../src/main.ts');
const progress = progressToStderr();
const noJaeger = await lacksJaeger();

/** The parts of compose.yaml as processes of this machine: its releases and its own files, with only addresses and paths replaced. */
describe('the stack of compose.yaml', () => {
  let scratch: string;
  let secrets: Secrets;
  let redisPort: number;
  let gatewayPort: number;
  let originPort: number;

  async function configuration(file: string, replacements: readonly (readonly [string, string])[]): Promise<string> {
    const text = await readFile(join(DEPLOY, file), 'utf8');
    for (const [from] of replacements) expect(text, file).toContain(from);
    const path = join(scratch, file.replaceAll('/', '-'));
    await writeFile(
      path,
      replacements.reduce((changed, [from, to]) => changed.replaceAll(from, to), text),
    );
    return path;
  }

  async function startCache(): Promise<void> {
    const server = await redisServer(shipped('redis', REDIS_RELEASE), progress);
    const conf = await configuration('compose/redis.conf', [
      ['port 6379', `port ${redisPort}`],
      ['bind * -::*', 'bind 127.0.0.1'],
      ['dir /data', `dir ${scratch}`],
      ['/run/secrets/', `${secrets.folder}/redis/`],
    ]);
    const child = startProcess(server, [conf], { cwd: scratch, env: {} });
    await waitUntilReady('Redis', child, 10_000, async () => child.log().includes('eady to accept connections'));
    await forThisFile(Promise.resolve(child));
  }

  async function startLitellm(): Promise<void> {
    const venv = await install(shipped('litellm', GATEWAY_RELEASE), progress);
    const service = readCompose().services.litellm;
    const config = await configuration('compose/litellm.yaml', [
      ['port: 6379', `port: ${redisPort}`],
      ['http://exporter:9465', `http://127.0.0.1:${originPort}`],
    ]);
    const home = join(scratch, 'home');
    await mkdir(home);
    const env = {
      ...service?.environment,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS: 'True',
      LITELLM_LOCAL_BLOG_POSTS: 'True',
      LITELLM_LOCAL_POLICY_TEMPLATES: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      REDIS_HOST: '127.0.0.1',
      SECRETS: join(secrets.folder, 'litellm'),
      HOME: home,
      PATH: `${join(venv, 'bin')}:${process.env.PATH ?? ''}`,
    };
    const args = (service?.entrypoint ?? []).slice(2).map((arg) => {
      const own: Record<string, string> = { '/etc/litellm/config.yaml': config, '0.0.0.0': '127.0.0.1', '4000': String(gatewayPort) };
      return own[arg] ?? arg;
    });
    const child = startProcess('sh', [join(DEPLOY, 'compose/litellm.sh'), ...args], { cwd: scratch, env });
    const alive = () =>
      fetch(`http://127.0.0.1:${gatewayPort}/health/liveliness`).then(
        (answer) => answer.ok,
        () => false,
      );
    await waitUntilReady('LiteLLM', child, 150_000, alive);
    await forThisFile(Promise.resolve(child));
  }

  function exporter(...args: string[]): RunningProcess {
    return startProcess(process.execPath, [MAIN, ...args], { cwd: scratch, env: { NO_COLOR: '1' } });
  }

  /** The daemon, which is the provider of the probe model as well. */
  async function startExporter(config: string, port: number): Promise<void> {
    const child = await forThisFile(Promise.resolve(exporter('-c', config)));
    const isReady = () =>
      fetch(`http://127.0.0.1:${port}/-/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
    await waitUntilReady('the exporter', child, 60_000, isReady);
  }

  /** What the server answers to commands of a user: `OK`, or the first word of the refusal. */
  async function answers(username: string, file: string, commands: readonly (readonly [string, ...string[]])[]): Promise<string[]> {
    const password = await secrets.read(file);
    const client = new Redis({ port: redisPort, username, password, protocol: 2, disableClientInfo: true, enableReadyCheck: false });
    const all = await Promise.all(
      commands.map(([name, ...args]) =>
        client.call(name, ...args).then(
          () => 'OK',
          (error: unknown) => String(error instanceof Error ? error.message : error).split(' ')[0] ?? '',
        ),
      ),
    );
    client.disconnect();
    return all;
  }

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'lce-compose-'));
    secrets = await makeSecrets(scratch);
    [redisPort, gatewayPort, originPort] = await Promise.all([freePort(), freePort(), freePort()]);
    await startCache();
    await startLitellm();
  }, 180_000);
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  it('works: a pair is answered from Redis, by the exporter as its provider, and nobody is refused anything', async () => {
    const port = await freePort();
    const config = await configuration('compose/exporter.yaml', [
      ['redis://redis:6379', `redis://127.0.0.1:${redisPort}`],
      ['http://litellm:4000', `http://127.0.0.1:${gatewayPort}`],
      ['http://jaeger:4318', `http://127.0.0.1:${await freePort()}`],
      ['/run/secrets/', `${secrets.folder}/exporter/`],
      ['":9465"', `"127.0.0.1:${originPort}"`],
      ['":9464"', `"127.0.0.1:${port}"`],
    ]);
    await startExporter(config, port);
    const run = exporter('probe', '-c', config);
    expect(await run.ended, run.log()).toBe('exited with status 0');
    expect(run.log()).toContain('litellm  WORKING ');
    const page = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
    expect(page).toMatch(/^cache_exporter_origin_requests_total\{[^}]*status="200"[^}]*\} [1-9]/m);

    const client = new Redis({
      port: redisPort,
      username: 'admin',
      password: await secrets.read('redis/admin'),
      protocol: 2,
      disableClientInfo: true,
    });
    const [log, errors] = await Promise.all([client.call('ACL', 'LOG'), client.info('errorstats')]);
    client.disconnect();
    expect(log).toEqual([]);
    expect(errors).not.toMatch(/NOPERM|WRONGPASS/);
    // The question of the daemon itself whether a password is needed.
    expect(/NOAUTH:count=(\d+)/.exec(errors)?.[1]).toBe('1');
  });

  it('lets Prometheus read the metrics of LiteLLM with the key that it has, and nobody without', async () => {
    const config = parse(await readFile(join(DEPLOY, 'prometheus/prometheus.yml'), 'utf8'));
    const job = config.scrape_configs.find((each: { job_name: string }) => each.job_name === 'litellm');
    const key = await secrets.read('prometheus/litellm_key');
    const ask = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${gatewayPort}${job.metrics_path}`, { headers });
    const admitted = await ask({ authorization: `Bearer ${key}` });
    expect(admitted.status).toBe(200);
    expect(await admitted.text()).toContain('litellm_cache_hits_metric_total');
    expect((await ask({})).status).toBe(401);
  });

  it.skipIf(noJaeger)('has a configuration that Jaeger takes', async () => {
    const validate = async (file: string) => {
      const child = startProcess(await buildJaeger(progress), ['validate', '--config', file], { cwd: scratch, env: {} });
      return child.ended;
    };
    expect(await validate(join(DEPLOY, 'compose/jaeger.yaml'))).toBe('exited with status 0');
    expect(await validate(await configuration('compose/jaeger.yaml', [['max_traces', 'most_traces']]))).toBe('exited with status 1');
  });

  it('gives no user of Redis more than it needs', async () => {
    const secretive = [
      ['GET', 'x'],
      ['SET', 'x', '1'],
      ['KEYS', '*'],
      ['CONFIG', 'GET', 'maxmemory'],
      ['FLUSHALL'],
      ['EVAL', 'return 1', '0'],
    ] as const;
    expect(await answers('exporter', 'exporter/redis', secretive)).toEqual(secretive.map(() => 'NOPERM'));
    expect(await answers('health', 'redis/health', [['PING'], ...secretive])).toEqual(['OK', ...secretive.map(() => 'NOPERM')]);
    const dangerous = [
      ['GET', 'of others'],
      ['KEYS', '*'],
      ['CONFIG', 'GET', 'maxmemory'],
      ['FLUSHALL'],
      ['SHUTDOWN'],
      ['ACL', 'LIST'],
      ['MONITOR'],
    ] as const;
    expect(await answers('litellm', 'litellm/redis', [['SET', 'litellm:x', '1'], ...dangerous])).toEqual([
      'OK',
      ...dangerous.map(() => 'NOPERM'),
    ]);
    expect(await answers('admin', 'redis/admin', [['FLUSHALL'], ['ACL', 'LIST']])).toEqual(['OK', 'OK']);
  });
});
