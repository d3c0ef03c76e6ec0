import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { ask } from '../support/http.ts';
import { type RunningOrigin, startOrigin } from '../support/origin.ts';

const BODY = JSON.stringify({ model: 'cache-probe', messages: [{ role: 'user', content: 'anything' }] });

function post({ port }: RunningOrigin, headers: Record<string, string>) {
  return ask(port, '/v1/chat/completions', { method: 'POST', headers, body: BODY });
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('rate_limit', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lce-origin-rate-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('counts requests without the right key apart, so that nobody can use up that of gateways', async () => {
    const file = join(dir, 'web.yml');
    // A token comes back after an hour.
    await writeFile(file, 'rate_limit: { interval: 1h, burst: 3 }\n');
    const origin = await startOrigin({ web_config_file: file });
    const right = bearer(await origin.key());
    const wrong = [bearer('another key'), {}, bearer(''), { 'x-api-key': 'another key' }, { authorization: 'Basic eDp5' }, bearer('x')];
    const statuses = async (all: readonly Record<string, string>[]) => {
      const found: number[] = [];
      for (const headers of all) found.push((await post(origin, headers)).status);
      return found;
    };
    expect(await statuses(wrong)).toEqual([401, 401, 401, 429, 429, 429]);
    expect(await statuses([right, right, right])).toEqual([200, 200, 200]);
    expect(await statuses([right, ...wrong.slice(0, 2), right])).toEqual([429, 429, 429, 429]);
    expect(origin.counted.filter((line) => line === 'chat 429')).toHaveLength(7);
  });
});

describe('many requests with a wrong key', () => {
  const CONNECTIONS = 100;
  const request = `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wrong\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

  it('are answered one by one, so that what else the process does goes on between them', async () => {
    const origin = await startOrigin();
    const sockets = await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        const socket = connect(origin.port, '127.0.0.1');
        // A connection is accepted in a turn of its own, so that the first request of each says nothing.
        socket.write(request);
        await once(socket, 'data');
        return socket;
      }),
    );
    await eventually(() => origin.counted.length === CONNECTIONS);
    let answered = 0;
    for (const socket of sockets) {
      socket.on('data', (text) => {
        if (String(text).startsWith('HTTP/1.1 401 ')) answered += 1;
      });
      socket.write(request);
    }
    const inOneTurn: number[] = [];
    while (answered < CONNECTIONS) {
      const before = origin.counted.length;
      await setImmediate();
      inOneTurn.push(origin.counted.length - before);
    }
    for (const socket of sockets) socket.destroy();
    expect(Math.max(...inOneTurn)).toBeLessThanOrEqual(3);
    expect(new Set(origin.counted)).toEqual(new Set(['chat 401']));
  });
});
