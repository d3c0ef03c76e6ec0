import type { GatewayConfig } from '../config/effective.ts';
import type { Route } from '../model/cache.ts';
import { PROBERS } from '../pairs/index.ts';
import type { PairKind } from '../pairs/outcome.ts';
import type { PairPlan } from '../pairs/pair.ts';
import type { Look } from './gateway-look.ts';

/** The plan of a pair for a gateway as it is configured, and as it says of itself; over by a monotonic time. */
export function planOf(
  { model, ttl }: Pick<GatewayConfig, 'model' | 'ttl'>,
  { settings }: Pick<Look, 'settings'>,
  route: Route,
  kind: PairKind,
  until: number,
): PairPlan {
  return { prober: PROBERS[route], model, kind, ttlSeconds: ttl / 1000, onDemand: settings?.defaultOff === true, until };
}
