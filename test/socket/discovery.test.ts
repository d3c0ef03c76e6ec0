import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon.ts';
import { createFileReader, matches } from '../../src/discovery/files.ts';
import { createHttpReader } from '../../src/discovery/http.ts';
import type { Reading } from '../../src/discovery/reader.ts';
import type { Status } from '../../src/model/status.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { Secret } from '../../src/source/secret.ts';
import { eventually } from '../support/eventually.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricValue } from '../support/metrics-text.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'lce-lists-'));
  await forThisFile(Promise.resolve({ stop: () => rm(path, { recursive: true }) }));
  return path;
}

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await forThisFile(
    Promise.resolve({
      stop: async () => {
        server.closeAllConnections();
        server.close();
      },
    }),
  );
  const address = server.address() as AddressInfo;
  return `127.0.0.1:${address.port}`;
}

/** Replaces a file in one step, as careful writers do. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

function outcome(reading: Reading): string {
  const addresses = 'targets' in reading ? reading.targets.map(({ address }) => address).join() : 'nothing';
  return `${addresses}; ${reading.fault ?? 'well'}`;
}

const signal = new AbortController().signal;

describe('lists in files', () => {
  it('are read in both formats in the order of their names, and a change of any kind is seen', async () => {
    const path = await folder();
    await writeFile(join(path, 'b.yaml'), '- targets: ["b:1"]\n');
    await writeFile(join(path, 'a.json'), '[{"targets":["a:1"]}]');
    await writeFile(join(path, '.hidden.yaml'), '- targets: ["h:1"]\n');
    const reader = createFileReader([join(path, '*.json'), join(path, '*.yaml'), join(path, 'a.json')]);
    expect(outcome(await reader.read(signal))).toBe('a:1,b:1; well');
    expect(await reader.changed()).toBe(false);
    await replace(join(path, 'b.yaml'), '- targets: ["c:1"]\n');
    expect(await reader.changed()).toBe(true);
    expect(outcome(await reader.read(signal))).toBe('a:1,c:1; well');
    await rm(join(path, 'b.yaml'));
    expect(outcome(await reader.read(signal))).toBe('a:1; well');
  });

  it('follow the links of a ConfigMap when they are swapped', async () => {
    const path = await folder();
    for (const version of ['1', '2']) {
      await mkdir(join(path, `..${version}`));
      await writeFile(join(path, `..${version}`, 'list.yaml'), `- targets: ["v${version}:1"]\n`);
    }
    await symlink('..1', join(path, '..data'));
    await symlink('..data/list.yaml', join(path, 'list.yaml'));
    const reader = createFileReader([join(path, '*.yaml')]);
    expect(outcome(await reader.read(signal))).toBe('v1:1; well');
    await symlink('..2', join(path, '..next'));
    await rename(join(path, '..next'), join(path, '..data'));
    expect(await reader.changed()).toBe(true);
    expect(outcome(await reader.read(signal))).toBe('v2:1; well');
  });

  it('that cannot be read keep what they gave, each for itself', async () => {
    const path = await folder();
    const [good, bad] = [join(path, 'a.yaml'), join(path, 'b.yaml')];
    await writeFile(good, '- targets: ["a:1"]\n');
    await writeFile(bad, '- targets: ["b:1"]\n');
    const reader = createFileReader([good, bad]);
    await reader.read(signal);
    await replace(good, '- targets: ["a:2"]\n');
    for (const text of ['', '- targets: [', '<html>', '\0\xff']) {
      await replace(bad, text);
      expect(outcome(await reader.read(signal))).toMatch(/^a:2,b:1; .*b\.yaml/);
    }
    await rm(bad);
    expect(outcome(await reader.read(signal))).toBe(`a:2,b:1; ${bad} does not exist`);
    await mkdir(bad);
    expect(outcome(await reader.read(signal))).toBe(`a:2,b:1; ${bad} is a directory, not a file`);
    await rm(bad, { recursive: true });
    await promisify(execFile)('mkfifo', [bad]);
    expect(outcome(await reader.read(signal))).toBe(`a:2,b:1; ${bad} is a pipe, not a regular file`);
    await rm(path, { recursive: true });
    const gone = createFileReader([join(path, '*.yaml')]);
    expect(outcome(await gone.read(signal))).toBe(`nothing; ${path} does not exist`);
    await mkdir(path);
    expect(await gone.read(signal)).toEqual({ targets: [], fault: undefined, notes: [`no file matches ${join(path, '*.yaml')}`] });
  });

  it('match by any text for a star', () => {
    expect(['a.yaml', 'a.b.yaml', '.yaml', 'a.yml'].map((name) => matches(name, '*.yaml'))).toEqual([true, true, true, false]);
    expect(['llm-1-a.json', 'llm-a.json', 'llm-.json'].map((name) => matches(name, 'llm-*-*.json'))).toEqual([true, false, false]);
    expect(matches('a'.repeat(200), `${'*a'.repeat(100)}*b`)).toBe(false);
  });
});

describe('a list over HTTP', () => {
  const reader = (host: string, more: object = {}) =>
    createHttpReader({ url: `http://${host}/targets?collector_id=one`, refresh_interval: 30_000, ...more }, systemClock);

  it('is asked for as Prometheus asks, with the credentials as they are now', async () => {
    const path = await folder();
    const file = join(path, 'token');
    await writeFile(file, 'first\n');
    const asked: string[] = [];
    const host = await serving(({ url, headers }, response) => {
      asked.push(`${url} ${headers.accept} ${headers['x-prometheus-refresh-interval-seconds']} ${headers.authorization}`);
      response.setHeader('content-type', 'application/json').end('[{"targets":["a:1"],"labels":{"redis":"cache"}}]');
    });
    const source = reader(host, { authorization: { type: 'Bearer', credentials: Secret.fromFile(file) } });
    expect(outcome(await source.read(signal))).toBe('a:1; well');
    await writeFile(file, 'second\n');
    await source.read(signal);
    expect(asked).toEqual(['first', 'second'].map((token) => `/targets?collector_id=one application/json 30 Bearer ${token}`));
    await rm(file);
    expect(outcome(await source.read(signal))).toBe(`nothing; its credentials: ${file} does not exist`);
  });

  it.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['a page', (response) => response.setHeader('content-type', 'text/html').end('<html>'), /a page for browsers/],
    ['gzip', (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync('[]')), /compressed/],
    ['a redirect', (response) => response.writeHead(302, { location: '/x' }).end(), /status 302; a redirect is not followed/],
    ['too much', (response) => response.end(Buffer.alloc(9 * 1_048_576, ' ')), /more than 8 MiB/],
    ['half a list', (response) => response.writeHead(200, { 'content-length': 100 }).write('[{', () => response.destroy()), /was closed/],
    ['nothing', (response) => response.end(), /is empty/],
  ])('that answers %s gives nothing and says why', async (_, answer, words) => {
    const result = outcome(await reader(await serving((_request, response) => answer(response))).read(signal));
    expect(result).toMatch(/^nothing; /);
    expect(result).toMatch(words);
    expect(result).not.toContain('127.0.0.1');
  });

  it('that hangs is given up with its signal', async () => {
    const host = await serving(() => undefined);
    expect(outcome(await reader(host).read(AbortSignal.timeout(200)))).toMatch(/^nothing; /);
    expect(outcome(await reader('127.0.0.1:1').read(signal))).toBe('nothing; its host refuses the connection');
  });
});

describe('an exporter with lists', () => {
  it('watches what they give as it comes and goes, and touches nothing else', async () => {
    const path = await folder();
    let asked = 0;
    const gateway = await serving((_request, response) => {
      asked += 1;
      response.writeHead(500).end();
    });
    let answer: (response: ServerResponse) => void = (response) => response.end('[]');
    const lists = await serving((_request, response) => answer(response));
    const names = (list: readonly string[]) =>
      list.map((name) => `- targets: ["${gateway}"]\n  labels: { name: ${name} }\n`).join('') || '[]';
    const file = join(path, 'config.yaml');
    const list = join(path, 'gateways.yaml');
    await writeFile(list, names(['a', 'b', 'c', 'd']));
    await writeFile(
      file,
      `http: { listen: ["127.0.0.1:0"] }
gateways: [{ name: fixed, url: "http://${gateway}", model: m, price_per_pair_usd: 0 }]
discovery:
  - { file_sd: { files: [gateways.yaml], refresh_interval: 1h }, kind: gateway }
  - { name: allocator, http_sd: { url: "http://${lists}/t", refresh_interval: 1s }, kind: redis }
classes:
  gateways: { default: { model: m, price_per_pair_usd: 0, redis: "{{redis}}", interval: 1h, routes: [completions] } }
  redis: { default: { interval: 1h } }
`,
    );
    const load = () => loadConfig({ file, flags: {}, env: {} });
    const loaded = await load();
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const lines: string[] = [];
    const options = {
      config: loaded.config,
      load,
      version: '0.0.0',
      env: {},
      clock: systemClock,
      out: (line: string) => void lines.push(line),
    };
    const daemon = await startDaemon(options);
    await forThisFile(Promise.resolve({ stop: () => daemon.close() }));
    const get = async (page: string) => (await fetch(`http://${daemon.addresses[0]}${page}`)).text();
    const status = async (): Promise<Status> => JSON.parse(await get('/api/v1/status'));
    const watched = async () => {
      const { gateways, targets } = await status();
      return [
        ...gateways.map(({ name, source }) => `${name}${source === undefined ? '' : ` of ${source}`}`),
        ...targets.map(({ name }) => name),
      ]
        .sort()
        .join();
    };
    await eventually(async () => (await watched()) === 'a of file_sd-0,b of file_sd-0,c of file_sd-0,d of file_sd-0,fixed');
    const areTried = async () => (await status()).gateways.every(({ up }) => up !== undefined);
    await eventually(areTried);
    const before = asked;

    await replace(list, names(['a', 'b', 'c', 'e']));
    await eventually(async () => (await watched()).includes('e of') && (await areTried()));
    expect(await watched()).not.toContain('d of');
    // A gateway that had been touched would have been tried again: each of the five asked as often as the new one.
    expect(asked).toBe(before + before / 5);

    await replace(list, names(['a']));
    await eventually(async () => metricValue(await get('/metrics'), 'cache_exporter_discovery_held_back', { source: 'file_sd-0' }) === 3);
    expect(await watched()).toContain('e of file_sd-0');

    answer = (response) => response.end(JSON.stringify([{ targets: ['127.0.0.1:1'], labels: { name: 'cache' } }, { targets: ['x/y'] }]));
    await eventually(async () => (await watched()).endsWith(',cache,e of file_sd-0,fixed') || (await watched()).includes('cache'));
    const text = await get('/metrics');
    const value = (name: string, source: string) => metricValue(text, `cache_exporter_discovery_${name}`, { source });
    expect([value('targets', 'allocator'), value('entries_refused', 'allocator'), value('failures_total', 'file_sd-0')]).toEqual([1, 1, 0]);

    answer = (response) => response.writeHead(500).end();
    await eventually(
      async () => (metricValue(await get('/metrics'), 'cache_exporter_discovery_failures_total', { source: 'allocator' }) ?? 0) >= 2,
    );
    expect(await watched()).toContain('cache');
    expect(lines.filter((line) => line.includes('cannot be read; what it gave')).length).toBe(1);
    const page = await get('/');
    expect(page).toContain('it answered with the status 500');
    expect(page).toContain('lost more than half');

    expect(await daemon.reload()).toEqual([]);
    expect(await watched()).toContain('e of file_sd-0');
  });
});
