import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { gatewaySection } from '../../src/http/page/gateway-section.ts';
import type { MetricsAnswer } from '../../src/model/status.ts';
import { metricsText } from '../../src/text/words.ts';
import { answering, talking } from '../support/hostile-gateway.ts';
import { gatewayConfig, type WatchedGateway, watchGateway } from '../support/watched-gateway.ts';

const KEY = 'sk-of-this-gateway';
const OPEN = '# TYPE litellm_redis_circuit_breaker_state gauge\nlitellm_redis_circuit_breaker_state{state="open"} 1.0\n';
const CLOSED = OPEN.replace('} 1.0', '} 0.0');

/** A gateway that caches nothing, which leaves the cause open: its breaker is asked for. */
async function gateway(metrics: RequestListener = (_, response) => void response.writeHead(404).end(), hits = false) {
  const asked: string[] = [];
  let answers = 0;
  const url = await answering((request, response) => {
    if (request.url?.startsWith('/metrics')) {
      asked.push(`${request.url} ${request.headers.authorization ?? 'no key'}`);
      return metrics(request, response);
    }
    if (request.url?.startsWith('/health')) return void response.end(JSON.stringify({ cache: 'redis', litellm_version: '1.110.2' }));
    if (request.url === '/cache/ping') return void response.end(JSON.stringify({ cache_type: 'redis' }));
    answers += 1;
    if (hits && answers % 2 === 0) response.setHeader('x-litellm-cache-key', 'k');
    response.end(JSON.stringify({ id: `a${answers}`, created: 1, choices: [] }));
  });
  return { url, asked };
}

/** A server for metrics alone that notes who asked. */
async function metricsServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: string[] = [];
  const url = await answering((request, response) => {
    asked.push(`${request.headers.host} ${request.url} ${request.headers.authorization ?? 'no key'}`);
    answer(request, response);
  });
  return { url, asked };
}

function watched(url: string, metrics_url?: string, more: Parameters<typeof gatewayConfig>[1] = {}): WatchedGateway {
  return watchGateway(gatewayConfig(url, { routes: ['completions'], api_key: KEY, timeout: 2_000, metrics_url, ...more }));
}

describe('where the metrics of a gateway are asked', () => {
  it('is beside its API with its key, when nothing else is configured', async () => {
    for (const configured of [undefined, '/metrics']) {
      const { url, asked } = await gateway((_, response) => void response.end(OPEN));
      const status = await watched(url, configured && url + configured).tick();
      expect([status.cause, status.metrics]).toEqual(['breaker_open', { url: `${url}/metrics/`, breaker: 'open' }]);
      expect(asked).toEqual([`/metrics/ Bearer ${KEY}`]);
    }
  });

  it('is another port without the key, and the key goes to no other place of any kind', async () => {
    const other = await metricsServer((_, response) => void response.end(OPEN));
    const { port } = new URL(other.url);
    const { url, asked } = await gateway();
    for (const metrics_url of [`${other.url}/metrics`, `http://localhost:${port}/m`, `http://127.0.0.1:${port}/metrics/`]) {
      expect((await watched(url, metrics_url).tick()).metrics).toEqual({ url: metrics_url, breaker: 'open' });
    }
    expect(asked).toEqual([]);
    expect(other.asked.map((line) => line.split(' ').slice(1).join(' '))).toEqual(
      // Each is due at the start, and asked for because the cause is open: that is one request.
      ['/metrics no key', '/m no key', '/metrics/ no key'],
    );
  });

  it('is another path of the gateway with its key', async () => {
    const { url, asked } = await gateway((_, response) => void response.end(CLOSED));
    const status = await watched(url, `${url}/metrics/behind/a/path`).tick();
    expect([status.cause, status.metrics]).toEqual(['undetermined', expect.objectContaining({ breaker: 'not_open' })]);
    expect(new Set(asked)).toEqual(new Set([`/metrics/behind/a/path Bearer ${KEY}`]));
  });

  it('is the port of the metrics at the address of the replica that has to read', async () => {
    const metrics = await metricsServer((_, response) => void response.end(OPEN));
    const { url } = await gateway();
    const { port } = new URL(metrics.url);
    const own = `http://litellm.invalid:${new URL(url).port}`;
    const status = await watched(own, `http://litellm.invalid:${port}/metrics`, { addresses: [new URL(url).host] }).tick();
    expect(status.metrics).toMatchObject({ breaker: 'open' });
    expect(new Set(metrics.asked)).toEqual(new Set([`litellm.invalid:${port} /metrics no key`]));
  });

  it('is behind a slash where the server redirects to that, and nowhere else', async () => {
    const other = await metricsServer((_, response) => void response.end(OPEN));
    const redirecting = await metricsServer((request, response) => {
      if (request.url === '/metrics') response.writeHead(307, { location: `${other.url}/metrics/` }).end();
      else response.end(OPEN);
    });
    const { url } = await gateway();
    expect((await watched(url, `${redirecting.url}/metrics`).tick()).metrics).toMatchObject({ breaker: 'open' });
    expect(redirecting.asked[1]).toMatch(/ \/metrics\/ no key$/);
    expect(other.asked).toEqual([]);
  });
});

