import type { GatewayConfig } from '../../config/effective.ts';
import type { Route } from '../../model/cache.ts';
import { PROBERS } from '../../pairs/index.ts';
import type { PairKind } from '../../pairs/outcome.ts';
import type { PairPlan } from '../../pairs/pair.ts';
import type { Look } from './self-report.ts';

/**
 * The plan of a pair for a gateway as it is configured, and as it says of itself; over by a monotonic time. Where it does
 * not tell whether caching has to be asked for, the pair asks for it: a gateway that caches anyway does not mind.
 */
export function planOf(
  { model, ttl, instance }: Pick<GatewayConfig, 'model' | 'ttl'> & Pick<PairPlan, 'instance'>,
  { settings }: Pick<Look, 'settings'>,
  route: Route,
  kind: PairKind,
  until: number,
): PairPlan {
  return { prober: PROBERS[route], model, kind, ttlSeconds: ttl / 1000, instance, onDemand: settings?.defaultOff !== false, until };
}
