import { type ReadProof, ROUTES, type Route } from '../../../model/cache.ts';
import type { Tick } from '../../../model/tick.ts';
import { runPair } from '../../../pairs/pair.ts';
import type { RouteResult } from '../../../verdict/signals.ts';
import { keysOf, payTwice, type RoundParts } from '../round.ts';
import { planOf, resultOf } from '../route.ts';
import { namespaceOf } from '../self-report.ts';
import type { GatewayState } from '../state.ts';
import { unchecked } from './memory.ts';

/**
 * For two replicas that did not share a hit: one pair on each of a route whose hit proves a read, to see whether it reads its own
 * writes. Not counted in the metrics of pairs. Within the budget, and until a monotonic time at most.
 */
export async function checkReplicas(
  { config, questions, backend, spending, overhead, clock, mayProbe, originKeys }: RoundParts,
  { replicas, routes, report }: GatewayState,
  until: number,
  tick: Tick,
): Promise<{ name: string; result: RouteResult }[]> {
  const route = readingRoute(config.routes);
  if (replicas === undefined || route === undefined) return [];
  const mayAsk = () => mayProbe() && overhead.withheld('experiment', true) === undefined;
  const modelSeconds = Math.max(0, ...routes.map(({ last, result }) => (result === undefined ? 0 : (last?.pair.first.seconds ?? 0))));
  const found: { name: string; result: RouteResult }[] = [];
  const left = unchecked(replicas);
  for (const [index, replica] of left.entries()) {
    const now = clock.monotonic();
    if (now >= until || !spending.affords(1) || !mayAsk()) break;
    const plan = planOf(config, report.settings, route, 'own', now + (until - now) / (left.length - index), await keysOf(originKeys));
    // What one replica has told of its namespace, or shown of its cache, says nothing of another one.
    await backend?.keys.connect(namespaceOf(report, config.namespace), tick.signal, false);
    const gateway = questions.to(replica, tick.traceId);
    const pair = await runPair(
      { ...plan, experiment: { modelSeconds } },
      { first: gateway, duplicate: gateway },
      backend?.keys,
      tick,
      clock,
      (doubtful) => mayAsk() && payTwice(spending, doubtful),
    );
    spending.charge(pair);
    if (pair.outcome !== undefined) found.push({ name: replica.name, result: resultOf(pair, pair.outcome, false) });
  }
  return found;
}

/** The route whose hit proves a read; one of which only a marked hit does where there is no other. */
function readingRoute(routes: readonly Route[]): Route | undefined {
  const of = (proof: ReadProof) => routes.find((route) => ROUTES[route].provesRead === proof);
  return of('every') ?? of('marked');
}
