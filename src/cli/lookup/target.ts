import type { TargetConfig } from '../../config/effective.ts';
import { type Cluster, createCluster } from '../../redis/connection/cluster.ts';
import { createTarget } from '../../redis/connection/connect.ts';
import type { Target } from '../../redis/connection/target.ts';
import type { Clock } from '../../schedule/clock.ts';
import { within } from '../../schedule/within.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { createClusterWatch } from '../../watch/target/cluster/watch.ts';
import { createTargetWatch } from '../../watch/target/watch.ts';

/** A target that its watch has been to once: its credential was tried, and of a cluster the nodes are known. */
export interface VisitedTarget {
  readonly target: Target | Cluster;
  close(): Promise<void>;
}

/** Runs the watch of a target once. What it finds is in the target; a failure is a state of it. */
export async function visitTarget(config: TargetConfig, telemetry: Telemetry, clock: Clock, signal: AbortSignal): Promise<VisitedTarget> {
  const owner = { kind: 'target' as const, name: config.name, staleAfter: config.interval };
  const series = telemetry.store.openNext(owner);
  const options = { config, series, log: telemetry.log, clock, onRecovery: () => undefined, once: true };
  const visit = async (target: Target | Cluster, watch: ReturnType<typeof createTargetWatch> | ReturnType<typeof createClusterWatch>) => {
    await telemetry.observed(watch.job, 'target')(within(signal, watch.job.timeout));
    return {
      target,
      async close() {
        await watch.close();
        series.close();
      },
    };
  };
  if (config.cluster === undefined) {
    const target = createTarget(config);
    return visit(target, createTargetWatch({ ...options, target }));
  }
  const cluster = createCluster(config);
  return visit(cluster, createClusterWatch({ ...options, cluster, openNode: (node) => telemetry.store.openNext({ ...owner, node }) }));
}
