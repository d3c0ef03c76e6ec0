import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type RunningExporter as Started, startExporter as start } from '../../dev/exporter.ts';
import type { Mapping } from '../../dev/merge.ts';
import { freePort } from '../../dev/process.ts';

/** An exporter that runs from source, and how long it took to be ready. */
export interface RunningExporter extends Started {
  /** Milliseconds from the start of the process until everything was tried once. */
  readyAfter: number;
  /** The value of the series of `/metrics` whose lines match, summed. */
  read(series: RegExp): Promise<number>;
}

const root = join(import.meta.dirname, '../..');

/** Compiles the sources: what is measured is what is published. */
export async function build(): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', 'build'], { cwd: root });
}

/** Starts `serve` of the compiled exporter on a free port; resolves when `/-/ready` answers 200. */
export async function startExporter(config: Mapping): Promise<RunningExporter> {
  const began = performance.now();
  const exporter = await start(await freePort(), { ...config, log: { level: 'warn' } }, {}, join(root, 'dist/main.js'));
  while (!(await fetch(`${exporter.url}/-/ready`)).ok) await sleep(20);
  return {
    ...exporter,
    readyAfter: performance.now() - began,
    read: async (series) => {
      const lines = (await exporter.metrics()).split('\n').filter((line) => !line.startsWith('#') && series.test(line));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
  };
}
