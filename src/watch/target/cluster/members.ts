import type { Series } from '../../../catalogue/series.ts';
import type { TargetConfig } from '../../../config/effective.ts';
import type { Log, Tick } from '../../../model/tick.ts';
import type { Cluster, ClusterNode } from '../../../redis/connection/cluster.ts';
import { settle } from '../../../redis/connection/failure.ts';
import { createTargetWatch, type ServerWatch, type TargetWatchOptions } from '../watch.ts';
import { createAway } from './away.ts';

/** The watches of the nodes of a cluster, one for each that the cluster has now. */
export interface Members {
  /** Opens what is new among the nodes, closes what is gone, and gives the nodes that are new. */
  match(): ClusterNode[];
  has(name: string): boolean;
  watchOf(name: string): ServerWatch | undefined;
  /** Scrapes nodes, all at once; a node that cannot be read takes nothing from the others. */
  scrape(nodes: readonly ClusterNode[], tick: Tick, signal: AbortSignal): Promise<void>;
  /** For how many ticks one after the other a node was not read. */
  away(name: string): number;
  /** Ends the connections of all; the next scrape opens others. */
  disconnect(): Promise<void>;
  close(): Promise<void>;
}

interface Member {
  readonly watch: ServerWatch;
  readonly series: Series;
}

/** What the watches of nodes work with. `openNode` gives the series of one of them. */
export type MembersOptions = Omit<TargetWatchOptions, 'target' | 'room' | 'series'> & {
  config: TargetConfig;
  cluster: Cluster;
  openNode(name: string): Series;
};

/** The nodes that are known now have a watch. */
export function createMembers({ cluster, openNode, ...options }: MembersOptions): Members {
  const { config, log } = options;
  const members = new Map<string, Member>();
  const away = createAway();
  match();

  function match(): ClusterNode[] {
    const names = new Set(cluster.nodes.map(({ name }) => name));
    for (const [name, member] of members) {
      if (names.has(name)) continue;
      members.delete(name);
      void member.watch.close();
      member.series.close();
    }
    return cluster.nodes.filter(({ name, target }) => {
      if (members.has(name)) return false;
      const series = openNode(name);
      const room = () => Math.floor(config.max_series / Math.max(1, cluster.nodes.length));
      members.set(name, { watch: createTargetWatch({ ...options, target, series, log: named(log, name), room }), series });
      return true;
    });
  }

  return {
    match,
    has: (name) => members.has(name),
    watchOf: (name) => members.get(name)?.watch,
    async scrape(nodes, tick, signal) {
      await Promise.all(
        nodes.map(async ({ name }) => {
          const member = members.get(name);
          if (member === undefined) return;
          const scraped = await settle(member.watch.job.run(tickOf(tick, name, signal)));
          away.note(name, scraped.ok);
        }),
      );
    },
    away: away.ticks,
    async disconnect() {
      for (const { watch } of members.values()) await watch.close();
    },
    async close() {
      for (const { watch, series } of members.values()) {
        await watch.close();
        series.close();
      }
      members.clear();
    },
  };
}

/** A tick as a node sees it: its steps name it, and it ends earlier than the whole. */
function tickOf(tick: Tick, redis_node: string, signal: AbortSignal): Tick {
  return {
    signal,
    traceId: tick.traceId,
    note: (details) => tick.note(details),
    step: (name, run) =>
      tick.step(name, (headers, note) => {
        note({ redis_node });
        return run(headers, note);
      }),
  };
}

/** A log whose lines name the node that they are about. */
function named(log: Log, redis_node: string): Log {
  return {
    debug: (details, sentence) => log.debug({ ...details, redis_node }, sentence),
    info: (details, sentence) => log.info({ ...details, redis_node }, sentence),
    warn: (details, sentence) => log.warn({ ...details, redis_node }, sentence),
    error: (details, sentence) => log.error({ ...details, redis_node }, sentence),
  };
}
