import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Mapping } from './merge.ts';
import { type RunningProcess, startProcess, waitUntilReady } from './process.ts';

const ROOT = join(import.meta.dirname, '..');
const MAIN = join(ROOT, 'src', 'main.ts');

/** An exporter that this process started from source. */
export interface RunningExporter {
  url: string;
  port: number;
  readonly pid: number;
  /** The folder of its configuration and secrets: `exporter.yaml` and the files that were asked for. */
  dir: string;
  configFile: string;
  /** Runs another command of the exporter with the same configuration; gives what it printed and its status. */
  command(name: string): Promise<{ output: string; how: string }>;
  /** The text of /metrics. */
  metrics(): Promise<string>;
  readonly ended: Promise<string>;
  /** Ends it and starts it again with the same configuration. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  log(): string;
}

/** A program to start the exporter with, as `unshare` is, and variables for it. */
export interface Surroundings {
  command?: readonly string[];
  env?: Readonly<Record<string, string>>;
}

/**
 * Starts the exporter on the loopback interface and waits until it answers. `files` are written beside
 * its configuration, for secrets that the configuration names by a relative path. `main` is the program's
 * file, that of the sources when it is not given.
 */
export async function startExporter(
  port: number,
  config: Mapping,
  files: Record<string, string>,
  main = MAIN,
  around: Surroundings = {},
): Promise<RunningExporter> {
  const dir = await mkdtemp(join(tmpdir(), 'lce-exporter-'));
  const configFile = join(dir, 'exporter.yaml');
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), `${text}\n`, { mode: 0o600 });
  await writeFile(configFile, stringify({ ...config, http: { listen: [`127.0.0.1:${port}`] } }), { mode: 0o600 });
  const run = (command: string): RunningProcess => {
    const env = { PATH: process.env.PATH ?? '', NO_COLOR: '1', ...around.env };
    const [program = process.execPath, ...args] = [...(around.command ?? []), process.execPath, main, command, '-c', configFile];
    return startProcess(program, args, { cwd: dir, env });
  };
  const url = `http://127.0.0.1:${port}`;
  const start = async () => {
    const started = run('serve');
    await waitUntilReady(
      'The exporter',
      started,
      20_000,
      async () => (await fetch(`${url}/-/healthy`).catch(() => undefined))?.ok === true,
    );
    return started;
  };
  let child = await start();
  return {
    url,
    port,
    get pid() {
      return child.pid;
    },
    dir,
    configFile,
    async command(name) {
      const other = run(name);
      const how = await other.ended;
      return { output: other.log(), how };
    },
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    get ended() {
      return child.ended;
    },
    async restart() {
      await child.stop();
      child = await start();
    },
    async stop() {
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    },
    log: () => child.log(),
  };
}