describe('a gateway without metrics', () => {
  const NOTHING: Record<string, RequestListener> = {
    'the 404 of LiteLLM': (_, response) =>
      void response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}'),
    'the page of a proxy': (_, response) =>
      void response.writeHead(404, { 'content-type': 'text/html' }).end('<html><center><h1>404 Not Found</h1></center></html>'),
    'a method that is not allowed': (_, response) => void response.writeHead(405, { allow: 'POST' }).end(),
    'a page that is gone': (_, response) => void response.writeHead(410).end(),
    'nothing that is implemented': (_, response) => void response.writeHead(501).end(),
    'the page for people of every other path': (_, response) => void response.end('<!doctype html><title>LiteLLM</title>'),
  };

  it.each(Object.entries(NOTHING))('tells so in a phrase, where nothing else is configured: %s', async (_, answer) => {
    for (const configured of [undefined, '/metrics']) {
      const { url } = await gateway(answer);
      const status = await watched(url, configured && url + configured).tick();
      expect(status.metrics).toEqual({ url: `${url}/metrics/`, absent: true });
      const page = String(gatewaySection(status, status.lastRunAt ?? 0, undefined));
      expect(page).toContain('no Prometheus metrics on this gateway');
      expect(page).not.toMatch(/unexpected HTTP status|no page of metrics/);
      expect([status.verdict, status.cause]).toEqual(['not_caching', 'undetermined']);
    }
  });

  it('is told as a failure where the metrics have an address of their own, which may be a slip', async () => {
    for (const answer of Object.values(NOTHING)) {
      const metrics = await metricsServer(answer);
      const { url } = await gateway();
      const status = await watched(url, `${metrics.url}/metrics`).tick();
      expect(status.metrics).not.toHaveProperty('absent');
      expect(String(gatewaySection(status, status.lastRunAt ?? 0, undefined))).toContain(`${metrics.url}/metrics: `);
    }
  });

  it('is no answer of one that refuses, fails or is silent', async () => {
    for (const status of [401, 403, 500, 502, 503]) {
      const { url } = await gateway((_, response) => void response.writeHead(status).end());
      expect((await watched(url).tick()).metrics).toMatchObject({ failure: expect.any(String), status });
    }
  });
});

