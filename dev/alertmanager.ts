import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onPath } from './on-path.ts';
import { freePort, startProcess, waitUntilReady } from './process.ts';

/** An Alertmanager that this process started. */
export interface RunningAlertmanager {
  url: string;
  port: number;
  readonly pid: number;
  /** Ends it, and starts it again with what it remembers after `meanwhile`. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
  log(): string;
}

/**
 * Starts the Alertmanager of the PATH, alone and without history. `config` is the text of its
 * configuration; `files` are written beside it, by their paths relative to it. Fails with MissingError
 * when there is none.
 */
export async function startAlertmanager(config: string, files: Record<string, string> = {}): Promise<RunningAlertmanager> {
  const binary = await onPath('prometheus-alertmanager', 'prometheus-alertmanager');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const dir = await mkdtemp(join(tmpdir(), 'lce-alertmanager-'));
  const file = join(dir, 'alertmanager.yml');
  await writeFile(file, config, { mode: 0o600 });
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text, { mode: 0o600 });
  }
  const flags = [`--config.file=${file}`, `--storage.path=${join(dir, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
  const start = async () => {
    const started = startProcess(binary, [...flags, '--cluster.listen-address='], { cwd: dir, env: {} });
    await waitUntilReady('Alertmanager', started, 30_000, async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true);
    return started;
  };
  let child = await start();
  return {
    url,
    port,
    get pid() {
      return child.pid;
    },
    async restart(meanwhile) {
      await child.stop();
      await meanwhile();
      child = await start();
    },
    async stop() {
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    },
    log: () => child.log(),
  };
}
