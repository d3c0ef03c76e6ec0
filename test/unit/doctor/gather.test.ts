import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gather } from '../../../src/doctor/gather.ts';
import type { DoctorOptions } from '../../../src/doctor/options.ts';
import { placeText } from '../../../src/doctor/place.ts';
import { systemClock } from '../../../src/schedule/clock.ts';
import { problemText } from '../../../src/source/problem.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'doctor');
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function look(options: Partial<DoctorOptions> = {}, env: Record<string, string> = {}) {
  const all = { envFiles: [], compose: [], kubernetes: [], processEnvironment: false, live: false, directory, ...options };
  return gather(all, { env, clock: systemClock, signal: new AbortController().signal });
}

function put(files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

async function problems(options: Partial<DoctorOptions> = {}): Promise<string[]> {
  return (await look(options)).problems.map(problemText);
}

describe('the evidence', () => {
  it('is what a directory has when no file is named', async () => {
    cpSync(join(FIXTURES, 'incident'), directory, { recursive: true });
    const { setup, files, problems: wrong } = await look({ litellmVersion: '1.80.9' });
    expect([files, wrong]).toEqual([['.envrc', 'compose.yaml', 'config.yaml'], []]);
    const [url] = setup.resolutions.cache.settings;
    expect(`${url?.name} ${url?.from} ${placeText(url?.place ?? { source: '' })}`).toBe('url REDIS_URL .envrc:5:8');
    expect(setup.line('.envrc', 5)).toBe('export REDIS_URL=redis://localhost:6379');
    expect(setup.line('.envrc', 99)).toBeUndefined();
  });

  it('is only what is named when a file is named', async () => {
    cpSync(join(FIXTURES, 'incident'), directory, { recursive: true });
    expect((await look({ envFiles: ['.envrc'] })).files).toEqual(['.envrc']);
  });

  it('finds the configuration that a compose file mounts, and the release in its image', async () => {
    cpSync(join(FIXTURES, 'operations', 'redis'), directory, { recursive: true });
    const { setup, files } = await look();
    expect(files).toEqual(['compose.yml', 'conf/litellm/config.yaml']);
    expect(setup.release).toEqual({ version: 'v1.80.0.rc.1', place: { source: 'compose.yml', line: 3, column: 5 } });
    expect(setup.resolutions.cache.failure?.place).toEqual({ source: 'conf/litellm/config.yaml', line: 20, column: 5 });
  });

  it('does not take what is outside of a container for what is inside', async () => {
    put({
      'compose.yaml': `services:\n  litellm:\n    image: litellm:v1.93.0\n    environment:\n      REDIS_HOST: \${HOST_NAME}\n`,
      '.env': 'HOST_NAME=inside\nREDIS_URL=redis://outside\n',
    });
    const { setup } = await look();
    expect(setup.environment.names()).toEqual(['REDIS_HOST']);
    expect(setup.environment.get('REDIS_HOST')?.value?.reveal()).toBe('inside');
    expect(setup.variables.map(({ name }) => name)).toEqual(['REDIS_HOST', 'HOST_NAME', 'REDIS_URL']);
  });

  it('takes the environment of this process when it may', async () => {
    put({ '.env': `REDIS_HOST=file\nA=\${REDIS_HOST}\n` });
    const without = await look({}, { REDIS_HOST: 'process' });
    const { setup } = await look({ processEnvironment: true }, { REDIS_HOST: 'process' });
    expect(without.setup.environment.get('REDIS_HOST')?.value?.reveal()).toBe('file');
    expect([setup.environment.get('REDIS_HOST')?.source, setup.environment.get('A')?.value?.reveal()]).toEqual(['process', 'process']);
    expect(setup.environment.hidden('REDIS_HOST').map(({ source }) => source)).toEqual(['dotenv']);
  });

  it('takes what LiteLLM writes over its environment before anything else', async () => {
    put({ 'config.yaml': 'environment_variables:\n  REDIS_HOST: config\n  A: os.environ/B\n', '.env': 'REDIS_HOST=file\n' });
    const { setup } = await look();
    expect(setup.environment.get('REDIS_HOST')).toMatchObject({ source: 'litellm', place: { source: 'config.yaml', line: 2, column: 3 } });
    expect(setup.environment.get('A')).toBeUndefined();
  });

  it('reads the manifests of a folder', async () => {
    cpSync(join(FIXTURES, 'good', 'kubernetes'), directory, { recursive: true });
    const { setup } = await look({ litellmConfig: 'config.yaml', kubernetes: ['.'] });
    expect(setup.workloads.map(({ kind, replicas }) => `${kind} ${replicas}`)).toEqual(['Deployment 3']);
    const password = setup.resolutions.cache.settings.find(({ name }) => name === 'password');
    expect([password?.value, password?.from]).toEqual([undefined, 'cache_params.password']);
  });

  it('finds the configuration in a ConfigMap, with its places in the manifest', async () => {
    put({
      'k.yaml':
        'kind: ConfigMap\nmetadata: {name: a}\ndata:\n  other: x\n  config.yaml: |\n    litellm_settings:\n      cache: true\n\n      cache_params:\n        type: redis\n        host: h\n---\nkind: Pod\n',
    });
    const { setup, problems: wrong } = await look({ kubernetes: ['k.yaml'] });
    expect(wrong).toEqual([]);
    expect(setup.resolutions.cache.settings[0]).toMatchObject({ name: 'host', place: { source: 'k.yaml', line: 11, column: 9 } });
    expect(setup.line('k.yaml', 11)).toBe('        host: h');
  });

  it('knows who may read a file, and what git tracks', async () => {
    put({ '.env': 'A=1\n', '.envrc': 'export B=1\n' });
    chmodSync(join(directory, '.env'), 0o600);
    chmodSync(join(directory, '.envrc'), 0o644);
    const { setup } = await look();
    expect(setup.exposure('.env')).toEqual({ tracked: false, worldReadable: false });
    expect(setup.exposure('.envrc')).toEqual({ tracked: false, worldReadable: true });
    expect(setup.exposure('other')).toBeUndefined();
  });

  it('cannot be changed', async () => {
    put({ 'config.yaml': 'litellm_settings:\n  cache: true\n' });
    const { setup } = await look();
    const settings = setup.litellm?.tree.litellm_settings;
    expect([setup, setup.litellm, settings, setup.resolutions.cache, setup.variables].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('says which release it takes where none is known, and that a version is none', async () => {
    put({ 'config.yaml': 'a: 1\n' });
    const { notes, problems: wrong, setup } = await look({ litellmVersion: 'latest' });
    expect(notes.map(problemText)).toEqual([
      'the release of LiteLLM is not known; the rules of the newest are used; say it with --litellm-version',
    ]);
    expect(wrong.map(problemText)).toEqual(['--litellm-version: is not a release; write it like 1.104.2']);
    expect(setup.release).toBeUndefined();
  });
});

describe('a file that cannot be read is one problem', () => {
  it.each([
    ['a broken file', 'litellm_settings:\n  cache: [true\n', 'config.yaml:2:10: opens a [ that is not closed'],
    ['a key that is given twice', 'a: 1\na: 2\n', 'config.yaml:2:1: a: this key is given twice, first in line 1; keep one'],
    ['a tab', 'a:\n\tb: 1\n', 'config.yaml:2:1: is indented with a tab; use spaces'],
    ['a bomb of anchors', bomb(), 'config.yaml uses its anchors more than 100 times'],
    ['nesting without end', '['.repeat(100_000), 'config.yaml:1:201: is nested too deeply'],
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0x00]), 'config.yaml is not UTF-8 text'],
    ['50 MB', Buffer.alloc(50 * 1024 * 1024, 'a'), 'config.yaml is larger than 1 MiB'],
    ['nothing', '', 'config.yaml:1:1: is empty'],
  ])('%s', async (_, content, expected) => {
    put({ 'config.yaml': content });
    expect(await problems({ litellmConfig: 'config.yaml' })).toEqual([expected]);
  });

  it('that is missing, a folder, or not for this user', async () => {
    put({ 'folder/x': '', 'closed.yaml': 'a: 1\n' });
    chmodSync(join(directory, 'closed.yaml'), 0o000);
    expect(await problems({ litellmConfig: 'gone.yaml', envFiles: ['gone.env'], compose: ['folder'] })).toEqual([
      'gone.env does not exist',
      'folder is a directory, not a file',
      'gone.yaml does not exist',
    ]);
    const closed = await problems({ compose: ['closed.yaml'] });
    expect(closed).toEqual(process.getuid?.() === 0 ? [] : ['closed.yaml may not be read by this user']);
  });

  it('that another file names, at the place where it is named', async () => {
    put({
      'compose.yaml': 'services:\n  a:\n    env_file:\n      - gone.env\n',
      '.envrc': 'dotenv gone\n',
      'config.yaml': 'include:\n  - gone.yaml\n',
    });
    expect(await problems()).toEqual([
      '.envrc:1:1: gone does not exist',
      'compose.yaml:4:9: gone.env does not exist',
      'config.yaml:2:5: include[0]: gone.yaml does not exist',
    ]);
  });

  it('and a byte order mark or CRLF is none', async () => {
    put({ 'config.yaml': '\ufeffrouter_settings:\r\n  redis_host: h\r\n  redis_port: 1\r\n', '.env': '\ufeffA=1\r\n' });
    const { setup, problems: wrong } = await look();
    expect(wrong).toEqual([]);
    expect(setup.resolutions.router.settings[0]?.place).toEqual({ source: 'config.yaml', line: 2, column: 3 });
    expect(setup.environment.get('A')?.place).toEqual({ source: '.env', line: 1, column: 1 });
  });
});

it('reads 200 files', async () => {
  const files: Record<string, string> = {
    'config.yaml': `include:\n${Array.from({ length: 60 }, (_, index) => `  - part-${index}.yaml\n`).join('')}`,
  };
  for (let index = 0; index < 60; index++)
    files[`part-${index}.yaml`] =
      `model_list:\n${'  - model_name: a\n    litellm_params:\n      model: openai/a\n      api_key: os.environ/KEY\n'.repeat(10)}`;
  for (let index = 0; index < 40; index++) files[`env-${index}.env`] = `NAME=value # comment\nOTHER="\${NAME} more"\n`.repeat(20);
  for (let index = 0; index < 40; index++)
    files[`compose-${index}.yaml`] =
      `services:\n  s${index}:\n    image: redis:8\n    command: redis-server --maxmemory 1gb\n    environment:\n      A: \${A:-1}\n    ports: ["6379:6379"]\n`;
  for (let index = 0; index < 59; index++)
    files[`k/${index}.yaml`] =
      `kind: Deployment\nmetadata: {name: a${index}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: c\n          env:\n            - {name: A, value: b}\n`;
  put(files);
  const named = (prefix: string) => Object.keys(files).filter((name) => name.startsWith(prefix));
  const { files: read, problems: wrong } = await look({
    litellmConfig: 'config.yaml',
    envFiles: named('env-'),
    compose: named('compose-'),
    kubernetes: ['k'],
  });
  expect([read.length, wrong]).toEqual([200, []]);
});

function bomb(): string {
  const names = ['a', 'b', 'c', 'd'];
  return names
    .map(
      (name, index) =>
        `${name}: &${name} [${Array(10)
          .fill(index === 0 ? 'x' : `*${names[index - 1]}`)
          .join(', ')}]\n`,
    )
    .join('');
}