describe('an answer that is no page of metrics', () => {
  const ANSWERS: Record<string, { answer: RequestListener; shows: Partial<MetricsAnswer>; says: string }> = {
    'a page that is not there': {
      answer: (_, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>'),
      shows: { failure: 'status', status: 404 },
      says: 'an unexpected HTTP status (HTTP 404)',
    },
    'a login': {
      answer: (_, response) => void response.writeHead(401).end('{"error":{"message":"no"}}'),
      shows: { failure: 'auth', status: 401 },
      says: 'are those of gateways[].url (HTTP 401)',
    },
    'a page for people': {
      answer: (_, response) => void response.end('<!doctype html>\n<title>litellm_redis_circuit_breaker_state</title>\n<p>hello 1</p>'),
      shows: { breaker: 'no_metrics' },
      says: 'no page of metrics',
    },
    JSON: {
      answer: (_, response) => void response.end('{"status": "healthy", "open": 1}'),
      shows: { breaker: 'no_metrics' },
      says: 'no page',
    },
    'bytes of no text': {
      answer: (_, response) => void response.end(Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 37) % 256))),
      shows: { breaker: 'no_metrics' },
      says: 'no page of metrics',
    },
    'metrics without the breaker': {
      answer: (_, response) => void response.end('# HELP up x\n# TYPE up gauge\nup 1.0\n'),
      shows: { breaker: 'none' },
      says: 'prometheus_system',
    },
    'nothing at all': { answer: (_, response) => void response.end(), shows: { breaker: 'none' }, says: 'without its circuit breaker' },
    'two mebibytes': {
      answer: (_, response) => void response.end('up 1.0\n'.repeat(300_000)),
      shows: { failure: 'too_large' },
      says: 'the answer is too large',
    },
    'a redirect in a circle': {
      answer: (request, response) => void response.writeHead(302, { location: request.url }).end(),
      shows: { failure: 'status', status: 302 },
      says: 'HTTP 302',
    },
    'an answer that never ends': {
      answer: (_, response) => void response.write('up 1.0\n'),
      shows: { failure: 'timeout' },
      says: 'no answer in time',
    },
  };

  it.each(Object.entries(ANSWERS))('%s is told on the page, and changes no verdict', async (_, { answer, shows, says }) => {
    const metrics = await metricsServer(answer);
    const { url } = await gateway();
    const status = await watched(url, `${metrics.url}/metrics`).tick();
    expect(status.metrics).toMatchObject({ url: `${metrics.url}/metrics`, ...shows });
    expect([status.verdict, status.cause]).toEqual(['not_caching', 'undetermined']);
    expect(String(gatewaySection(status, status.lastRunAt ?? 0, undefined))).toContain(says);
  });

  it('is told without an outage, and asked for again until it is one', async () => {
    let page = '<html></html>';
    const metrics = await metricsServer((_, response) => void response.end(page));
    const { url } = await gateway(undefined, true);
    const probed = watched(url, `${metrics.url}/metrics`);
    expect(await probed.tick()).toMatchObject({ verdict: 'working', metrics: { breaker: 'no_metrics' } });
    page = CLOSED;
    expect(await probed.tick()).toMatchObject({ verdict: 'working', metrics: { breaker: 'not_open' } });
    await probed.tick();
    expect(metrics.asked).toHaveLength(2);
  });

  it('is a server that is not there or speaks another protocol, too', async () => {
    const { url } = await gateway(undefined, true);
    const garbage = await talking((socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    expect((await watched(url, 'http://127.0.0.1:1/metrics').tick()).metrics).toMatchObject({ failure: 'refused' });
    expect((await watched(url, `${garbage}/metrics`).tick()).metrics).toMatchObject({ failure: 'protocol' });
  });

  it('is not asked for where no address of its own is configured and the cache works', async () => {
    const { url, asked } = await gateway((_, response) => void response.end(OPEN), true);
    const status = await watched(url).tick();
    expect([status.verdict, status.metrics, asked]).toEqual(['working', undefined, []]);
  });
});

describe('what is shown', () => {
  it('never holds what the server wrote, nor the key', async () => {
    const metrics = await metricsServer((_, response) => void response.writeHead(500, `Error`).end(`<script>${KEY}</script>`));
    const { url } = await gateway();
    const { metrics: shown } = await watched(url, `${metrics.url}/metrics`).tick();
    if (shown === undefined) throw new Error('the metrics were not asked for');
    expect(`${metricsText(shown)} ${JSON.stringify(shown)}`).not.toMatch(/script|sk-/);
  });
});
