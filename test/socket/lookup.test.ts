import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { chatMaterial, type KeyedGateway, keyedGateway, sha256, storedAt } from '../support/keyed-gateway.ts';
import { type RunningRedis, startRedis } from '../support/redis.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';
import { type RanCommand, ranCommand } from '../support/run-command.ts';

const SECRET = 'the-secret-prompt';
const BODY = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: SECRET }] });
const KEY = sha256(chatMaterial('m', SECRET));

const TRACKING = ['+info', '+ping', '+select', '+client|id', '+client|tracking', '+client|setname', '+subscribe', '+exists', '+pttl'];

let folder: string;
let redis: RunningRedis;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lce-lookup-'));
  redis = await startRedis();
  const rights = ['on', 'nopass', 'resetkeys', 'resetchannels', '&__redis__:invalidate'];
  await redis.command('ACL', 'SETUSER', 'full', ...rights, '~*', ...TRACKING);
  await redis.command('ACL', 'SETUSER', 'probes', ...rights, '~lce-probe-*', '~users:lce-probe-*', ...TRACKING);
  await redis.command(
    'ACL',
    'SETUSER',
    'untracked',
    'on',
    'nopass',
    '~*',
    'resetchannels',
    '+info',
    '+ping',
    '+select',
    '+exists',
    '+pttl',
  );
  await redis.command(
    'ACL',
    'SETUSER',
    'exists',
    'on',
    'nopass',
    '~*',
    'resetchannels',
    '+info',
    '+ping',
    '+select',
    '+exists',
    '+client|id',
    '+client|tracking',
    '&__redis__:invalidate',
    '+subscribe',
  );
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => redis.command('FLUSHALL'));

interface Asked {
  gateway?: Partial<KeyedGateway>;
  /** The user of the exporter in Redis. */
  user?: string;
  target?: Readonly<Record<string, unknown>> | 'none';
  /** More of the entry of the gateway. */
  entry?: Readonly<Record<string, unknown>>;
  body?: string;
  args?: readonly string[];
}

/** Runs `lookup` beside a stand-in for a gateway. */
async function lookedUp({
  gateway,
  user = 'full',
  target,
  entry,
  body = BODY,
  args = [],
}: Asked = {}): Promise<RanCommand & { found: Found; asked: string[] }> {
  const { url, asked } = await keyedGateway({ redis, ...gateway });
  const own = { name: 'cache', url: `redis://${user}:x@127.0.0.1:${redis.port}/0` };
  const config = {
    redis: target === 'none' ? [] : [target ?? own],
    gateways: [
      {
        name: 'litellm',
        url,
        model: 'probe',
        price_per_pair_usd: 0,
        routes: ['chat'],
        ...(target === 'none' ? {} : { redis: 'cache' }),
        ...entry,
      },
    ],
  };
  const [file, request] = [join(folder, 'config.yaml'), join(folder, 'body.json')];
  await writeFile(file, stringify(config));
  await writeFile(request, body);
  const ran = await ranCommand('lookup', request, '-c', file, '--format', 'json', ...args);
  const found: Found = ran.out.startsWith('{') ? JSON.parse(ran.out) : {};
  return { ...ran, found, asked };
}

interface Found {
  result?: string;
  reason?: string;
  sentence?: string;
  ttlSeconds?: number;
  namespace?: string | null;
  keys?: string[];
  verdict?: string;
  cause?: string;
  remarks?: string[];
}

