import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { buildComposeConfig } from '../../dev/compose-config.ts';
import { progressToStderr } from '../../dev/progress.ts';
import { loadConfig } from '../../src/config/load.ts';
import { DEPLOY, readCompose } from '../support/compose.ts';
import { lacks } from '../support/lacks.ts';
import { lacksProgram } from '../support/prometheus.ts';

const run = promisify(execFile);
const { services } = readCompose();
const noGo = await lacks(() => buildComposeConfig(progressToStderr()));
const noPromtool = await lacksProgram('promtool');

describe('the files of compose.yaml', () => {
  it('are all there', () => {
    const mounts = Object.values(services).flatMap((service) => service.volumes ?? []);
    const paths = mounts.filter((mount) => mount.startsWith('.')).map((mount) => mount.split(':')[0] ?? '');
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(join(DEPLOY, path)))).toEqual([]);
  });

  it('ask Alertmanager for the secrets that it is given', () => {
    const text = readFileSync(join(DEPLOY, 'alertmanager/alertmanager.yml'), 'utf8');
    const wanted = new Set([...text.matchAll(/_file: secrets\/(\w+)/g)].map(([, file]) => file));
    const given = new Set(
      [...readFileSync(join(DEPLOY, 'compose/secrets.sh'), 'utf8').matchAll(/give alertmanager \S+ (\w+)/g)].map(([, file]) => file),
    );
    expect(given).toEqual(wanted);
  });

  it('put the dashboards where Grafana looks, and the data sources where the services are', () => {
    const grafana = services.grafana;
    const read = (file: string) => readFileSync(join(DEPLOY, '../grafana/provisioning', file), 'utf8');
    const mounted = grafana?.volumes?.find((mount) => mount.startsWith('../grafana/dashboards:'))?.split(':')[1];
    expect(parse(read('dashboards/dashboards.yaml')).providers[0].options.path).toBe(mounted);
    const variables = [...read('datasources/datasources.yaml').matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
    expect(variables.length).toBeGreaterThan(0);
    const hosts = variables.map((name) => new URL(grafana?.environment?.[name] ?? 'http://missing').hostname);
    expect(hosts.filter((host) => services[host] === undefined)).toEqual([]);
  });

  it('hold a configuration of the exporter that has no problem', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lce-files-'));
    for (const name of ['redis', 'redis_litellm', 'litellm_key', 'origin']) writeFileSync(join(folder, name), 'x');
    const file = join(folder, 'exporter.yaml');
    writeFileSync(file, readFileSync(join(DEPLOY, 'compose/exporter.yaml'), 'utf8').replaceAll('/run/secrets/', `${folder}/`));
    const loaded = await loadConfig({ file, flags: {}, env: {} });
    rmSync(folder, { recursive: true });
    expect(loaded).toMatchObject({ ok: true });
  });

  it.skipIf(noPromtool)('hold a configuration and rules that Prometheus takes, with the jobs that the rules go by', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lce-files-'));
    cpSync(join(DEPLOY, 'prometheus'), folder, { recursive: true });
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/litellm_key'), 'x');
    const { stdout } = await run('promtool', ['check', 'config', join(folder, 'prometheus.yml')]);
    rmSync(folder, { recursive: true });
    expect(stdout).toMatch(/SUCCESS: \d+ rule files found/);
    const config = parse(readFileSync(join(DEPLOY, 'prometheus/prometheus.yml'), 'utf8'));
    const jobs = Object.fromEntries(
      config.scrape_configs.map((job: { job_name: string; static_configs: { targets: string[] }[] }) => [
        job.job_name,
        job.static_configs[0]?.targets,
      ]),
    );
    expect(jobs).toEqual({ 'litellm-cache-exporter': ['exporter:9464'], litellm: ['litellm:4000'] });
    const tool = services.prometheus?.command ?? [];
    expect(tool).toContain('--enable-feature=exemplar-storage');
  });

  it.skipIf(noGo)('are taken by the loader of docker compose, which refuses a key that it does not know', async () => {
    const program = await buildComposeConfig(progressToStderr());
    const { stdout } = await run(program, ['-format', 'json', join(DEPLOY, 'compose.yaml')], { maxBuffer: 16e6 });
    expect(Object.keys(JSON.parse(stdout).services).sort()).toEqual(Object.keys(services).sort());
    const folder = mkdtempSync(join(tmpdir(), 'lce-files-'));
    const wrong = join(folder, 'compose.yaml');
    writeFileSync(wrong, readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8').replace('mem_limit:', 'memory_limit:'));
    const refused = await run(program, [wrong]).then(
      () => '',
      (error: { stderr: string }) => error.stderr,
    );
    rmSync(folder, { recursive: true });
    expect(refused).toContain('services.secrets.memory_limit');
  });
});
