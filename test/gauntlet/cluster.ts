import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningRedis, startRedis } from '../../dev/redis.ts';
import { joinCluster, NODE_ARGS, nodePort, SLOTS } from '../../dev/redis-cluster.ts';
import { clusterRules } from '../../src/collectors/acl/acl.ts';
import { certificateAuthority } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { CLUSTER, DEBUGGED, type Server, sendAside } from './server.ts';
import { usersOf } from './users.ts';

/** One server of a cluster, which keeps its port and its place in the cluster. */
export interface Node {
  port: number;
  /** Where its data set and its place in the cluster lie. */
  dir: string;
  redis(): RunningRedis;
  isRunning(): boolean;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A cluster as one server, and its nodes by themselves. */
export interface ClusterServer extends Server {
  nodes: readonly Node[];
  /** Waits until every node that runs says that all slots are served, or that they are not. */
  becomes(state: 'ok' | 'fail'): Promise<void>;
}

/** Longer than a node is kept from answering by a busy machine. */
const NODE_TIMEOUT_MS = 5_000;
const PATIENCE_MS = 40_000;

/** The cluster that a stack was started with; throws where it has none. */
export function clusterOf(server: Server): ClusterServer {
  if (!isCluster(server)) throw new Error('This fault of the gauntlet needs a cluster: use --server cluster.');
  return server;
}

function isCluster(server: Server): server is ClusterServer {
  return 'nodes' in server && 'becomes' in server;
}

/** Starts three masters with a replica each, all with the same users. */
export async function startCluster(): Promise<ClusterServer> {
  const users = usersOf(CLUSTER, clusterRules(CLUSTER));
  const { gauntlet, litellm } = users.passwords;
  const root = await mkdtemp(join(tmpdir(), 'lce-gauntlet-cluster-'));
  const args = [
    ...[...NODE_ARGS, '--cluster-node-timeout', String(NODE_TIMEOUT_MS), ...DEBUGGED, ...users.args],
    ...['--masteruser', 'gauntlet', '--masterauth', gauntlet],
  ];
  const nodes: Node[] = [];
  for (let index = 0; index < 2 * SLOTS.length; index += 1)
    nodes.push(await startNode(await nodePort(), await mkdtemp(join(root, 'node-')), args));
  await joinCluster(nodes.map((node) => node.redis()));
  const ports = nodes.map(({ port }) => port);
  const [port = 0] = ports;
  const running = () => nodes.filter((node) => node.isRunning()).map((node) => node.redis());

  async function becomes(state: 'ok' | 'fail'): Promise<void> {
    const says = async (node: RunningRedis) => String(await node.command('CLUSTER', 'INFO')).includes(`cluster_state:${state}`);
    await eventually(async () => (await Promise.all(running().map(says))).every(Boolean), PATIENCE_MS);
  }

  return {
    nodes,
    becomes,
    port,
    tlsPort: 0,
    ca: certificateAuthority(root, 'authority'),
    ports,
    dirs: nodes.map(({ dir }) => dir),
    passwords: users.passwords,
    target: { cluster: { nodes: ports.map((one) => `127.0.0.1:${one}`) } },
    cacheParams: {
      host: null,
      port: null,
      redis_startup_nodes: ports.map((one) => ({ host: '127.0.0.1', port: one })),
      username: 'litellm',
      password: litellm,
    },
    pingStalls: true,
    async masters() {
      const asked = running();
      const roles = await Promise.all(asked.map(async (node) => String(await node.command('INFO', 'replication'))));
      return asked.filter((_, index) => roles[index]?.includes('role:master'));
    },
    async tagOf(master) {
      const own = /^.*myself.*$/m.exec(String(await master.command('CLUSTER', 'NODES')))?.[0] ?? '';
      const ranges = [...own.matchAll(/ (\d+)-(\d+)/g)].map(([, from, to]) => [Number(from), Number(to)] as const);
      for (let number = 0; ; number += 1) {
        const slot = Number(await master.command('CLUSTER', 'KEYSLOT', String(number)));
        if (ranges.some(([from, to]) => from <= slot && slot <= to)) return `{${number}}`;
      }
    },
    command: (...command) => toAll(running().map((node) => node.command(...command))),
    aside: (...command) => toAll(ports.map((one) => sendAside(one, users.passwords, command))),
    async cut(...names) {
      for (const user of names) await toAll(running().map((node) => node.command('CLIENT', 'KILL', 'USER', user)));
    },
    pause: () => running().forEach((node) => void node.pause()),
    resume: () => running().forEach((node) => void node.resume()),
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
    async start() {
      await Promise.all(nodes.map((node) => node.start()));
      await becomes('ok');
    },
    async close() {
      await Promise.all(nodes.map((node) => node.stop()));
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function startNode(port: number, dir: string, args: readonly string[]): Promise<Node> {
  const start = () => startRedis({ release: CLUSTER, port, dir, args, progress: () => undefined });
  let redis: RunningRedis | undefined = await start();
  return {
    port,
    dir,
    redis() {
      if (redis === undefined) throw new Error(`The node of the gauntlet at port ${port} does not run.`);
      return redis;
    },
    isRunning: () => redis !== undefined,
    async stop() {
      await redis?.stop();
      redis = undefined;
    },
    async start() {
      redis ??= await start();
    },
  };
}

/** What the first node answered; rejects when one did not do as it was told, except for a replica that may not write. */
async function toAll(answers: readonly Promise<unknown>[]): Promise<unknown> {
  const told = await Promise.allSettled(answers);
  for (const one of told) if (one.status === 'rejected' && !String(one.reason).includes('READONLY')) throw one.reason;
  return told.find((one) => one.status === 'fulfilled')?.value;
}
