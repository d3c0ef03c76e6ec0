import { join } from 'node:path';
import { freePort, type RunningProcess, startProcess } from '../../dev/process.ts';
import { eventually } from './eventually.ts';
import { forThisFile } from './lifetime.ts';

/** A demo that is up, with what it says that it started. */
export interface RunningDemo {
  child: RunningProcess;
  /** What it has printed. */
  output: string;
  url: string;
  configFile: string;
  redis: { port: number; pid: number };
  gateway: { port: number; pid: number };
  exporter: { port: number; pid: number };
}

const DEMO = join(import.meta.dirname, '..', '..', 'dev', 'demo.ts');
/** Starts the demo as `npm run demo` does, on a free port, and waits until it has printed everything. */
export async function startDemo(...options: string[]): Promise<RunningDemo> {
  const args = [DEMO, '--port', String(await freePort()), ...options];
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };
  const child = await forThisFile(Promise.resolve(startProcess(process.execPath, args, { cwd: '/', env })));
  await eventually(() => child.log().includes('Ctrl-C ends everything') || !child.running(), 120_000);
  const output = child.log();
  if (!child.running()) throw new Error(`the demo ${await child.ended}:\n${output}`);
  const row = (name: string) => {
    const [, port, pid] = new RegExp(`^ +${name} .*port (\\d+) +pid (\\d+)`, 'm').exec(output) ?? [];
    return { port: Number(port), pid: Number(pid) };
  };
  const exporter = row('exporter');
  const configFile = /(\S+exporter\.yaml)/.exec(output)?.[1] ?? '';
  return { child, output, url: `http://127.0.0.1:${exporter.port}`, configFile, redis: row('Redis'), gateway: row('LiteLLM'), exporter };
}
