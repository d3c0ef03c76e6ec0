import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ServerRelease } from '../../dev/redis.ts';
import { NODE_ARGS, nodePort } from '../../dev/redis-cluster.ts';
import { keySlot } from '../../src/redis/replies/key-slot.ts';
import { lacksRedis, startRedis } from '../support/redis.ts';
import { watchCluster } from '../support/target.ts';

const MASTERS = 100;
const SLOTS = 16_384;
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/**
 * A server that is one of a hundred masters by its own file, of whose slots no two neighbours are on one of them. The others are not there, and
 * it takes an hour to notice.
 */
async function startFragmented(release: ServerRelease, replicas: boolean) {
  const dir = await mkdtemp(join(tmpdir(), 'lce-large-'));
  folders.push(dir);
  const port = await nodePort();
  const ids = Array.from({ length: MASTERS }, () => randomBytes(20).toString('hex'));
  const lines = ids.flatMap((id, at) => {
    const slots = Array.from({ length: Math.ceil((SLOTS - at) / MASTERS) }, (_, index) => index * MASTERS + at);
    const [place, flags] = at === 0 ? [port, 'myself,master'] : [at, 'master'];
    const master = `${id} 127.0.0.1:${place}@${place === port ? port + 10_000 : 10_000 + at} ${flags} - 0 0 ${at + 1} connected ${slots.join(' ')}`;
    const replica = `${randomBytes(20).toString('hex')} 127.0.0.1:${1_000 + at}@${11_000 + at} slave ${id} 0 0 ${at + 1} connected`;
    return replicas ? [master, replica] : [master];
  });
  await writeFile(join(dir, 'nodes.conf'), `${lines.join('\n')}\nvars currentEpoch ${MASTERS} lastVoteEpoch 0\n`);
  const args = [...NODE_ARGS, '--cluster-node-timeout', '3600000', '--cluster-require-full-coverage', 'no'];
  return { port, ids, server: await startRedis({ release, dir, port, args }) };
}

describe.each<[ServerRelease, boolean]>([
  ['6.2.14', false],
  ['6.2.14', true],
  ['8.2.3', true],
  ['valkey-9.1.2', true],
])('a cluster of a hundred masters and 16,384 ranges of %s, with replicas: %s', async (release, replicas) => {
  it.skipIf(await lacksRedis(release))(
    'is read whole, and no reply goes past a bound',
    async () => {
      const { port, ids, server } = await startFragmented(release, replicas);
      const watched = watchCluster([`127.0.0.1:${port}`], { timeout: 8_000, interval: 20_000 });
      await watched.tick(watched.watch.job.timeout);
      const { target } = watched;
      const asked = target.nodes.find(({ id }) => id === ids[0]);
      expect(asked?.target.refused).toEqual({ type: 0, length: 0, depth: 0 });
      expect(watched.series('redis.up')[`redis_node=127.0.0.1:${port}`]).toBe(1);
      expect(
        target
          .masters()
          .map(({ id }) => id)
          .sort(),
      ).toEqual([...ids].sort());
      expect(target.masters().reduce((sum, { slots }) => sum + slots.length, 0)).toBe(SLOTS);
      for (let at = 0; at < 50; at++) {
        const key = `key-${at}`;
        expect(target.ownerOf(key)?.id).toBe(ids[keySlot(key) % MASTERS]);
      }
      await watched.watch.close();
      await server.kill();
    },
    60_000,
  );
});
