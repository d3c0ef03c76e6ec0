import type { RunningRedis } from '../../../dev/redis.ts';
import { eventually } from '../../support/eventually.ts';
import { type ClusterServer, clusterOf, type Node } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import { HANGING } from '../settings.ts';
import { REDIS_AWAY } from './redis-away.ts';

/** So many slots without a key are moved to another master. */
const MOVED_SLOTS = 50;
/** Slots of the first master. */
const LAST_OF_FIRST = 5_460;
const TAKEN_AWAY = ['0', '5'] as const;

/** A master that runs, and its replica. */
async function masterOf(cluster: ClusterServer): Promise<{ master: Node; replica: Node }> {
  const masters = await cluster.masters();
  const master = cluster.nodes.find((node) => node.isRunning() && masters.includes(node.redis()));
  const of = async (node: Node) => /master_port:(\d+)/.exec(String(await node.redis().command('INFO', 'replication')))?.[1];
  for (const node of cluster.nodes)
    if (master !== undefined && node !== master && (await of(node)) === String(master.port)) return { master, replica: node };
  throw new Error('No master of the cluster has a replica.');
}

/** Whether the replicas wait instead of taking over. */
async function hold(cluster: ClusterServer, waits: 'yes' | 'no'): Promise<void> {
  await cluster.command('CONFIG', 'SET', 'cluster-replica-no-failover', waits);
}

async function allRun(cluster: ClusterServer): Promise<void> {
  for (const node of cluster.nodes) await node.start();
  await cluster.becomes('ok');
}

/** Moves slots that are empty, as a resharding does when it has moved their keys. */
async function moveEmptySlots(
  from: RunningRedis,
  to: RunningRedis,
  others: readonly RunningRedis[],
  slots: readonly number[],
): Promise<void> {
  const id = String(await to.command('CLUSTER', 'MYID'));
  for (const slot of slots) for (const node of [to, from, ...others]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', id);
}

/** What goes wrong with a cluster and not with one server. */
export const REDIS_CLUSTER: readonly Fault[] = [
  {
    name: 'master of a cluster gone, without a replica that takes over',
    releases: 'both',
    async inject({ server }) {
      const cluster = clusterOf(server);
      await hold(cluster, 'yes');
      const { master } = await masterOf(cluster);
      await master.stop();
      await cluster.becomes('fail');
    },
    async lift({ server }) {
      const cluster = clusterOf(server);
      await allRun(cluster);
      await hold(cluster, 'no');
    },
    expected: { verdict: ['memory_only', 'not_caching', 'partial', 'not_measurable'], cause: 'redis_cluster' },
    // Before the others miss it.
    besides: ['redis_unreachable', 'gateway_timeout'],
    intervals: HANGING,
  },
  {
    name: 'slots of a cluster that no node serves',
    releases: 'both',
    async inject({ server }) {
      const cluster = clusterOf(server);
      await cluster.command('CLUSTER', 'DELSLOTSRANGE', ...TAKEN_AWAY);
      await cluster.becomes('fail');
    },
    async lift({ server }) {
      const cluster = clusterOf(server);
      const { master } = await masterOf(cluster);
      await master.redis().command('CLUSTER', 'ADDSLOTSRANGE', ...TAKEN_AWAY);
      await cluster.becomes('ok');
    },
    expected: { verdict: ['memory_only', 'not_caching'], cause: 'redis_cluster' },
  },
  {
    name: 'failover of a master that is asked for',
    releases: 'both',
    async inject({ server }) {
      const cluster = clusterOf(server);
      const { replica } = await masterOf(cluster);
      await replica.redis().command('CLUSTER', 'FAILOVER');
      await eventually(async () => (await cluster.masters()).includes(replica.redis()), 20_000);
    },
    lift: async () => undefined,
    expected: { verdict: 'working', cause: 'none' },
    passing: ['memory_only', 'not_caching', 'partial'],
    besides: ['redis_cluster', 'redis_read_only'],
  },
  {
    name: 'failover of a master that is gone',
    releases: 'both',
    async inject({ server }) {
      const cluster = clusterOf(server);
      const { master, replica } = await masterOf(cluster);
      await master.stop();
      await eventually(async () => (await cluster.masters()).includes(replica.redis()), 20_000);
      await cluster.becomes('ok');
    },
    lift: ({ server }) => allRun(clusterOf(server)),
    expected: { verdict: 'working', cause: 'none' },
    passing: ['memory_only', 'not_caching', 'partial', 'not_measurable'],
    besides: ['redis_cluster', 'redis_unreachable', 'gateway_timeout'],
    // LiteLLM 1.110.2 finds the new master after 15 s to more than a minute: its breaker stays open meanwhile.
    intervals: 20,
  },
  {
    name: 'slots moved to another master',
    releases: 'either',
    async inject({ server }) {
      const [from, to, ...others] = await clusterOf(server).masters();
      if (from === undefined || to === undefined) throw new Error('The cluster has fewer than two masters.');
      const slots: number[] = [];
      for (let slot = LAST_OF_FIRST; slot > 0 && slots.length < MOVED_SLOTS; slot -= 1)
        if (Number(await from.command('CLUSTER', 'COUNTKEYSINSLOT', slot)) === 0) slots.push(slot);
      await moveEmptySlots(from, to, others, slots);
    },
    lift: async () => undefined,
    expected: { verdict: 'working', cause: 'none' },
    passing: [],
  },
];

/**
 * Faults of one server that a cluster does not have: LiteLLM does not start when a cluster refuses its login, and no
 * node of a cluster can be told to be a replica of what is not there.
 */
const NOT_OF_A_CLUSTER: readonly string[] = ['wrong password', 'password required but not given', 'read-only replica'];

/** What is true in passing while the nodes go and come back: the cluster is down until they know each other again. */
const IN_PASSING = ['redis_cluster', 'redis_unreachable'] as const;

/** What a fault of one server is on a cluster, where all of its nodes have it; undefined where a cluster cannot have it. */
export function onCluster(fault: Fault): Fault | undefined {
  if (NOT_OF_A_CLUSTER.includes(fault.name)) return undefined;
  return isAbsence(fault) ? { ...fault, besides: [...(fault.besides ?? []), ...IN_PASSING] } : fault;
}

/** Whether no node can be asked for a while. */
function isAbsence(fault: Fault): boolean {
  return REDIS_AWAY.includes(fault) || fault.name.startsWith('restart of Redis');
}
