import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { aclRules } from '../../src/collectors/acl/acl.ts';
import { Secret } from '../../src/source/secret.ts';
import { eventually } from '../support/eventually.ts';
import { answering } from '../support/hostile-gateway.ts';
import { lacksRedis, type RunningRedis, startRedis } from '../support/redis.ts';
import { targetConfig, watchTarget } from '../support/target.ts';
import { gatewayConfig, inTurn, watchGateway } from '../support/watched-gateway.ts';

const LACKS_REDIS = await lacksRedis('8.2.3');
const folder = await mkdtemp(join(tmpdir(), 'lce-token-'));
afterAll(() => rm(folder, { recursive: true }));

/** How a side-car brings a new token: what it does between the server's change and its own. */
type Renewal = 'accepted first' | 'old one refused at once' | 'written in place' | 'emptied first';

/** A user of a Redis whose password is a token that is renewed all the time, old ones refused, and the file that holds it. */
async function sideCar(redis: RunningRedis, how: Renewal, user = 'exporter') {
  const file = join(folder, randomBytes(4).toString('hex'));
  let token = '';
  const renewed = async () => {
    const before = token;
    // A token of a cloud is as long as a signed request.
    token = randomBytes(512).toString('base64url');
    if (how !== 'accepted first' && before !== '') await redis.command('ACL', 'SETUSER', user, 'resetpass', `>${token}`);
    else await redis.command('ACL', 'SETUSER', user, `>${token}`);
    if (how === 'emptied first') {
      await writeFile(file, '');
      await sleep(20);
    }
    if (how === 'written in place' || how === 'emptied first') await writeFile(file, `${token}\n`, { mode: 0o600 });
    else {
      await writeFile(`${file}.new`, `${token}\n`, { mode: 0o600 });
      await rename(`${file}.new`, file);
    }
    if (how === 'accepted first' && before !== '') {
      await sleep(50);
      await redis.command('ACL', 'SETUSER', user, `<${before}`);
    }
  };
  await renewed();
  return { file, renewed };
}

/** A gateway whose cache hits; what it stores it writes to the Redis itself, as LiteLLM does. */
async function gateway(redis: RunningRedis): Promise<string> {
  return answering((request, response) => {
    const path = request.url ?? '';
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', async () => {
      if (path.startsWith('/health')) return void response.end('{"litellm_version":"1.110.2","cache":"redis"}');
      if (request.method !== 'POST') return void response.writeHead(404).end();
      const { cache: { namespace = '' } = {} } = JSON.parse(body);
      const key = `${namespace}:${createHash('sha256').update(body).digest('hex')}`;
      const known = await redis.command('GET', key);
      const id = known ?? randomBytes(8).toString('hex');
      if (known === null) await redis.command('SET', key, String(id), 'EX', '60');
      else response.setHeader('x-litellm-cache-key', key);
      response.end(JSON.stringify({ id, created: 1, choices: [], usage: {} }));
    });
  });
}

