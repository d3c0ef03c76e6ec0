import type { Series } from '../../../catalogue/series.ts';
import type { GatewayConfig } from '../../../config/effective.ts';
import type { Tick } from '../../../model/tick.ts';
import { type PairPlan, runPair } from '../../../pairs/pair.ts';
import type { Clock } from '../../../schedule/clock.ts';
import type { ServerView } from '../backend/view.ts';
import type { Spending } from '../budget.ts';
import type { Overhead } from '../overhead.ts';
import { planOf } from '../plan.ts';
import { resultOf } from '../route.ts';
import type { Look } from '../self-report.ts';
import type { ReplicaWatch } from './watch.ts';

/** Asks replicas one by one what pairs between them do not tell. */
export interface AloneWatch {
  /**
   * Lets each of two replicas, whose pair was no hit from Redis, read what it wrote itself: a pair of completions,
   * which counts for nothing else. Within the budget, and until a monotonic time at most.
   */
  attempt(tick: Tick, until: number, modelSeconds: number): Promise<void>;
}

/** What it works with. */
export interface AloneParts {
  config: GatewayConfig & Pick<PairPlan, 'instance'>;
  look: Look;
  replicas: ReplicaWatch;
  server: ServerView;
  spending: Spending;
  overhead: Pick<Overhead, 'withheld'>;
  series: Series;
  clock: Clock;
}

/** Knows nothing by itself: what it finds is kept with the replicas. */
export function watchAlone({ config, look, replicas, server, spending, overhead, series, clock }: AloneParts): AloneWatch {
  return {
    async attempt(tick, until, modelSeconds) {
      if (!config.routes.includes('completions')) return;
      const untried = replicas.alone();
      for (const [index, { name, ways }] of untried.entries()) {
        const left = until - clock.monotonic();
        if (left <= 0 || !spending.affords(1) || overhead.withheld('experiment', true) !== undefined) return;
        const own = planOf(config, look, 'completions', 'own', until - left + left / (untried.length - index));
        const plan = { ...own, experiment: { modelSeconds } };
        const pair = await runPair(plan, ways, server.keys, tick, clock);
        if (pair.outcome !== undefined) replicas.recordAlone(name, resultOf(pair, pair.outcome, false));
        series.add('llm.cache.probe.cost_usd', {}, spending.charge(pair));
      }
    },
  };
}
