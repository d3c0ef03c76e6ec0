import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onPath } from './on-path.ts';
import { freePort, startProcess, waitUntilReady } from './process.ts';

/** An Alertmanager that this process started. */
export interface RunningAlertmanager {
  url: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
  log(): string;
}

/**
 * Starts the Alertmanager of the PATH, alone and without history. `config` is the text of its
 * configuration. Fails with MissingError when there is none.
 */
export async function startAlertmanager(config: string): Promise<RunningAlertmanager> {
  const binary = await onPath('prometheus-alertmanager', 'prometheus-alertmanager');
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'lce-alertmanager-'));
  const file = join(dir, 'alertmanager.yml');
  await writeFile(file, config, { mode: 0o600 });
  const flags = [`--config.file=${file}`, `--storage.path=${join(dir, 'data')}`, `--web.listen-address=127.0.0.1:${port}`];
  const child = startProcess(binary, [...flags, '--cluster.listen-address='], { cwd: dir, env: {} });
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady('Alertmanager', child, 30_000, async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true);
  return {
    url,
    port,
    pid: child.pid,
    async stop() {
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    },
    log: () => child.log(),
  };
}
