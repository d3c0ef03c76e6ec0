import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/effective.ts';
import { readAsked } from '../../src/origin/asked.ts';
import { newStamp, type OriginKeys } from '../../src/origin/stamp.ts';
import { prescribedBody } from '../../src/origin/wire/index.ts';
import { Secret } from '../../src/source/secret.ts';
import { answering } from '../support/hostile-gateway.ts';
import { gatewayConfig, watchGateway } from '../support/watched-gateway.ts';

const directory = mkdtempSync(join(tmpdir(), 'lce-tenants-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** What a stand-in does with the requests of a key: how its cache tells keys apart, and which keys it refuses. */
interface Ways {
  part(key: string): string;
  refuses: string[];
  caches: boolean;
  type: string;
  /** Answers as the origin does, and takes every mark of the cache away. */
  origin: boolean;
  /** A hit is another answer than the one that was stored for this request. */
  confuses: boolean;
  /** A provider that gives every answer one id: to tenants, whose answers are not cached, or to all, whose hits have no mark then. */
  constant?: 'tenants' | 'all';
}

const KEYS: OriginKeys = ['key-of-the-origin'];

interface Sent {
  key: string;
  body: Record<string, unknown>;
}

/** A gateway whose cache keeps what `part` tells apart, separate; and what it was sent. */
async function gateway(ways: Partial<Ways> = {}) {
  const how: Ways = { part: () => '', refuses: [], caches: true, type: 'redis', origin: false, confuses: false, ...ways };
  const sent: Sent[] = [];
  const stored = new Map<string, string>();
  const url = await answering(async (request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/health/readiness')) return void response.end(JSON.stringify({ cache: how.type, litellm_version: '1.110.2' }));
    if (request.method !== 'POST') return void response.end('"alive"');
    const key = (request.headers.authorization ?? '').replace('Bearer ', '');
    const text = await bodyOf(request);
    sent.push({ key, body: JSON.parse(text) });
    if (how.refuses.includes(key)) return void response.writeHead(401).end('{"error":{"message":"Authentication Error"}}');
    if (how.constant === 'all' || (how.constant === 'tenants' && key !== 'sk-exporter'))
      return void response.end(JSON.stringify({ id: 'always', created: 1, choices: [], key }));
    const id = `${how.part(key)} ${path} ${text}`;
    const known = how.caches ? stored.get(id) : undefined;
    if (known !== undefined && how.origin) return void response.end(known);
    if (known !== undefined)
      return void response.setHeader('x-litellm-cache-key', 'k').end(how.confuses && key !== 'sk-exporter' ? plain() : known);
    const answer = how.origin ? fromOrigin(JSON.parse(text)) : plain();
    stored.set(id, answer);
    response.end(answer);
    function plain(): string {
      return JSON.stringify({ id: `id-${sent.length}`, created: 1, choices: [], key });
    }
  });
  return { url, sent, how };
}

function fromOrigin(body: unknown): string {
  const asked = readAsked('completions', body);
  if ('problem' in asked) throw new Error(String(asked.problem));
  return JSON.stringify(prescribedBody('completions', newStamp(asked.nonce), asked, KEYS));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const TWO = [
  { name: 'research', api_key: Secret.of('sk-research') },
  { name: 'sales', api_key: Secret.of('sk-sales') },
];

function watched(url: string, rest: Partial<Omit<GatewayConfig, 'api_key'>> = {}, keys?: OriginKeys) {
  const config = gatewayConfig(url, { api_key: 'sk-exporter', cache_ping: 'off', tenants: TWO, ...rest });
  const originKeys = keys && (() => Promise.resolve(keys));
  return watchGateway(config, undefined, undefined, undefined, undefined, undefined, originKeys);
}

const ISOLATED = { expect: { cache: 'redis', sharing: 'isolated' } } as const;
const SHARED = { expect: { cache: 'redis', sharing: 'shared' } } as const;

describe('two tenants of a gateway', () => {
  it.each(['tenants', 'all'] as const)('are not said to share where a provider without a cache answers %s alike', async (constant) => {
    const { url } = await gateway({ constant });
    const { tick, value } = watched(url, ISOLATED);
    const status = await tick();
    expect(status.tenants?.pairs).toEqual([expect.objectContaining({ result: 'unknown', detail: expect.stringContaining('have one id') })]);
    expect(status.cause).not.toBe('shared_between_tenants');
    expect(value('llm.cache.tenants_shared', { from: 'research', to: 'sales' })).toBeUndefined();
  });

  it('that share a cache are wrong answers where they have to be isolated, and only there', async () => {
    const { url, sent } = await gateway();
    const isolated = watched(url, ISOLATED);
    const status = await isolated.tick();
    expect(status).toMatchObject({
      verdict: 'wrong_answers',
      cause: 'shared_between_tenants',
      tenants: { expected: 'isolated', all: 2, pairs: [{ from: 'research', to: 'sales', result: 'shared', routes: ['completions'] }] },
    });
    expect(status.evidence).toContain('sales got what research had asked (completions)');
    expect(status.evidence).toContain('namespace of its own');
    expect(isolated.value('llm.cache.tenants_shared', { from: 'research', to: 'sales' })).toBe(1);
    expect(isolated.value('llm.cache.cause', { cause: 'shared_between_tenants' })).toBe(1);
    // As users send it: a namespace of the probe would take the place of that of a tenant.
    const own = sent.filter(({ key }) => key !== 'sk-exporter');
    expect(own.map(({ key }) => key)).toEqual(['sk-research', 'sk-sales']);
    expect(own[0]?.body).toEqual(own[1]?.body);
    expect(own[0]?.body.cache ?? {}).not.toHaveProperty('namespace');
    for (const expectation of [SHARED, {}])
      expect(await watched(url, expectation).tick()).toMatchObject({ verdict: 'working', cause: 'none' });
  });

  it('that are kept apart are told as that, and change no verdict', async () => {
    const { url } = await gateway({ part: (key) => key });
    for (const expectation of [ISOLATED, SHARED, {}]) {
      const probed = watched(url, expectation);
      expect(await probed.tick()).toMatchObject({ verdict: 'working', cause: 'none', tenants: { pairs: [{ result: 'separate' }] } });
      expect(probed.value('llm.cache.tenants_shared', { from: 'research', to: 'sales' })).toBe(0);
      expect(probed.value('llm.cache.tenants_shared', { from: 'sales', to: 'research' })).toBeUndefined();
    }
  });

  it('are tried once in ten rounds, in turn, and paid for', async () => {
    const { url, sent } = await gateway({ part: (key) => key });
    const probed = watched(url, { price_per_pair_usd: 0.001, daily_budget_usd: 100 });
    for (let round = 0; round < 11; round++) await probed.tick();
    expect(sent.flatMap(({ key }) => (key === 'sk-exporter' ? [] : key))).toEqual(['sk-research', 'sk-sales', 'sk-sales', 'sk-research']);
    expect(probed.value('cache_exporter.probe_overhead', { question: 'tenants' })).toBeGreaterThan(0);
    // Every first request is paid, and both of each pair of tenants.
    const unpaid = watched(url, { price_per_pair_usd: 0.001, daily_budget_usd: 100, tenants: [] });
    for (let round = 0; round < 11; round++) await unpaid.tick();
    const cost = probed.watch.status().costUsd - unpaid.watch.status().costUsd;
    expect(cost).toBeCloseTo(0.004, 6);
  });

  it('are not tried while the budget or the overhead is used up, and that is told', async () => {
    const { url, sent } = await gateway();
    const probed = watched(url, { overhead: 0 });
    expect(await probed.tick()).toMatchObject({ tenants: { pairs: [], notAsked: 'budget' } });
    expect(sent.every(({ key }) => key === 'sk-exporter')).toBe(true);
  });

  it('never hide an outage', async () => {
    const { url, how } = await gateway();
    const probed = watched(url, ISOLATED);
    expect(await probed.tick()).toMatchObject({ verdict: 'wrong_answers' });
    how.caches = false;
    expect(await probed.tick()).toMatchObject({ verdict: 'not_caching' });
    how.caches = true;
    expect(await probed.tick()).toMatchObject({ verdict: 'wrong_answers', cause: 'shared_between_tenants' });
    how.type = 'local';
    expect(await probed.tick()).toMatchObject({ verdict: 'local' });
  });

  it('are not tried where nothing is cached: neither would have got the answer of the other', async () => {
    const { url, sent } = await gateway({ caches: false });
    expect(await watched(url, ISOLATED).tick()).toMatchObject({ verdict: 'not_caching', tenants: { pairs: [] } });
    expect(sent.every(({ key }) => key === 'sk-exporter')).toBe(true);
  });

  it('of which one is refused, has no key or the key of the other give no result, and a sentence that says which', async () => {
    const { url } = await gateway({ refuses: ['sk-sales'] });
    const detail = async (tenants: GatewayConfig['tenants']) => {
      const probed = watched(url, { ...ISOLATED, tenants });
      const status = await probed.tick();
      expect(status).toMatchObject({ verdict: 'working', tenants: { pairs: [{ result: 'unknown' }] } });
      expect(probed.shown('llm.cache.tenants_shared')).toBe(0);
      expect(JSON.stringify(status)).not.toMatch(/sk-(research|sales|exporter)/);
      return { detail: status.tenants?.pairs[0]?.detail, notAskedAgain: status.overhead?.notAskedAgain };
    };
    expect(await detail(TWO)).toEqual({ detail: 'The gateway refuses the key of sales (HTTP 401).', notAskedAgain: [] });
    const [a, b] = ['a', 'b'].map((name) => join(directory, name));
    writeFileSync(a ?? '', 'sk-same\n');
    writeFileSync(b ?? '', 'sk-same\n');
    const files = [
      { name: 'research', api_key: Secret.fromFile(a ?? '') },
      { name: 'sales', api_key: Secret.fromFile(b ?? '') },
    ];
    expect((await detail(files)).detail).toBe('The keys of research and sales are the same: give each tenant a key of its own.');
    rmSync(b ?? '');
    // What keeps the exporter from asking says nothing of the gateway: it is asked again.
    expect(await detail(files)).toEqual({
      detail: 'The key of sales cannot be read: check api_key_file of this tenant.',
      notAskedAgain: [],
    });
  });

  it('are told by content where the model leads to the origin, without any mark', async () => {
    for (const [part, result] of [
      [() => '', 'shared'],
      [(key: string) => key, 'separate'],
    ] as const) {
      const { url } = await gateway({ origin: true, part });
      const rest = { ...ISOLATED, routes: ['completions' as const] };
      const probed = watched(url, rest, KEYS);
      const status = await probed.tick();
      expect(status, status.evidence).toMatchObject({
        verdict: result === 'shared' ? 'wrong_answers' : 'working',
        tenants: { pairs: [{ result }] },
      });
    }
  });

  it('of a semantic cache are tried in a namespace of the probe, out of reach of what was asked before', async () => {
    const { url, sent } = await gateway({ type: 'redis-semantic' });
    await watched(url, ISOLATED).tick();
    const namespaces = sent.flatMap(({ key, body }) => (key === 'sk-exporter' ? [] : JSON.stringify(body.cache)));
    expect(namespaces).toEqual([expect.stringContaining('"namespace":"lce-probe-'), namespaces[0]]);
  });

  it('of which the second gets from the cache what is not of the first show nothing', async () => {
    const { url } = await gateway({ confuses: true });
    expect(await watched(url, ISOLATED).tick()).toMatchObject({
      verdict: 'working',
      tenants: {
        pairs: [{ result: 'unknown', detail: 'The request of sales got an answer from the cache that is not the one of research.' }],
      },
    });
  });

  it('show in one span who asked whom, and no key', async () => {
    const { url } = await gateway();
    const probed = watched(url);
    await probed.tick();
    const spans = probed.steps.filter(({ name }) => name === 'tenants');
    expect(spans.map(({ notes }) => notes)).toEqual([{ from: 'research', to: 'sales', route: 'completions', result: 'shared' }]);
    expect(JSON.stringify(probed.steps) + JSON.stringify(probed.log)).not.toContain('sk-');
  });
});
