import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOG_LIMIT = 1_000_000;

/** A program that runs in a process group of its own. */
export interface RunningProcess {
  pid: number;
  /** What it has written so far to standard output and standard error, the last megabyte. */
  log(): string;
  /** Resolves when it has ended, with a sentence that says how. */
  ended: Promise<string>;
  running(): boolean;
  signal(name: NodeJS.Signals): void;
  /** Ends the group: SIGTERM, and SIGKILL for what is left after `grace` milliseconds. */
  stop(grace?: number): Promise<void>;
}

export interface ProcessOptions {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** `pipe` keeps what it writes for `log`, `inherit` lets it write where this process does. */
  output?: 'pipe' | 'inherit';
}

let guard: ChildProcess | undefined;

/**
 * Starts a program in a process group of its own. The group ends with `stop`, and in any case when this
 * process dies, even of SIGKILL: a guard outside the group waits for that.
 */
export function startProcess(command: string, args: readonly string[], { env, cwd, output = 'pipe' }: ProcessOptions): RunningProcess {
  const child = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', output, output] });
  const { pid } = child;
  let text = '';
  let exited = false;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      exited = true;
      resolve(`could not start: ${error.message}`);
    });
    child.once('close', (code, signal) => resolve(signal === null ? `exited with status ${code}` : `was ended by ${signal}`));
  });
  child.once('exit', () => {
    exited = true;
    if (pid !== undefined) signalGroup(pid, 'SIGKILL');
    tellGuard('drop', pid);
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(-LOG_LIMIT);
    });
  }
  tellGuard('add', pid);
  return {
    pid: pid ?? 0,
    log: () => text,
    ended,
    running: () => !exited,
    signal: (name) => {
      if (pid !== undefined && !exited) signalGroup(pid, name);
    },
    async stop(grace = 5_000) {
      if (pid === undefined || exited) return;
      signalGroup(pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), grace);
      await ended;
      clearTimeout(timer);
    },
  };
}

/**
 * Waits until `ready` gives true, asking every 50 ms. Fails when the process ends before, or after
 * `timeout` milliseconds, with the end of the log.
 */
export async function waitUntilReady(name: string, child: RunningProcess, timeout: number, ready: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!(await ready())) {
    const tail = () => child.log().split('\n').slice(-20).join('\n');
    if (!child.running()) throw new Error(`${name} ${await child.ended}. Its last lines:\n${tail()}`);
    if (performance.now() > deadline) {
      await child.stop(0);
      throw new Error(`${name} was not ready after ${timeout / 1000} s. Its last lines:\n${tail()}`);
    }
    await sleep(50);
  }
}

/** A TCP port of the loopback interface that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** Whether nobody on the loopback interface uses a port now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function tellGuard(verb: 'add' | 'drop', group: number | undefined): void {
  if (group === undefined) return;
  if (guard === undefined) {
    guard = spawn('sh', [join(import.meta.dirname, 'guard.sh')], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    guard.unref();
    if (guard.stdin instanceof Socket) guard.stdin.unref();
  }
  guard.stdin?.write(`${verb} ${group}\n`);
}
