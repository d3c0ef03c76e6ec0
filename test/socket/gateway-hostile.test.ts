import type { ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { createGateway, failed } from '../../src/litellm/gateway.ts';
import { pingCache } from '../../src/litellm/health.ts';
import { MAX_BODY_BYTES } from '../../src/litellm/request.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { answering, talking } from '../support/hostile-gateway.ts';
import { gatewayConfig, watchGateway } from '../support/watched-gateway.ts';

const TIMEOUT = 1_000;
const KEY = 'sk-not-to-be-seen-anywhere';

/** What becomes of one completions request, how long it took, and how much memory it cost at most. */
async function probe(url: string, timeout = TIMEOUT) {
  const gateway = createGateway(gatewayConfig(url, { timeout, api_key: KEY }), systemClock, {
    started: () => undefined,
    finished: () => undefined,
  });
  let most = 0;
  const before = process.memoryUsage().rss;
  const meter = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss - before);
  }, 10);
  const reply = await gateway.send(
    { method: 'POST', path: '/v1/completions', body: '{}', authenticated: true },
    new AbortController().signal,
  );
  clearInterval(meter);
  return { failure: failed(reply) ? reply.failure : undefined, status: reply.status, megabytes: most / 1e6 };
}

/** Writes until the other side has had enough. */
function flood(response: ServerResponse, limit = Number.POSITIVE_INFINITY): void {
  const block = Buffer.alloc(256 * 1024, 'a');
  let sent = 0;
  const more = () => {
    while (sent < limit && !response.destroyed) {
      sent += block.length;
      if (!response.write(block)) return void response.once('drain', more);
    }
    if (!response.destroyed) response.end();
  };
  more();
}

