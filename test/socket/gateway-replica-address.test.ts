import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TlsConfig } from '../../src/config/effective.ts';
import { createGateway } from '../../src/litellm/gateway.ts';
import { replicaOf } from '../../src/litellm/replicas.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { createStore } from '../../src/telemetry/store.ts';
import { createOverhead, createOverheadMemory } from '../../src/watch/gateway/overhead.ts';
import { createQuestions } from '../../src/watch/gateway/questions.ts';
import {
  NO_REPLICAS,
  pairInTurn,
  type ReplicaMemory,
  replicaSamples,
  replicaStatus,
  withReplicas,
  withRound,
} from '../../src/watch/gateway/replicas/memory.ts';
import { NO_REPORT } from '../../src/watch/gateway/self-report.ts';
import { createTraffic } from '../../src/watch/gateway/traffic.ts';
import { certificateAuthority, lacksOpenssl } from '../support/certificates.ts';
import { answering, talking } from '../support/hostile-gateway.ts';
import { gatewayConfig } from '../support/watched-gateway.ts';

const TICK = {
  signal: new AbortController().signal,
  traceId: '',
  step: <T>(_: string, run: (headers: Record<string, string>, note: () => void) => Promise<T>) => run({}, () => undefined),
  note: () => undefined,
};

/** Asks one replica, at `address`, of the gateway at `url`. */
function ask(url: string, address: string, tls?: TlsConfig) {
  const watcher = { started: () => undefined, finished: () => undefined };
  const gateway = createGateway(gatewayConfig(url, { tls }), systemClock, watcher, replicaOf(address, new URL(url)));
  return gateway.send({ method: 'GET', path: '/health/liveliness', authenticated: false }, new AbortController().signal);
}

describe('a request to a replica', () => {
  it('goes to its address under the name and path of the gateway', async () => {
    let seen = '';
    const url = await answering((request, response) => {
      seen = `${request.headers.host} ${request.url}`;
      response.end('{}');
    });
    expect(await ask('http://litellm.invalid:4000/base', new URL(url).host)).toMatchObject({ status: 200 });
    expect(seen).toBe('litellm.invalid:4000 /base/health/liveliness');
  });
});

describe('more than eight replicas', () => {
  it('are looked at eight at a time, others when these have met each other', async () => {
    const urls = await Promise.all(Array.from({ length: 9 }, () => answering((_, response) => response.end('{}'))));
    const config = gatewayConfig('http://litellm.invalid', { addresses: urls });
    const clock = systemClock;
    const series = createStore(clock).open({ kind: 'gateway', name: 'litellm', staleAfter: 60_000 });
    const overhead = createOverhead(1, createOverheadMemory(), series, clock);
    const traffic = createTraffic(series, clock, overhead);
    const questions = createQuestions({ config, traffic, overhead, mode: () => 'none', clock });
    let memory: ReplicaMemory = NO_REPLICAS;
    const seen = new Set<string>();
    const round = async () => {
      const { report, replicas } = await questions.askHealth({ report: NO_REPORT, replicas: memory }, TICK);
      expect(report.health).toMatchObject({ failure: undefined, ready: true });
      if (replicas === undefined) throw new Error('replicas are configured');
      memory = withReplicas(memory, replicas);
      const pair = pairInTurn(memory);
      memory = withRound(memory, [{ result: { route: 'completions', outcome: 'ok', key: 'present' }, at: 0 }]);
      seen.add(String(pair?.from.name));
      return `${pair?.from.name} ${pair?.to.name}`;
    };
    const first = await round();
    for (let turn = 1; turn < 56; turn++) await round();
    expect(seen.size).toBe(8);
    expect(replicaStatus(memory).replicas).toHaveLength(56);
    expect(replicaSamples(memory)).toEqual([{ metric: 'llm.cache.probe.replica_coverage', labels: {}, value: 1 }]);
    expect(await round()).not.toBe(first);
    for (let turn = 1; turn < 8; turn++) await round();
    expect(seen.size).toBe(9);
  });
});

describe.skipIf(lacksOpenssl())('a request to a replica over TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lce-replica-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('asks for the name of the gateway and expects its certificate', async () => {
    const authority = certificateAuthority(directory, 'authority');
    const { cert, key } = authority.sign('gateway');
    let seen: string | false | undefined;
    const server = createTlsServer({ cert, key }, (_, response) => response.end('{}'));
    server.on('secureConnection', (socket) => {
      seen = 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : undefined;
    });
    const { host } = new URL(await talking((socket) => server.emit('connection', socket)));
    const tls = { ca_file: authority.certFile, insecure_skip_verify: false };
    expect(await ask('https://localhost:4000', host, tls)).toMatchObject({ status: 200 });
    expect(seen).toBe('localhost');
    expect(await ask('https://litellm.invalid:4000', host, tls)).toMatchObject({ failure: 'tls' });
  });
});
