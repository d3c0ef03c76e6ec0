import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort, type RunningProcess, startProcess, waitUntilReady } from '../../deploy/local/process.ts';

const root = join(import.meta.dirname, '../..');

/** An exporter that runs as a process of its own, from source. */
export interface RunningExporter {
  url: string;
  process: RunningProcess;
  /** Milliseconds from the start of the process to the first ready answer. */
  readyAfter: number;
  /** The value of one series of `/metrics`, summed over the labels that the pattern leaves open. */
  read(series: RegExp): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `serve` on a free port with a configuration; resolves when `/-/ready` answers 200. */
export async function startExporter(config: Record<string, unknown>): Promise<RunningExporter> {
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'exporter-'));
  const file = join(directory, 'config.yaml');
  await writeFile(file, stringify({ ...config, http: { listen: [`127.0.0.1:${port}`] }, log: { level: 'warn' } }));
  const url = `http://127.0.0.1:${port}`;
  const started = performance.now();
  const child = startProcess(process.execPath, [join(root, 'src/main.ts'), 'serve', '-c', file], { env: process.env, cwd: directory });
  const ready = () =>
    fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  await waitUntilReady('the exporter', child, 30_000, ready);
  return {
    url,
    process: child,
    readyAfter: performance.now() - started,
    read: async (series) => {
      const page = await fetch(`${url}/metrics`).then((answer) => answer.text());
      const lines = page.split('\n').filter((line) => !line.startsWith('#') && series.test(line));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
    stop: () => child.stop(),
  };
}
