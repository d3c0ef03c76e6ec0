import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { STACK } from './install.ts';
import { withLock } from './lock.ts';
import { onPath } from './on-path.ts';
import { freePort, startProcess, waitUntilReady } from './process.ts';
import { type Progress, progressToStderr } from './progress.ts';

const MODULE = join(import.meta.dirname, 'jaeger');
const PACKAGE = 'github.com/jaegertracing/jaeger/cmd/jaeger';

/** A span as Jaeger's HTTP API gives it, as far as it is read here. */
export interface JaegerSpan {
  traceID: string;
  spanID: string;
  operationName: string;
  /** Microseconds. */
  duration: number;
  references: { refType: string; spanID: string }[];
  tags: { key: string; value: unknown }[];
  processID: string;
}

/** A Jaeger that this process started. */
export interface RunningJaeger {
  /** Its query API; there is no user interface in this build. */
  url: string;
  port: number;
  /** Base address of its OTLP/HTTP receiver, without `/v1/traces`. */
  otlp: string;
  pid: number;
  /** The spans of a trace that have arrived so far. */
  spans(traceId: string): Promise<JaegerSpan[]>;
  stop(): Promise<void>;
  log(): string;
}

/** Whether Jaeger was built here before. */
export async function hasJaeger(): Promise<boolean> {
  return existsSync(await programPath());
}

/**
 * Builds Jaeger with the Go of the PATH, unless it was built before, and returns the path of its program.
 * Takes four minutes on two cores the first time. Fails with MissingError when there is no Go.
 */
export async function buildJaeger(progress: Progress): Promise<string> {
  const program = await programPath();
  if (existsSync(program)) return program;
  const go = await onPath('go', 'golang (1.25 or later)');
  await mkdir(STACK, { recursive: true });
  await withLock(program, progress, async () => {
    if (existsSync(program)) return;
    progress('building Jaeger (first time only, some 4 minutes)');
    const start = performance.now();
    const args = ['build', '-mod=readonly', '-buildvcs=false', '-o', `${program}.new`, PACKAGE];
    const child = startProcess(go, args, { cwd: MODULE, env: process.env });
    const how = await child.ended;
    if (how !== 'exited with status 0') throw new Error(`go build of Jaeger ${how}:\n${child.log()}`);
    await rename(`${program}.new`, program);
    progress(`built Jaeger in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  });
  return program;
}

/** Where the program is, once it is built; another place for each state of its locked modules. */
async function programPath(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(MODULE, file)));
  return join(STACK, `jaeger-${hash.digest('hex').slice(0, 12)}`);
}

/** Starts a Jaeger on the loopback interface that keeps traces in memory. */
export async function startJaeger(progress: Progress = progressToStderr()): Promise<RunningJaeger> {
  const program = await buildJaeger(progress);
  const dir = await mkdtemp(join(tmpdir(), 'lce-jaeger-'));
  const file = join(dir, 'config.yaml');
  const [query, queryGrpc, otlp, health] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  await writeFile(file, stringify(jaegerConfig({ query, queryGrpc, otlp, health })));
  const child = startProcess(program, ['--config', file], { cwd: dir, env: {} });
  const url = `http://127.0.0.1:${query}`;
  const ready = async () => (await fetch(`http://127.0.0.1:${health}/status`).catch(() => undefined))?.ok === true;
  await waitUntilReady('Jaeger', child, 30_000, ready);
  return {
    url,
    port: query,
    otlp: `http://127.0.0.1:${otlp}`,
    pid: child.pid,
    async spans(traceId) {
      const answer = await fetch(`${url}/api/traces/${traceId}`);
      const body: { data?: { spans: JaegerSpan[] }[] | null } = JSON.parse(await answer.text());
      return body.data?.[0]?.spans ?? [];
    },
    async stop() {
      await child.stop();
      await rm(dir, { recursive: true, force: true });
    },
    log: () => child.log(),
  };
}

function jaegerConfig(ports: { query: number; queryGrpc: number; otlp: number; health: number }) {
  const at = (port: number) => ({ endpoint: `127.0.0.1:${port}` });
  return {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query', 'healthcheckv2'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_query: { storage: { traces: 'memory' }, http: at(ports.query), grpc: at(ports.queryGrpc) },
      jaeger_storage: { backends: { memory: { memory: { max_traces: 10_000 } } } },
      healthcheckv2: { use_v2: true, http: at(ports.health) },
    },
    receivers: { otlp: { protocols: { http: at(ports.otlp) } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  };
}
