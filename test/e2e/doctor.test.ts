import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'src/main.ts');
const fixtures = join(root, 'test/fixtures/doctor');

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

interface Report {
  findings: {
    rule: string;
    severity: string;
    at: string;
    message: string;
    consequence: string;
    fix: string;
    related: { message: string }[];
  }[];
  settings: { client: string; setting: string; value: string; from: string; hides: { from: string }[] }[];
}

function run(program: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env: { PATH: process.env.PATH ?? '', ...env }, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

/** Whether a program is not on this machine; with CI set it has to be. */
function lacksProgram(program: string): boolean {
  return !process.env.CI && spawnSync(program, ['--version']).error !== undefined;
}

describe('doctor', () => {
  let scratch: string;

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'doctor-'));
  });

  afterAll(() => rm(scratch, { recursive: true }));

  async function copied(fixture: string): Promise<string> {
    const directory = await mkdtemp(join(scratch, 'case-'));
    await cp(join(fixtures, fixture), directory, { recursive: true });
    return directory;
  }

  function doctor(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ran> {
    return run(process.execPath, [main, 'doctor', ...args], cwd, env);
  }

  it('reads files of variables itself, before Node does: nothing in them is run, and a pipe holds nobody up', async () => {
    const directory = await mkdtemp(join(scratch, 'case-'));
    await writeFile(join(directory, 'run.cjs'), "require('node:fs').writeFileSync('ran', '')");
    await writeFile(join(directory, '.env'), 'NODE_OPTIONS=--require=./run.cjs\nREDIS_HOST=h\n');
    spawnSync('mkfifo', [join(directory, 'pipe')]);
    const [, words = ''] = /^#!\/usr\/bin\/env -S (.*)$/m.exec(await readFile(main, 'utf8')) ?? [];
    const [node, ...dashes] = words.split(' ');
    const image = /^ENTRYPOINT (.*)$/m.exec(await readFile(join(root, 'deploy/Dockerfile'), 'utf8'))?.[1];
    expect([
      node,
      dashes,
      z
        .array(z.string())
        .parse(JSON.parse(image ?? '[]'))
        .slice(-2),
    ]).toEqual(['node', ['--'], ['--', '/app/dist/main.js']]);
    const started = (file: string) => run(process.execPath, [...dashes, main, 'doctor', '--env-file', file], directory);
    expect((await started('.env')).stdout).toContain('Looked at .env.');
    await expect(readFile(join(directory, 'ran'))).rejects.toThrow('ENOENT');
    expect(await started('pipe')).toMatchObject({ code: 2, stderr: expect.stringContaining('pipe is a pipe, not a regular file') });
    expect(await started('gone')).toMatchObject({ code: 2, stderr: expect.stringContaining('gone does not exist') });
  });

  it('tells that the folder in which it was started is gone', async () => {
    const ran = await run(
      'sh',
      ['-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"', process.execPath, main, 'doctor'],
      scratch,
    );
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('is not there any more') });
  });

  /** How many calls of functions a run makes, in this program and in what it uses: unlike time it is the same on any machine. */
  async function callsOf(args: readonly string[], cwd: string): Promise<number> {
    const hook = join(scratch, 'calls.mjs');
    await writeFile(
      hook,
      `import { Session } from 'node:inspector';
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
process.on('exit', () => {
  session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    const counts = result.filter(({ url }) => url.startsWith('file:')).flatMap(({ functions }) => functions.map(({ ranges }) => ranges[0].count));
    process.stderr.write('\\ncalls ' + counts.reduce((sum, count) => sum + count, 0) + '\\n');
  });
});`,
    );
    const { stderr } = await run(process.execPath, ['--import', hook, main, 'doctor', ...args], cwd);
    return Number(/^calls (\d+)$/m.exec(stderr)?.[1]);
  }

  async function json(args: readonly string[], cwd: string): Promise<Report> {
    return JSON.parse((await doctor([...args, '--format', 'json'], cwd)).stdout);
  }

  it('prints what its page shows', async () => {
    const page = await readFile(join(root, 'docs/doctor/README.md'), 'utf8');
    const [, command = '', shown = ''] = /^```text\n\$ litellm-cache-exporter doctor (.*)\n([\s\S]*?)^ {2}\.\.\.\n```/m.exec(page) ?? [];
    const { stdout } = await doctor(command.split(' '), await copied('incident'));
    expect(shown.length).toBeGreaterThan(500);
    expect(stdout.startsWith(shown)).toBe(true);
  });

  it('finds in the incident what was wrong, each with its place and its fix', async () => {
    const directory = await copied('incident');
    expect((await doctor([], directory)).code).toBe(1);
    const { findings, settings } = await json(['--litellm-version', '1.80.0'], directory);
    const of = (rule: string) => findings.filter((finding) => finding.rule === rule);
    expect(settings.find(({ setting }) => setting === 'url')).toMatchObject({ value: 'redis://localhost:6379', from: 'REDIS_URL' });
    expect(settings.find(({ setting }) => setting === 'url')?.hides.map(({ from }) => from)).toEqual(
      expect.arrayContaining([
        'cache_params.host',
        'cache_params.port',
        'cache_params.password',
        'REDIS_HOST',
        'REDIS_PORT',
        'REDIS_PASSWORD',
      ]),
    );
    expect(of('redis-url-without-password')).toMatchObject([
      {
        at: '.envrc:5:8',
        severity: 'critical',
        message: 'REDIS_URL has no password and hides cache_params.password',
        fix: 'remove REDIS_URL, so that host, port and password apply',
      },
    ]);
    expect(of('redis-port-mismatch')).toMatchObject([
      { at: '.envrc:7:8', severity: 'high', message: 'REDIS_PORT says port 6378, the port of service redis says 6379' },
    ]);
    expect(of('plaintext-password')).toMatchObject([{ at: 'config.yaml:17:5', severity: 'critical' }]);
    expect(of('password-shared')).toMatchObject([
      { at: 'config.yaml:17:5', message: 'cache_params.password is the same secret as general_settings.master_key, LITELLM_MASTER_KEY' },
    ]);
    expect(of('password-weak')).toMatchObject([{ message: 'cache_params.password is a sample of public documentation' }]);
    expect(of('redis-port-open')).toMatchObject([{ at: 'compose.yaml:7:9', severity: 'high' }]);
    expect(of('remote-without-tls')).toMatchObject([
      { message: 'localhost:6379 is used without TLS, and its port is open to other machines' },
    ]);
    expect(of('no-pool-limit')).toMatchObject([{ at: 'config.yaml:12:3', message: 'cache_params sets no max_connections' }]);
    expect(of('redis-port-mismatch')[0]?.fix).toContain('6379');
  });

  for (const [program, args] of [
    ['patch', ['-p0', '-s', '-i', 'doctor.diff']],
    ['git', ['apply', '-p0', 'doctor.diff']],
  ] as const)
    it.skipIf(lacksProgram(program))(`prints a diff for the incident that ${program} applies, after which nothing is high`, async () => {
      const directory = await copied('incident');
      const { stdout } = await doctor(['--diff', '--show-secrets'], directory);
      await writeFile(join(directory, 'doctor.diff'), stdout);
      expect(await run(program, args, directory)).toMatchObject({ code: 0, stderr: '' });
      const { findings } = await json([], directory);
      expect(findings.filter(({ severity }) => severity === 'critical' || severity === 'high')).toEqual([]);
      expect(await doctor([], directory)).toMatchObject({ code: 0 });
    });

  it('keeps the secret out of a diff that was not asked to show it, and the rest of it applies', async () => {
    const directory = await copied('incident');
    const { stdout, stderr } = await doctor(['--diff'], directory);
    expect(stdout).not.toContain('sk-1234');
    expect(stderr).toMatch(/^3 of the changes take a secret away/m);
    await writeFile(join(directory, 'doctor.diff'), stdout);
    expect(await run('git', ['apply', '-p0', 'doctor.diff'], directory)).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(join(directory, 'config.yaml'), 'utf8')).toContain('    max_connections: 100\n');
  });

  it('corrects what the operations page says of the socket timeout', async () => {
    const words = 'since 1.63.12 and in every release since; setting it below cache_params helps, upgrading does not.';
    const planned = (await json([], await copied('operations/redis'))).findings;
    expect(planned.find(({ rule }) => rule === 'socket-timeout')).toMatchObject({
      at: 'conf/litellm/config.yaml:19:5',
      severity: 'medium',
      message: 'socket_timeout is 30 s',
      consequence: expect.stringContaining(words),
    });
    expect(planned.find(({ rule }) => rule === 'router-redis')).toMatchObject({
      at: 'conf/litellm/config.yaml:28:3',
      message: 'the router uses database 0, the cache database 1: this release does not read router_settings.redis_db',
    });
    expect(planned.filter(({ rule }) => rule === 'plaintext-password').map(({ at }) => at)).toEqual([
      'conf/litellm/config.yaml:13:5',
      'conf/litellm/config.yaml:27:3',
    ]);
    expect(planned.find(({ rule }) => rule === 'cache-params-unknown-key')).toMatchObject({ at: 'conf/litellm/config.yaml:20:5' });

    const running = (await json([], await copied('operations/local'))).findings;
    expect(running.find(({ rule }) => rule === 'socket-timeout')?.consequence).toContain(words);
    expect(running.find(({ rule }) => rule === 'local-cache-with-several-workers')).toMatchObject({
      severity: 'high',
      message: 'type local with 2 workers of LiteLLM',
    });
    expect(running.find(({ rule }) => rule === 'plaintext-password')?.message).toBe(
      'redis_password is commented out and still holds a password as plain text',
    );
  });

  it('ends with 2 where nothing could be checked or the usage is wrong', async () => {
    const empty = join(scratch, 'empty');
    await mkdir(empty);
    expect(await doctor([], empty)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('there is nothing to check in .'),
    });
    expect(await doctor(['--litellm-config', 'conf/litellm/config.yaml'], await copied('operations/as-printed'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^conf\/litellm\/config\.yaml:\d+:\d+: .*\n(.*\n)*nothing could be checked\n$/),
    });
    expect(await doctor(['--litellm-config', 'none.yaml'], empty)).toMatchObject({ code: 2 });
    expect(await doctor(['--fail-on', 'loud'], empty)).toMatchObject({ code: 2 });
    expect(await doctor(['--show-secrets'], empty)).toMatchObject({ code: 2, stderr: expect.stringContaining('goes with --diff') });
    expect(await doctor(['--explain', 'socket-timeouts'], empty)).toMatchObject({
      code: 2,
      stderr: 'there is no rule socket-timeouts; did you mean socket-timeout?; see litellm-cache-exporter doctor --rules\n',
    });
  });

  it('obeys --fail-on', async () => {
    const directory = await copied('operations/local');
    expect((await doctor(['--fail-on', 'critical'], directory)).code).toBe(1);
    expect((await doctor(['--fail-on', 'never'], directory)).code).toBe(0);
  });

  it('prints the page of a rule and the list of rules', async () => {
    const page = await doctor(['--explain', 'socket-timeout'], scratch);
    expect(page).toMatchObject({ code: 0, stdout: await readFile(join(root, 'docs/doctor/socket-timeout.md'), 'utf8') });
    expect((await doctor(['--rules'], scratch)).stdout).toMatch(/^plaintext-password +critical /m);
  });

  it('loads no package of OpenTelemetry, Redis or logging', async () => {
    const hook = join(scratch, 'trace.mjs');
    await writeFile(
      hook,
      `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { if (/node_modules/.test(url)) process.stderr.write('loads ' + url + '\\n'); return next(url, context); } });`,
    );
    const directory = await copied('good/compose');
    const { stderr } = await run(process.execPath, ['--import', hook, main, 'doctor'], directory);
    const packages = new Set([...stderr.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name = '']) => name));
    expect([...packages].filter((name) => /^(@opentelemetry|ioredis|pino|zod$)/.test(name))).toEqual([]);
    expect(packages.has('yaml')).toBe(true);
  });

  it('reads and judges 200 files, and takes no more for each of many than for each of few', async () => {
    const directory = await copied('good/kubernetes');
    const manifest = await readFile(join(directory, 'manifests.yaml'), 'utf8');
    const argsFor = async (folder: string, count: number) => {
      await mkdir(join(directory, folder));
      for (let number = 0; number < count; number++)
        await writeFile(join(directory, folder, `${number}.yaml`), manifest.replaceAll(/name: litellm(?=\n)/g, `name: litellm-${number}`));
      return ['--litellm-config', 'config.yaml', '--kubernetes', folder];
    };
    const [few, many] = [await argsFor('few', 50), await argsFor('many', 200)];
    expect(await doctor(many, directory)).toMatchObject({ code: 0, stdout: expect.stringContaining('Deployment litellm-199') });
    // Without what the process takes to start and to find that there is little to do. Four times the files take four
    // times as long; sixteen times would be the square.
    const least = await callsOf([], directory);
    const forFew = (await callsOf(few, directory)) - least;
    expect(forFew).toBeGreaterThan(10_000);
    expect((await callsOf(many, directory)) - least).toBeLessThan(6 * forFew);
  });

  it('uses no colour where the output is no terminal', async () => {
    expect((await doctor([], await copied('incident'))).stdout).not.toContain('\u001b[');
  });
});
