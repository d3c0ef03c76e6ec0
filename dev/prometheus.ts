import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Mapping, merge } from './merge.ts';
import { onPath } from './on-path.ts';
import { freePort, startProcess, waitUntilReady } from './process.ts';

export interface PrometheusOptions {
  /** Address to scrape, `host:port`, by job name. */
  scrape: Record<string, string>;
  /** Absolute paths of rule files. */
  rules?: readonly string[];
  /** Addresses of Alertmanagers, `host:port`. */
  alertmanagers?: readonly string[];
  /** Laid over the generated configuration. */
  config?: Mapping;
  /** Flags beside its own. */
  flags?: readonly string[];
}

/** A Prometheus server that this process started. */
export interface RunningPrometheus {
  url: string;
  port: number;
  pid: number;
  /** The `data` of an answer of the HTTP API: `api('query', { query: 'up' })`. Fails when Prometheus reports an error. */
  api(endpoint: string, parameters?: Record<string, string>): Promise<unknown>;
  stop(): Promise<void>;
  log(): string;
}

/**
 * Starts the Prometheus of the PATH with an empty database, exemplar storage on, and scrapes and
 * evaluations every second. Fails with MissingError when there is none.
 */
export async function startPrometheus({
  scrape,
  rules = [],
  alertmanagers = [],
  config = {},
  flags = [],
}: PrometheusOptions): Promise<RunningPrometheus> {
  const binary = await onPath('prometheus', 'prometheus');
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'lce-prometheus-'));
  const file = join(dir, 'prometheus.yml');
  const generated = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    scrape_configs: Object.entries(scrape).map(([job, address]) => ({ job_name: job, static_configs: [{ targets: [address] }] })),
    rule_files: rules,
    alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
  };
  await writeFile(file, stringify(merge(generated, config)));
  const own = [`--config.file=${file}`, `--storage.tsdb.path=${join(dir, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
  const child = startProcess(binary, [...own, '--enable-feature=exemplar-storage', ...flags], { cwd: dir, env: {} });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady('Prometheus', child, 30_000, async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true);
  return {
    url,
    port,
    pid: child.pid,
    async api(endpoint, parameters = {}) {
      const answer = await fetch(`${url}/api/v1/${endpoint}?${new URLSearchParams(parameters)}`);
      const { data, error }: { data?: unknown; error?: string } = JSON.parse(await answer.text());
      if (error !== undefined) throw new Error(`Prometheus: ${error}`);
      return data;
    },
    async stop() {
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    },
    log: () => child.log(),
  };
}