describe('lookup', () => {
  it('finds the entry of a request under the namespace that the gateway has, and says how long it lives', async () => {
    await storedAt({ redis }, `users:${KEY}`, 50);
    const { code, found, asked, err } = await lookedUp({ gateway: { namespace: 'users' } });

    expect(found).toMatchObject({ result: 'in_cache', namespace: 'users', keys: [`users:${KEY}`] });
    expect(found.ttlSeconds).toBeGreaterThan(0);
    expect(found.ttlSeconds).toBeLessThanOrEqual(50);
    expect(code).toBe(0);
    // The model of the request itself was never asked for.
    expect(new Set(asked)).toEqual(new Set(['probe']));
    expect(err).toContain('litellm gets this request with the model probe');
  });

  it('says that it is not there under another namespace, another model, or after it expired', async () => {
    await storedAt({ redis }, KEY, 50);
    await storedAt({ redis }, `others:${KEY}`, 50);
    await storedAt({ redis }, `users:${sha256(chatMaterial('other', SECRET))}`, 50);
    const { code, found } = await lookedUp({ gateway: { namespace: 'users' } });

    expect(found).toMatchObject({ result: 'not_in_cache', keys: [`users:${KEY}`] });
    expect(code).toBe(1);
  });

  it('says so where an entry never expires, and what the request itself forbids', async () => {
    await redis.command('SET', KEY, 'value');
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: SECRET }], cache: { 'no-cache': true, 's-maxage': 5 } });
    const { code, found } = await lookedUp({ body });

    expect(found).toMatchObject({ result: 'in_cache', namespace: null, remarks: ['no_cache', 'max_age'] });
    expect(found).not.toHaveProperty('ttlSeconds');
    expect(code).toBe(0);
  });

  it('does not say anything of a release whose key is another', async () => {
    await storedAt({ redis }, KEY, 50);
    const material = (model: string, content: string) => `${chatMaterial(model, content)}new: 1`;
    const { code, found } = await lookedUp({ gateway: { material, release: '9.0.0' } });

    expect(found).toMatchObject({ result: 'cannot_tell', reason: 'key_unknown' });
    expect(found.sentence).toContain('LiteLLM 9.0.0');
    expect(code).toBe(2);
  });

  it.each(['redis-semantic', 'valkey-semantic', 'qdrant-semantic', 's3', 'local'])(
    'says that a cache of the type %s has no key in Redis',
    async (cacheType) => {
      const { code, found } = await lookedUp({ gateway: { cacheType } });

      expect(found).toMatchObject({ result: 'cannot_tell', reason: 'cache_not_in_redis' });
      expect(code).toBe(2);
    },
  );

  it('tells the verdict and its cause where the gateway stores nothing', async () => {
    const { code, found } = await lookedUp({ gateway: { silent: true, namespace: 'users' }, entry: { namespace: 'users' } });

    expect(found).toMatchObject({ result: 'cannot_tell', reason: 'not_stored', verdict: 'not_caching' });
    expect(found.cause).toBeDefined();
    expect(code).toBe(2);
  });

  it('says that the model is not known where nothing is found and the gateway does not tell of it', async () => {
    const nothing = await lookedUp({ gateway: { models: ['probe'] } });
    await storedAt({ redis }, KEY, 50);
    const there = await lookedUp({ gateway: { models: ['probe'] } });

    expect(nothing.found).toMatchObject({ result: 'cannot_tell', reason: 'model_unknown' });
    expect(there.found).toMatchObject({ result: 'in_cache' });
  });

  it('says what the gateway refuses, without the words of the request', async () => {
    const refusal = { status: 400, body: JSON.stringify({ error: { message: `bad: ${SECRET} is not taken` } }) };
    const { code, found, out, err } = await lookedUp({ gateway: { refusal } });

    expect(found).toMatchObject({ result: 'cannot_tell', reason: 'request_refused' });
    expect(found.sentence).toContain('bad: … is not taken');
    expect(out + err).not.toContain(SECRET);
    expect(code).toBe(2);
  });

  it('says which right is missing where the user may not ask for entries of users', async () => {
    const { code, found } = await lookedUp({ user: 'probes', gateway: { namespace: 'users' } });

    expect(found).toMatchObject({ result: 'cannot_tell', reason: 'redis_not_permitted' });
    expect(found.sentence).toContain('+exists');
    expect(code).toBe(2);
  });

  it('needs only one of the two rights', async () => {
    await storedAt({ redis }, KEY, 50);
    const { code, found } = await lookedUp({ user: 'exists' });

    expect(found).toMatchObject({ result: 'in_cache' });
    expect(found).not.toHaveProperty('ttlSeconds');
    expect(code).toBe(0);
  });

  it('asks for the key itself where Redis does not tell of writes, once it knows the namespace', async () => {
    await storedAt({ redis }, `users:${KEY}`, 50);
    const asked = { user: 'untracked', gateway: { namespace: 'users' } };
    const blind = await lookedUp(asked);
    const told = await lookedUp({ ...asked, args: ['--namespace', 'users'] });
    const wrong = await lookedUp({ ...asked, args: ['--namespace', ''] });

    expect(blind.found).toMatchObject({ result: 'cannot_tell', reason: 'namespace_unknown' });
    expect(told.found).toMatchObject({ result: 'in_cache', keys: [`users:${KEY}`] });
    expect(wrong.found).toMatchObject({ result: 'cannot_tell' });
  });

  it('takes what the gateway wrote for the namespace, whatever was said of it', async () => {
    await storedAt({ redis }, `said:${KEY}`, 50);
    const { found } = await lookedUp({ args: ['--namespace', 'said'] });

    expect(found).toMatchObject({ result: 'not_in_cache', namespace: null });
  });

  it('says that the entries are in another database', async () => {
    const { code, found } = await lookedUp({ target: { name: 'cache', url: `redis://full:x@127.0.0.1:${redis.port}/3` } });

    expect(found).toMatchObject({ result: 'cannot_tell', reason: 'stored_elsewhere' });
    expect(code).toBe(2);
  });

  it('says so without a target, with one that is not there, and with a gateway that is not there', async () => {
    expect((await lookedUp({ target: 'none' })).found).toMatchObject({ result: 'cannot_tell', reason: 'no_target' });
    expect((await lookedUp({ target: { name: 'cache', url: 'redis://127.0.0.1:1' } })).found).toMatchObject({
      result: 'cannot_tell',
      reason: 'redis_unreachable',
    });
    expect((await lookedUp({ entry: { url: 'http://127.0.0.1:1' } })).found).toMatchObject({
      result: 'cannot_tell',
      reason: 'gateway_unreachable',
      verdict: 'unreachable',
    });
  });

  it('waits for a model that takes longer than writes are listened to at first', async () => {
    await storedAt({ redis }, `users:${KEY}`, 50);
    const { found } = await lookedUp({ gateway: { namespace: 'users', takes: 1_500 } });

    expect(found).toMatchObject({ result: 'in_cache', namespace: 'users' });
  });

  it('asks for the price before a priced model is asked', async () => {
    const entry = { price_per_pair_usd: 0.000001 };
    const refused = await lookedUp({ entry });
    const allowed = await lookedUp({ entry, args: ['--spend', '0.01'] });
    const tooLittle = await lookedUp({ entry, args: ['--spend', '0.0000001'] });

    expect(refused).toMatchObject({ code: 2, out: '', asked: [] });
    expect(refused.err).toContain('--spend');
    expect(allowed.found).toMatchObject({ result: 'not_in_cache' });
    expect(tooLittle.found).toMatchObject({ result: 'cannot_tell', reason: 'too_dear' });
    expect(tooLittle.asked).toEqual([]);
  });

  it('finds entries on each node of a cluster', async () => {
    const nodes = await startRedisCluster();
    const target = { name: 'cache', cluster: { nodes: nodes.map(({ port }) => `127.0.0.1:${port}`) } };
    for (const content of ['one', 'two', 'three', 'four', 'five']) {
      const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] });
      const gateway = { redis: undefined, nodes, namespace: 'users' };
      const before = await lookedUp({ gateway, target, body });
      await storedAt({ redis: undefined, nodes }, `users:${sha256(chatMaterial('m', content))}`, 50);
      const after = await lookedUp({ gateway, target, body });

      expect([before.found.result, after.found.result]).toEqual(['not_in_cache', 'in_cache']);
    }
  });

  it.each<[string, string, readonly string[], string]>([
    ['no JSON', 'hello', [], 'it is no JSON'],
    ['no object', '[1]', [], 'it is no JSON object'],
    ['no request', '{"a":1}', [], 'neither messages, prompt nor input'],
    ['no model', '{"messages":[]}', [], 'names no model'],
    ['either of two APIs', '{"model":"m","input":"x"}', [], '--route'],
    ['another API than was said', BODY, ['--route', 'completions'], 'no prompt'],
    ['no curl command', BODY, ['--curl'], 'does not begin with curl'],
  ])('refuses what is %s, with 2 and before anything is asked', async (_, body, args, words) => {
    const { code, out, err, asked } = await lookedUp({ body, args });

    expect({ code, out, asked }).toEqual({ code: 2, out: '', asked: [] });
    expect(err).toContain(words);
    expect(err).not.toContain(SECRET);
  });

  it('reads the request of a curl command', async () => {
    await storedAt({ redis }, KEY, 50);
    const body = `curl -s http://gateway:4000/v1/chat/completions -H 'Authorization: Bearer sk-x' \\\n  -d '${BODY}'`;
    const { code } = await lookedUp({ body, args: ['--curl'] });

    expect(code).toBe(0);
  });

  it('asks which gateway is meant, and says which there are', async () => {
    const { code, err } = await lookedUp({ args: ['--gateway', 'another'] });

    expect(code).toBe(2);
    expect(err).toContain('no gateway is called another; the configuration names litellm');
  });

  it('says it to a person first what was found, then what it rests on', async () => {
    await storedAt({ redis }, `users:${KEY}`, 50);
    const { out } = await lookedUp({ gateway: { namespace: 'users' }, args: ['--format', 'text'] });

    expect(out).toMatch(/^litellm {2}chat, model m\nIN THE CACHE, for another \d+ s\n {2}An entry for this request is in Redis\.\n/);
    expect(out).toContain('release    LiteLLM 1.110.2');
    expect(out).toContain(`key        users:${KEY}`);
    expect(out).not.toContain(SECRET);
  });
});
