import { afterEach, expect, it } from 'vitest';
import { type Front, openAlteringFront, openStrippingFront } from '../gauntlet/front.ts';
import { answering } from '../support/hostile-gateway.ts';

let front: Front | undefined;

afterEach(async () => {
  await front?.close();
  front = undefined;
});

const portOf = (url: string) => Number(new URL(url).port);

it('a stripping front passes requests and answers on, without the headers that tell of the cache', async () => {
  const asked: string[] = [];
  const behind = await answering((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (text: string) => asked.push(`${request.method} ${request.url} ${request.headers.authorization} ${text}`));
    request.on('end', () => {
      const told = { 'x-litellm-cache-key': 'k', 'x-litellm-response-cost': '1', 'llm_provider-server': 's', 'X-LiteLLM-Version': '1' };
      response.writeHead(201, { ...told, 'x-other': 'o', 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      response.end('data: [DONE]\n\n');
    });
  });
  front = await openStrippingFront(1);
  const url = `http://127.0.0.1:${front.port}/v1/chat/completions?x=1`;
  await expect(fetch(url, { method: 'POST', body: 'b' })).rejects.toThrow();
  front.to(portOf(behind));
  for (let time = 1; time <= 2; time++) {
    const answer = await fetch(url, { method: 'POST', body: 'b', headers: { authorization: 'Bearer k' } });
    expect([answer.status, await answer.text()]).toEqual([201, 'data: 1\n\ndata: [DONE]\n\n']);
    const names = [...answer.headers.keys()];
    expect(names.filter((name) => name.startsWith('x-litellm') || name.startsWith('llm_provider'))).toEqual([]);
    expect([answer.headers.get('x-other'), answer.headers.get('content-type')]).toEqual(['o', 'text/event-stream']);
  }
  expect(asked).toEqual(Array(2).fill('POST /v1/chat/completions?x=1 Bearer k b'));
  front.answer(503);
  expect((await fetch(url)).status).toBe(503);
});

it('an altering front gives a request that was sent before another text, and leaves all else as it is', async () => {
  const behind = await answering((request, response) => {
    request.resume().on('end', () => response.setHeader('x-litellm-cache-key', 'k').end('{"content":"ok lce1-x","usage":3}'));
  });
  front = await openAlteringFront(1);
  front.to(portOf(behind));
  const url = `http://127.0.0.1:${front.port}/v1/chat/completions`;
  const texts: string[] = [];
  for (const body of ['a', 'b', 'a', 'b', 'c']) {
    const answer = await fetch(url, { method: 'POST', body });
    expect(answer.headers.get('x-litellm-cache-key')).toBe('k');
    texts.push(await answer.text());
  }
  const [first, altered] = ['{"content":"ok lce1-x","usage":3}', '{"content":"no lce1-x","usage":3}'];
  expect(texts).toEqual([first, first, altered, altered, first]);
  for (let time = 0; time < 2; time++) expect(await (await fetch(url)).text()).toBe(first);
});
