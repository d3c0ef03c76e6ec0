import type { Series } from '../../catalogue/series.ts';
import type { GatewayConfig } from '../../config/effective.ts';
import { reportedCost } from '../../litellm/cache-markers.ts';
import { failed, type Reply } from '../../litellm/gateway.ts';
import type { GatewayFailure } from '../../model/cache.ts';
import type { PairResult, RequestResult } from '../../pairs/pair.ts';
import type { Clock } from '../../schedule/clock.ts';

const DAY_MS = 86_400_000;

/** Failures after which a provider may have been asked, and paid, all the same. */
const MAYBE_PAID: readonly GatewayFailure[] = ['timeout', 'closed', 'protocol', 'too_large'];

/** What the probes of one gateway cost. Amounts are USD; a day is one of UTC. */
export interface Spending {
  /** Pays for a pair and returns its cost. */
  charge(pair: PairResult): number;
  /** Pays for a request that is not one of a pair, also where no answer came of which a provider may want its price. */
  pay(answer: Reply): void;
  /** Whether so many more pairs fit into today's budget at the price that is known. */
  affords(pairs: number): boolean;
  /** Whether a pair costs anything, by the configuration or else by what was seen. */
  priced(): boolean;
  total(): number;
}

/**
 * Keeps the account of a gateway. The configured price is that of a pair whose duplicate hits; while the
 * cache is broken both requests cost, so a pair costs at most twice that, or what the dearest one cost.
 */
export function createSpending(
  config: Pick<GatewayConfig, 'daily_budget_usd' | 'price_per_pair_usd'>,
  series: Series,
  clock: Clock,
): Spending {
  let total = 0;
  let today = { day: 0, spent: 0 };
  let dearest = 2 * (config.price_per_pair_usd ?? 0);
  series.add('llm.cache.probe.cost_usd', {}, 0);

  function spentToday(): number {
    const day = Math.floor(clock.now() / DAY_MS);
    if (day !== today.day) today = { day, spent: 0 };
    return today.spent;
  }

  function spend(cost: number): void {
    today.spent = spentToday() + cost;
    total += cost;
    series.add('llm.cache.probe.cost_usd', {}, cost);
  }

  return {
    charge(pair) {
      const floor = config.price_per_pair_usd ?? 0;
      const cost = costOf(pair.first, floor) + (pair.duplicate === undefined ? 0 : costOf(pair.duplicate, floor));
      spend(cost);
      dearest = Math.max(dearest, cost);
      return cost;
    },
    pay(answer) {
      const floor = config.price_per_pair_usd ?? 0;
      spend(failed(answer) ? (MAYBE_PAID.includes(answer.failure) ? floor : 0) : (reportedCost(answer.headers) ?? floor));
    },
    affords: (pairs) => spentToday() + pairs * dearest <= config.daily_budget_usd,
    priced: () => (config.price_per_pair_usd ?? dearest) > 0,
    total: () => total,
  };
}

/** What a request cost: nothing for a hit or an answer of the origin, else what the gateway reports or the configured price. */
function costOf({ markers: marks, mark, failure, fromOrigin }: RequestResult, floor: number): number {
  if (fromOrigin) return 0;
  if (marks !== undefined) return mark === 'hit' ? 0 : (marks.costUsd ?? floor);
  return failure !== undefined && MAYBE_PAID.includes(failure) ? floor : 0;
}
