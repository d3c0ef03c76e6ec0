import type { Series } from '../catalogue/series.ts';
import { isSame } from '../config/diff.ts';
import type { Config } from '../config/effective.ts';
import type { GatewayStatus, SourceStatus, TargetStatus } from '../model/status.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import { type Merged, merge } from './merge.ts';
import { createSource, type Source } from './source.ts';

/** What a change of the configuration makes of the sources; nothing of it is in force before `take`. */
interface PreparedSources {
  /** The configuration with what the sources give now. */
  merged: Merged;
  take(): Promise<void>;
  drop(): Promise<void>;
}

/** The sources of the configuration that is in force. */
export interface Discovery {
  /**
   * Builds the sources that are new and reads them once; what takes longer than `wait` milliseconds comes later. A source that did not change
   * is kept, with what it gave.
   */
  prepare(config: Config, wait: number): Promise<PreparedSources>;
  /** The configuration with what the sources give now. */
  merged(config: Config): Merged;
  /** Tells the sources what became of their targets. */
  settle(merged: Merged): void;
  statuses(): SourceStatus[];
  /** Names of the sources that were not tried yet. */
  untried(): string[];
  /** The same entries, each with the name of the source that it comes from. */
  withSources<T extends { targets: TargetStatus[]; gateways: GatewayStatus[] }>(status: T): T;
  close(): Promise<void>;
}

export interface DiscoveryOptions {
  clock: Clock;
  log: Log;
  /** Gives the series of a source; those of its predecessor of the same name may be open. */
  openSeries: (source: string) => Series;
  /** Called when a source gives another list than before. */
  onChange: () => void;
}

/** No sources, until they are prepared and taken. */
export function createDiscovery({ clock, log, openSeries, onChange }: DiscoveryOptions): Discovery {
  let sources = new Map<string, Source>();
  let settled: Pick<Merged, 'gateways' | 'targets'> = { gateways: new Map(), targets: new Map() };

  /** The sources of a configuration: those that run where they are the same, else new ones. */
  function sourcesFor(config: Config): Map<string, Source> {
    return new Map(
      (config.discovery ?? []).map((entry) => {
        const known = sources.get(entry.name);
        if (known !== undefined && isSame(known.config, entry)) return [entry.name, known];
        const before = known?.config.kind === entry.kind ? known.believed() : undefined;
        return [entry.name, createSource({ config: entry, clock, log, series: openSeries(entry.name), before, onChange })];
      }),
    );
  }

  function mergedOf(config: Config, from: ReadonlyMap<string, Source>): Merged {
    return merge(
      config,
      [...from.values()].flatMap((source) => source.offer() ?? []),
    );
  }

  function settle(merged: Merged): void {
    const outcomes = new Map(merged.outcomes.map((outcome) => [outcome.source, outcome]));
    for (const [name, source] of sources) source.settle(outcomes.get(name));
    settled = merged;
  }

  return {
    async prepare(config, wait) {
      const next = sourcesFor(config);
      const fresh = [...next.values()].filter((source) => sources.get(source.config.name) !== source);
      const first = new AbortController();
      const late = clock.sleep(wait, first.signal).then(undefined, () => undefined);
      await Promise.race([Promise.all(fresh.map((source) => source.read(first.signal))), late]);
      first.abort(new DOMException('the first reading took too long', 'AbortError'));
      const merged = mergedOf(config, next);
      return {
        merged,
        async take() {
          const gone = [...sources.values()].filter((source) => next.get(source.config.name) !== source);
          await Promise.all(gone.map((source) => source.close()));
          sources = next;
          settle(merged);
          for (const source of fresh) source.start();
        },
        drop: async () => {
          await Promise.all(fresh.map((source) => source.close()));
        },
      };
    },
    merged: (config) => mergedOf(config, sources),
    settle,
    statuses: () => [...sources.values()].map((source) => source.status()),
    untried: () => [...sources].filter(([, source]) => !source.wasTried()).map(([name]) => name),
    withSources: (status) =>
      sources.size === 0
        ? status
        : {
            ...status,
            targets: status.targets.map((target) => named(target, settled.targets.get(target.name))),
            gateways: status.gateways.map((gateway) => named(gateway, settled.gateways.get(gateway.name))),
          },
    async close() {
      await Promise.all([...sources.values()].map((source) => source.close()));
      sources = new Map();
    },
  };
}

function named<T extends { name: string; source?: string }>(entry: T, source: string | undefined): T {
  return source === undefined ? entry : { ...entry, source };
}
