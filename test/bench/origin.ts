import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createOriginServer } from '../../src/http/origin/server.ts';
import { createOriginKeyring } from '../../src/origin/keys.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { Secret } from '../../src/source/secret.ts';
import { quantile } from './statistics.ts';

const WARM_UP = 300;
const REQUESTS = 2_000;

/** How long a chat answer of the origin takes over one of a bare server that reads a body and sends as much, milliseconds at p50. */
export async function originOverhead(): Promise<{ own: number; p50: number; p99: number }> {
  const key = randomBytes(24).toString('hex');
  const keyring = createOriginKeyring(systemClock);
  keyring.use(Secret.of(key));
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const origin = createOriginServer({ keys: keyring.read, clock: systemClock, log, opened: nothing, count: nothing });
  await (await origin.prepare({ listen: ['127.0.0.1:0'], latency: 0, api_key: Secret.of(key) })).take();
  const [address = ''] = origin.addresses();
  const sample = await answer(Number(address.slice(address.lastIndexOf(':') + 1)), key);
  const bare = createServer(async (asked, response) => {
    await text(asked);
    response.setHeader('content-type', 'application/json').end(sample.body);
  }).listen(0, '127.0.0.1');
  await once(bare, 'listening');
  const bound = bare.address();
  const ports = { origin: sample.port, bare: typeof bound === 'object' && bound !== null ? bound.port : 0 };
  const took: Record<keyof typeof ports, number[]> = { origin: [], bare: [] };
  // By turns, so that both see the same machine.
  for (let count = -WARM_UP; count < REQUESTS; count++) {
    for (const name of ['origin', 'bare'] as const) {
      const start = performance.now();
      await answer(ports[name], key);
      if (count >= 0) took[name].push(performance.now() - start);
    }
  }
  agent.destroy();
  bare.close();
  await origin.close();
  const p50 = quantile(took.origin, 0.5);
  return { own: p50 - quantile(took.bare, 0.5), p50, p99: quantile(took.origin, 0.99) };
}

const agent = new Agent({ keepAlive: true });

function answer(port: number, key: string): Promise<{ port: number; body: string }> {
  const body = JSON.stringify({ model: 'cache-probe', messages: [{ role: 'user', content: randomBytes(16).toString('hex') }] });
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const outgoing = request({ host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST', agent, headers }, (response) => {
      text(response).then((given) => resolve({ port, body: given }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
