import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/cli/program.ts';
import { memberOf, stringOf } from '../../src/explain/json-text.ts';
import { type KeyBehaviour, keyGateway } from '../support/key-gateway.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';

const FIRST = {
  model: 'gpt',
  messages: [
    { role: 'system', content: 'Today is 2026-11-29. Be short.' },
    { role: 'user', content: 'What is a cache?' },
  ],
  temperature: 0,
  user: 'alice',
};

describe.skipIf(await lacksRedis('8.2.3'))('explain', () => {
  let redis: RunningRedis;
  let folder: string;

  beforeAll(async () => {
    redis = await startRedis({ release: '8.2.3', args: ['--user', 'blind', 'on', '>secret', '~*', '+@all', '-client|tracking'] });
    folder = await mkdtemp(join(tmpdir(), 'lce-explain-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function file(name: string, content: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  }

  /** Runs the command with a gateway of its own. */
  async function run(
    args: readonly string[],
    behaviour: Partial<KeyBehaviour> = {},
    { target = 'url' as 'url' | 'none' | 'blind', price = 'price_per_pair_usd: 0' } = {},
  ) {
    const gateway = await keyGateway(redis, behaviour);
    const login = target === 'blind' ? ', username: blind, password: secret' : '';
    const config = await file(
      'config.yaml',
      `redis: [{ name: cache, url: "${redis.url}"${login} }]\ngateways: [{ name: main, url: "${gateway.url}", model: cache-probe, routes: [completions], ${target === 'none' ? '' : 'redis: cache, '}${price} }]\n`,
    );
    const written = { out: '', err: '' };
    const io = {
      env: {},
      out: (text: string) => {
        written.out += text;
      },
      err: (text: string) => {
        written.err += text;
      },
      colour: false,
      terminal: false,
      progress: false,
      on: () => undefined,
      exitNow: () => undefined,
    };
    const code = await runCommand(['explain', '-c', config, '--rate', '500', ...args], '1.2.3', io);
    return { code, ...written, gateway };
  }

  it('finds the smallest difference, tells what is no part of the key, and never sends a model or a namespace of the requests', async () => {
    const second = {
      ...FIRST,
      messages: [{ role: 'system', content: 'Today is 2026-11-30. Be short.' }, FIRST.messages[1]],
      user: 'bob',
      cache: { ttl: 5 },
    };
    const { code, out, err, gateway } = await run([await file('a.json', FIRST), await file('b.json', second)]);
    expect([code, err.replace(/\s+/g, ' ')], err).toEqual([1, expect.stringContaining('callbacks and spend logs will see these bodies')]);
    expect(out).toContain('do not share a cache entry on main');
    expect(out).toMatch(/messages\[0\]\.content {2}from character 18 on \(a date\): "29" and "30"/);
    expect(out).toContain('Confirmed: with this difference undone');
    expect(out).toMatch(/no part of the key:\n {4}user/);
    expect(out).toContain('Cache controls that differ and are no part of the key: cache.ttl.');
    expect(out).toContain('Redis told the names of the keys that it wrote');
    expect(out).not.toContain('What is a cache');
    for (const { body } of gateway.asked) {
      expect(stringOf(memberOf(body, 'model'))).toBe('cache-probe');
      expect(stringOf(memberOf(memberOf(body, 'cache'), 'namespace'))).toMatch(/^lce-probe-[0-9a-f]+$/);
    }
    const keys = await redis.command('KEYS', '*');
    expect(
      String(keys)
        .split(',')
        .every((key) => key.startsWith('litellm:lce-probe-')),
    ).toBe(true);
  });

  it.each(['none', 'blind'] as const)('does the same by hits where the server does not tell of writes (%s)', async (target) => {
    const one = await file('a.json', FIRST);
    const two = await file('b.json', JSON.stringify(FIRST).replace('"temperature":0', '"temperature":0.0').replace('alice', 'bob'));
    const { code, out } = await run([one, two], {}, { target });
    expect(code, out).toBe(1);
    expect(out).toContain('temperature  one number, written differently: 0 and 0.0');
    expect(out).toContain(target === 'none' ? 'no Redis target is configured' : 'may not track keys');
  });

  it('says same with 0 as a document, and masks secrets in what differs', async () => {
    const one = await file('a.json', { ...FIRST, metadata: { key: 'sk-first-0123456789abcdef' } });
    const two = await file('b.json', { ...FIRST, metadata: { key: 'sk-second-0123456789abcdef' } });
    const { code, out } = await run([one, two, '--format', 'json']);
    expect(code, out).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      result: 'same',
      apart: [],
      harmless: [{ path: 'metadata.key', kind: 'value' }],
      toldBy: 'writes',
    });
    expect(out).not.toMatch(/0123456789abcdef|first-0|second-0/);
  });

  it('tells models and namespaces apart without sending them, and different APIs without asking', async () => {
    const one = await file('a.json', FIRST);
    const models = await run([one, await file('b.json', { ...FIRST, model: 'claude' })]);
    expect([models.code, models.out]).toEqual([
      1,
      expect.stringMatching(/Their models differ: gpt and claude. The model is in the key.[\s\S]*Everything else/),
    ]);
    const namespaces = await run([one, await file('b.json', { ...FIRST, cache: { namespace: 'team' } })]);
    expect([namespaces.code, namespaces.out]).toEqual([1, expect.stringContaining('different cache namespaces (cache.namespace)')]);
    const apis = await run([one, await file('b.json', { model: 'gpt', prompt: 'x' })]);
    expect([apis.code, apis.out]).toEqual([1, expect.stringContaining('different APIs (chat and completions)')]);
  });

  it('reads curl commands', async () => {
    const curl = (temperature: string) =>
      `curl -s http://gw/v1/chat/completions -H 'Authorization: Bearer sk-x' \\\n  -d '{"messages":[],"temperature":${temperature}}'`;
    const { code, out } = await run(['--curl', await file('a.sh', curl('1.0')), await file('b.sh', curl('1e0'))]);
    expect([code, out]).toEqual([0, expect.stringContaining('share a cache entry')]);
  });

  it('stops with 2 and the verdict where the gateway caches nothing', async () => {
    const one = await file('a.json', FIRST);
    const { code, out, err, gateway } = await run([one, one], { stores: () => false });
    expect([code, out]).toEqual([2, '']);
    expect(err.replace(/\s+/g, ' ')).toMatch(/main: not caching\. Every identical request is paid for again\./);
    expect(gateway.asked.some(({ body }) => JSON.stringify(body).includes('What is a cache'))).toBe(false);
  });

  it.each([
    [
      'refused',
      { refuses: (body) => (memberOf(body, 'temperature') === undefined || memberOf(body, 'user') === undefined ? undefined : 400) },
      /the first request was refused: .*HTTP 400.*the model does not take this/,
    ],
    ['not stored', { stores: (body) => memberOf(body, 'user') === undefined }, /neither request is cached/],
    ['given another key each time', { salt: () => String(Math.random()) }, /caches nothing|not caching|another key each time/],
  ] as const satisfies readonly (readonly [string, Partial<KeyBehaviour>, RegExp])[])(
    'stops with 2 and a sentence where a request is %s',
    async (_, behaviour, sentence) => {
      const one = await file('a.json', FIRST);
      const { code, err } = await run([one, await file('b.json', { ...FIRST, user: 'x' })], behaviour);
      expect([code, err.replace(/\s+/g, ' ')]).toEqual([2, expect.stringMatching(sentence)]);
    },
  );

  it('asks for --spend before a model that costs, and stops when it is spent', async () => {
    const one = await file('a.json', FIRST);
    const priced = { price: 'price_per_pair_usd: 0.0001' };
    const refused = await run([one, one], {}, priced);
    expect([refused.code, refused.err, refused.gateway.asked]).toEqual([2, expect.stringContaining('--spend USD'), []]);
    const { code, err } = await run(
      [one, await file('b.json', { ...FIRST, temperature: 1 }), '--spend', '0.05'],
      { costUsd: 0.04 },
      priced,
    );
    expect([code, err]).toEqual([2, expect.stringContaining('--spend')]);
  });

  it.each([
    [['nowhere.json', 'nowhere.json'], 'does not exist'],
    [['-', '-'], 'both requests cannot come from standard input'],
    [['a', 'b', 'c'], 'two files with a request each'],
    [['a', '--curl'], '--curl needs two files'],
    [['a', 'b', '--gateway', 'other'], 'the configuration names main'],
    [['a', '--body', 'x..y'], 'is no path'],
    [['.'], 'is a folder'],
  ])('%j is refused before anything is sent', async (args, sentence) => {
    const { code, err, gateway } = await run(args);
    expect([code, err, gateway.asked]).toEqual([2, expect.stringContaining(sentence), []]);
  });

  it('reads a file of many requests, and says what splits them', async () => {
    const lines = Array.from({ length: 120 }, (_, index) => {
      const question = { role: 'user', content: `question ${index % 10}` };
      const system = { role: 'system', content: `Now it is 2026-11-30 10:${10 + (index % 3)}. Be short.` };
      return JSON.stringify({
        url: '/v1/chat/completions',
        body: { model: 'gpt', messages: [system, question], seed: index % 2, user: `u${index}` },
      });
    });
    const path = await file('many.jsonl', [...lines.slice(0, 60), 'nonsense', '{"a":1}', ...lines.slice(60)].join('\n'));
    const { code, out } = await run([path, '--format', 'json']);
    expect(code, out).toBe(1);
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      lines: 122,
      notRequests: { count: 2, first: [{ line: 61 }, { line: 62 }] },
      requests: 120,
      different: 120,
      keys: 30,
      hitRatio: 0.75,
      notInKey: ['user'],
    });
    const changes = new Map(
      document.changes.map((change: { change: { path: string }; keys: number }) => [change.change.path, change.keys]),
    );
    expect(changes.get('messages[0].content')).toBe(30 / 3);
    expect(changes.has('seed')).toBe(false);
    const text = await run([path]);
    expect(text.out).toContain('120 requests make 30 cache keys on main');
    expect(text.out).toContain('line 61: it is no JSON');
  });
});