describe.skipIf(LACKS_REDIS)('a token in a password_file that a side-car renews', () => {
  it.each<Renewal>(['accepted first', 'old one refused at once', 'written in place', 'emptied first'])(
    'where the new one is %s: no failure is counted, no verdict changes',
    async (how) => {
      const redis = await startRedis();
      await redis.command('ACL', 'SETUSER', 'exporter', ...aclRules('8.2.3'));
      await redis.command('ACL', 'SETUSER', 'litellm', 'on', '~*', '+@all');
      const [own, ofGateway] = [await sideCar(redis, how), await sideCar(redis, how, 'litellm')];
      const canaries = [{ name: 'litellm', username: 'litellm', password: Secret.fromFile(ofGateway.file) }];
      const watched = watchTarget(targetConfig(redis.url, { username: 'exporter', password: Secret.fromFile(own.file), canaries }));
      const probed = watchGateway(gatewayConfig(await gateway(redis), { routes: ['completions'], namespace: '' }), watched.target);
      const { tick } = inTurn(watched, probed);
      let isOver = false;
      let count = 0;
      const renewals = (async () => {
        for (; !isOver; count++) {
          await Promise.all([own.renewed(), ofGateway.renewed()]);
          // A server closes the connections of a token that has expired sooner or later.
          if (count % 3 === 2) await redis.command('CLIENT', 'KILL', 'USER', 'exporter');
          await sleep(300);
        }
      })();
      const verdicts: (string | undefined)[] = [];
      for (let round = 0; round < 25 || count < 10; round++) {
        verdicts.push((await tick()).verdict);
        expect(
          watched.watch.status().credentials.map(({ state }) => state),
          `${how}, round ${round}`,
        ).toEqual(['ok', 'ok']);
      }
      isOver = true;
      await renewals;
      expect([...new Set(verdicts)]).toEqual(['working']);
      for (const credential of ['exporter', 'litellm'])
        expect(watched.value('redis.auth.failures', { credential, 'error.type': 'wrongpass' }) ?? 0).toBe(0);
      expect(watched.value('redis.auth.rejections', { 'error.type': 'WRONGPASS', origin: 'others' })).toBe(0);
      await probed.watch.close();
      await watched.watch.close();
    },
  );

  it('that is refused and not renewed is sent once a tick, and counted', async () => {
    const redis = await startRedis();
    await redis.command('ACL', 'SETUSER', 'exporter', ...aclRules('8.2.3'));
    const { file } = await sideCar(redis, 'accepted first');
    await redis.command('ACL', 'SETUSER', 'exporter', 'resetpass', '>other');
    const watched = watchTarget(targetConfig(redis.url, { username: 'exporter', password: Secret.fromFile(file) }));
    for (let tick = 0; tick < 4; tick++) expect(await watched.tick()).toMatchObject({ failure: 'wrongpass' });
    expect(watched.value('redis.auth.failures', { credential: 'exporter', 'error.type': 'wrongpass' })).toBe(4);
    expect(String(await redis.command('INFO', 'errorstats'))).toContain('errorstat_WRONGPASS:count=4');
    await writeFile(file, 'other\n');
    expect(await watched.tick()).toBeUndefined();
    await watched.watch.close();
  });

  it.each<[string, (count: number) => string, number]>([
    ['changes all the time between two that are refused', (count) => `refused-${count % 2}`, 2],
    ['changes all the time, each one refused', (count) => `refused-${count}`, 16],
    ['is empty again and again', (count) => (count % 2 === 0 ? '' : 'refused'), 1],
  ])('that %s is sent once a tick and once more for each new one, at most', async (_, textOf, different) => {
    const redis = await startRedis();
    await redis.command('ACL', 'SETUSER', 'exporter', ...aclRules('8.2.3'));
    await redis.command('ACL', 'SETUSER', 'exporter', 'resetpass', '>other');
    const file = join(folder, randomBytes(4).toString('hex'));
    let [count, isOver] = [0, false];
    await writeFile(file, 'refused-0');
    const changes = (async () => {
      for (; !isOver; count++) {
        await writeFile(`${file}.new`, textOf(count));
        await rename(`${file}.new`, file);
        await sleep(70);
      }
    })();
    const watched = watchTarget(targetConfig(redis.url, { username: 'exporter', password: Secret.fromFile(file) }));
    const ticks = 8;
    for (let tick = 0; tick < ticks; tick++) expect(['wrongpass', 'secret_unreadable']).toContain((await watched.tick())?.failure);
    isOver = true;
    await changes;
    const [, sent = '0'] = /errorstat_WRONGPASS:count=(\d+)/.exec(String(await redis.command('INFO', 'errorstats'))) ?? [];
    expect(Number(sent)).toBeGreaterThan(0);
    expect(Number(sent)).toBeLessThanOrEqual(ticks + Math.min(different, ticks));
    await watched.watch.close();
  });
});

/** A server that refuses each login, notes what it was sent, and hangs up a moment later. */
async function refusing(hangUpAfter: number): Promise<{ port: number; sent: string[] }> {
  const sent: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const line of String(data).split('\r\n')) if (line.startsWith('token-')) sent.push(line);
      socket.write('-WRONGPASS invalid username-password pair or user is disabled.\r\n');
      setTimeout(() => socket.destroy(), hangUpAfter);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, sent };
}

describe('a server that hangs up after a refused login', () => {
  it.each([0, 60, 120])('has refused it, whatever the file holds then (%d ms)', async (hangUpAfter) => {
    const { port, sent } = await refusing(hangUpAfter);
    const file = join(folder, randomBytes(4).toString('hex'));
    await writeFile(file, 'token-0');
    const watched = watchTarget(targetConfig(`redis://127.0.0.1:${port}`, { password: Secret.fromFile(file) }));
    const ended = watched.tick();
    await eventually(() => sent.length > 0 || undefined);
    await sleep(100);
    await writeFile(`${file}.new`, 'token-1');
    await rename(`${file}.new`, file);
    expect(await ended).toMatchObject({ failure: 'wrongpass' });
    expect(new Set(sent).size).toBe(sent.length);
    await watched.watch.close();
  });
});
