import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon.ts';
import { at, parseJson } from '../../src/litellm/json.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { eventually } from '../support/eventually.ts';
import { forThisFile } from '../support/lifetime.ts';
import { metricLines, metricValue } from '../support/metrics-text.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';

/** A key of an answer in the sample of 1/16. */
const keyOf = (number: number) => `users:0${createHash('sha256').update(String(number)).digest('hex').slice(1)}`;

describe.skipIf(await lacksRedis('8.2.3'))('reuse in a daemon', () => {
  it('is of the gateways of its target, on the page and on /metrics, and goes with a reload', async () => {
    const redis = await startRedis({ release: '8.2.3' });
    const directory = await mkdtemp(join(tmpdir(), 'lce-reuse-'));
    const gateway = createServer((_, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => gateway.once('listening', resolve));
    const address = gateway.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const file = join(directory, 'config.yaml');
    const entry = (name: string, more = {}) => ({
      name,
      url,
      model: 'm',
      price_per_pair_usd: 0,
      interval: '1s',
      timeout: '500ms',
      ...more,
    });
    const written = (reuse: object) =>
      writeFile(
        file,
        stringify({
          redis: [{ name: 'cache', url: redis.url, interval: '1s', ...reuse }],
          gateways: [
            entry('one', { redis: 'cache', namespace: 'users' }),
            entry('same', { redis: 'cache', namespace: 'users' }),
            entry('left-out', { redis: 'cache', namespace: 'others' }),
            entry('elsewhere'),
          ],
          http: { listen: ['127.0.0.1:0'] },
        }),
      );
    await written({ reuse: { sample: '1/16', gateways: ['one', 'same'] } });
    const load = () => loadConfig({ file, flags: {}, env: {} });
    const loaded = await load();
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const daemon = await startDaemon({ config: loaded.config, load, version: '1', env: {}, clock: systemClock, out: () => undefined });
    await forThisFile(
      Promise.resolve({
        stop: async () => {
          await daemon.close();
          gateway.closeAllConnections();
          gateway.close();
          await rm(directory, { recursive: true });
        },
      }),
    );
    const page = async (path: string) => (await fetch(`http://${daemon.addresses[0]}${path}`)).text();

    await eventually(async () => metricValue(await page('/metrics'), 'redis_cache_reuse_up', { redis_target: 'cache' }) === 1);
    for (const number of [1, 2, 3]) await redis.command('SET', keyOf(number), 'x', 'EX', 100);
    await redis.command('SET', keyOf(4).replace('users', 'others'), 'x', 'EX', 100);

    const firsts = async () =>
      metricLines(await page('/metrics')).filter(({ name, labels }) => name === 'redis_cache_writes_total' && labels.kind === 'first');
    await eventually(async () => (await firsts()).some(({ value }) => value === 48));
    expect((await firsts()).map(({ labels }) => labels.gateway)).toEqual(['one']);
    const status = parseJson(await page('/api/v1/status'));
    expect(at(status, 'targets', 0, 'reuse', 'groups', 0, 'gateways')).toEqual(['one', 'same']);
    expect(await page('/')).toContain('From 1/16 of the answers of one and same');

    await written({});
    expect(await daemon.reload()).toEqual([]);
    expect(metricLines(await page('/metrics')).filter(({ name }) => name.startsWith('redis_cache_'))).toEqual([]);
    const left = await redis.command('CLIENT', 'LIST');
    expect(String(left)).not.toContain('flags=tP');
  });
});