describe('a gateway that answers with something else', () => {
  it.each([
    ['a redirect', 301, 'status'],
    ['a bare 500', 500, 'status'],
    ['a 502 of an ingress', 502, 'status'],
    ['a bare 401', 401, 'auth'],
    ['a bare 429', 429, 'quota'],
  ] as const)('%s is a failure by its status', async (_, status, failure) => {
    const url = await answering((request, response) => {
      request.resume();
      response.writeHead(status, { location: '/elsewhere' }).end('<html>no</html>');
    });
    expect(await probe(url)).toMatchObject({ failure, status });
  });

  it('a redirect is not followed', async () => {
    const paths: string[] = [];
    const url = await answering((request, response) => {
      paths.push(request.url ?? '');
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    await probe(url);
    expect(paths).toEqual(['/v1/completions']);
  });

  it('a body of 100 MB is given up at the limit, in bounded memory', async () => {
    let sent = 0;
    const url = await answering((request, response) => {
      request.resume();
      const write = response.write.bind(response);
      response.write = ((chunk: Buffer) => {
        sent += chunk.length;
        return write(chunk);
      }) as typeof response.write;
      flood(response, 100e6);
    });
    const seen = await probe(url, 10_000);
    expect(seen.failure).toBe('too_large');
    expect(sent).toBeLessThan(10 * MAX_BODY_BYTES);
    expect(seen.megabytes).toBeLessThan(150);
  });

  it('a body without end ends with the timeout', async () => {
    const url = await answering((request, response) => {
      request.resume();
      const timer = setInterval(() => response.write('data: {"choices":[]}\n\n'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const seen = await probe(url);
    expect(seen.failure).toBe('timeout');
  });

  it('headers of 1 MB are too large', async () => {
    const url = await answering((_, response) => response.writeHead(200, { 'x-a': 'a'.repeat(1_000_000) }).end('{}'));
    expect((await probe(url)).failure).toBe('too_large');
  });

  it.each([
    ['an answer that is cut off', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"choices":[', 'closed'],
    ['a chunked answer that is cut off', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cho', 'closed'],
    ['an answer in another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'protocol'],
    ['a connection that is closed at once', '', 'closed'],
    ['an upgrade that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', 'closed'],
  ] as const)('%s is told apart', async (_, text, failure) => {
    const url = await talking((socket) => {
      socket.once('data', () => socket.end(text));
    });
    expect((await probe(url)).failure).toBe(failure);
  });

  it('silence ends with the timeout, before and after the headers', async () => {
    for (const text of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n']) {
      const url = await talking((socket) => {
        socket.once('data', () => socket.write(text));
      });
      const seen = await probe(url);
      expect(seen.failure).toBe('timeout');
    }
  });

  it('nobody there, no such name, and plain text where TLS is expected', async () => {
    expect((await probe('http://127.0.0.1:1')).failure).toBe('refused');
    expect((await probe('http://no-such-host.invalid')).failure).toBe('dns');
    const plain = await answering((_, response) => response.end('{}'));
    expect((await probe(plain.replace('http:', 'https:'))).failure).toBe('tls');
    const tls = createTlsServer(() => undefined);
    const secure = await talking((socket) => tls.emit('connection', socket));
    expect(['closed', 'protocol']).toContain((await probe(secure)).failure);
  });

  it('an API key that no header can carry is the key’s fault', async () => {
    const url = await answering((_, response) => response.end('{}'));
    const gateway = createGateway(gatewayConfig(url, { api_key: 'a\nb' }), systemClock, {
      started: () => undefined,
      finished: () => undefined,
    });
    const reply = await gateway.send({ method: 'GET', path: '/', authenticated: true }, new AbortController().signal);
    expect(reply).toMatchObject({ failure: 'auth' });
  });

  it('ends with the reason of the signal when the tick ends', async () => {
    const url = await talking(() => undefined);
    const gateway = createGateway(gatewayConfig(url), systemClock, { started: () => undefined, finished: () => undefined });
    const stop = new AbortController();
    const sending = gateway.send({ method: 'GET', path: '/', authenticated: true }, stop.signal);
    stop.abort(new Error('the daemon stops'));
    await expect(sending).rejects.toThrow('the daemon stops');
    await expect(gateway.send({ method: 'GET', path: '/', authenticated: true }, stop.signal)).rejects.toThrow('the daemon stops');
  });
});

describe('the verdict on a gateway that answers with something else', () => {
  async function verdictOn(answer: (path: string, response: ServerResponse) => void, config: Parameters<typeof gatewayConfig>[1] = {}) {
    const url = await answering((request, response) => {
      request.resume();
      if (request.url === '/health/liveliness') response.end('"I\'m alive!"');
      else answer(request.url ?? '', response);
    });
    const probed = watchGateway(gatewayConfig(url, { timeout: TIMEOUT, api_key: KEY, ...config }));
    const status = await probed.tick();
    return { probed, status };
  }

  it('is not_measurable with the class of the failure', async () => {
    const html = await verdictOn((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>'));
    expect(html.status).toMatchObject({ verdict: 'not_measurable', cause: 'gateway_error', up: true });
    expect(html.status.pairs.map(({ outcome, evidence }) => [outcome, evidence])).toEqual([
      ['error_first', 'first request failed: protocol (HTTP 200)'],
      ['error_first', 'first request failed: protocol (HTTP 200)'],
    ]);
    const slow = await verdictOn(() => undefined);
    expect(slow.status).toMatchObject({ verdict: 'not_measurable', cause: 'gateway_timeout' });
    const quota = await verdictOn((_, response) => response.writeHead(429).end());
    expect(quota.status).toMatchObject({ verdict: 'not_measurable', cause: 'gateway_quota' });
  });

  it('is wrong_answers when a fresh nonce is answered from the cache', async () => {
    const { status } = await verdictOn((_, response) =>
      response.writeHead(200, { 'x-litellm-cache-key': 'k' }).end('{"id":"a","created":1,"choices":[]}'),
    );
    expect(status).toMatchObject({ verdict: 'wrong_answers', cause: 'semantic_or_key_collision' });
    expect(status.pairs.map(({ outcome }) => outcome)).toEqual(['hit_on_first', 'hit_on_first']);
  });

  it.each([
    ['the key', KEY, KEY],
    ['the key in a version', KEY, `1.80.9-${KEY}`],
    ['a key of digits in a version', '4711.2342', '1.4711.2342'],
    ['a key of digits behind a version', '4711.2342', '4711.2342.1'],
    ['a key of digits as a patch of a version', '1847.3301.7', 'v1847.3301.7'],
  ])('gives %s back to nobody, in whichever field', async (_, key, told) => {
    const seen: unknown[] = [];
    for (const key_name of ['x-litellm-version', 'x-litellm-cache-key', 'x-litellm-model-id', 'x-litellm-response-cost', 'server']) {
      const { probed, status } = await verdictOn(
        (path, response) => {
          const health = {
            status: told,
            cache: told,
            litellm_version: told,
            db: told,
            cache_type: told,
            error: { message: told, type: told },
          };
          if (path.startsWith('/health') || path.startsWith('/cache')) return void response.end(JSON.stringify(health));
          response.writeHead(200, { [key_name]: told });
          response.end(
            JSON.stringify({ id: told, created: 1, model: told, object: told, choices: [{ text: told }], usage: { prompt_tokens: told } }),
          );
        },
        { api_key: key },
      );
      seen.push(status, probed.log, probed.steps, probed.watch.judged());
      expect(probed.value('llm.gateway.info', { version: 'unknown', cache_type: 'other' })).toBe(1);
    }
    expect(JSON.stringify(seen)).not.toContain(key);
  });

  it('gives the key back to nobody in an error, whatever its status', async () => {
    for (const code of [400, 401, 403, 404, 429, 500, 503]) {
      const { probed, status } = await verdictOn((path, response) => {
        const message = JSON.stringify({ error: { message: `AuthenticationError: ${KEY}`, type: KEY, param: KEY, code: KEY } });
        response.writeHead(path.startsWith('/health') ? 200 : code, KEY).end(message);
      });
      expect(JSON.stringify([status, probed.log, probed.steps, probed.watch.judged()])).not.toContain(KEY);
    }
  });

  it('takes a hostile version and a hostile cache type for nothing', async () => {
    const { probed, status } = await verdictOn((path, response) => {
      const details = { cache: 'Evil"x{},', litellm_version: '1.0"} evil' };
      response.end(path.startsWith('/health') ? JSON.stringify(details) : '{"id":"a","created":1,"choices":[]}');
    });
    expect(status).toMatchObject({ cacheType: 'other' });
    expect(status).not.toHaveProperty('version');
    expect(probed.value('llm.gateway.info', { version: 'unknown', cache_type: 'other' })).toBe(1);
  });

  it('shows the password of a /cache/ping to nobody', async () => {
    const password = 'the-password-of-redis';
    const body = JSON.stringify({
      error: { message: JSON.stringify({ message: `no ${password}`, health_check_cache_params: { redis_kwargs: { password } } }) },
    });
    const { probed, status } = await verdictOn((path, response) => {
      response.writeHead(path === '/cache/ping' ? 503 : 200).end(path === '/cache/ping' ? body : '{"id":"a","created":1,"choices":[]}');
    });
    expect(JSON.stringify([status, probed.log, probed.steps])).not.toContain(password);
    expect(JSON.stringify([status, probed.log, probed.steps])).not.toContain(KEY);
    const url = await answering((_, response) => response.writeHead(503).end(body));
    const gateway = createGateway(gatewayConfig(url), systemClock, { started: () => undefined, finished: () => undefined });
    expect(JSON.stringify(await pingCache(gateway, { giveUp: 1e9, until: 1e9 }, new AbortController().signal))).not.toContain(password);
  });

  it('finds that a cache in front does not obey no-cache: control_failed', async () => {
    let answers = 0;
    const seen = new Map<string, number>();
    const url = await answering((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        // A cache by prompt, for which cache controls mean nothing.
        const prompt = request.method === 'POST' ? JSON.stringify(JSON.parse(text).prompt) : (request.url ?? '');
        if (!seen.has(prompt)) seen.set(prompt, ++answers);
        response.end(JSON.stringify({ id: `a${seen.get(prompt)}`, created: seen.get(prompt), choices: [] }));
      });
    });
    const probed = watchGateway(gatewayConfig(url, { routes: ['completions'] }));
    for (let pair = 1; pair <= 14; pair++) expect((await probed.tick()).pairs[0]?.outcome).toBe('hit_unlabelled');
    expect(await probed.tick()).toMatchObject({ verdict: 'not_measurable', cause: 'undetermined', pairs: [{ outcome: 'control_failed' }] });
    expect((await probed.tick()).verdict).toBe('working');
  });
});
