import type { CacheType } from '../../../model/cache.ts';

/**
 * By what a gateway is told from another one at its address, which a deployment without a pause puts there: that one may have another Redis, and its
 * breaker was never open. What is not known is no difference.
 */
export interface Identity {
  readonly version: string | undefined;
  readonly cacheType: CacheType;
  /** Its replicas in the last round. */
  readonly replicas: readonly string[];
  /** Those among which keys were found in the target, and those that were kept from Redis. */
  readonly own: readonly string[];
  readonly keptAway: readonly string[];
}

/** More replicas than one gateway has. Of more the newest are remembered. */
const MAX_REPLICAS = 256;

/** Nothing is known. */
export const NO_IDENTITY: Identity = { version: undefined, cacheType: 'unknown', replicas: [], own: [], keptAway: [] };

/** Takes in what a round says of the gateway. Of another gateway nothing else is known. */
export function identityAfter(
  before: Identity,
  { version, cacheType, replicas }: Pick<Identity, 'version' | 'cacheType' | 'replicas'>,
): Identity {
  const now = {
    version: version ?? before.version,
    cacheType: cacheType === 'unknown' ? before.cacheType : cacheType,
    replicas: replicas.length === 0 ? before.replicas : replicas.slice(0, MAX_REPLICAS),
  };
  return isAnother(before, { ...before, ...now }) ? { ...NO_IDENTITY, ...now } : { ...before, ...now };
}

/** Whether a gateway is another one than before. */
export function isAnother(before: Identity, now: Identity): boolean {
  return (
    (before.version !== undefined && before.version !== now.version) ||
    (before.cacheType !== 'unknown' && before.cacheType !== now.cacheType) ||
    [before.replicas, before.own, before.keptAway].some((known) => areGone(known, now.replicas))
  );
}

/** Whether none of some replicas is there any more. One that comes or goes beside them changes nothing for the others. */
function areGone(known: readonly string[], now: readonly string[]): boolean {
  return known.length > 0 && now.length > 0 && !known.some((name) => now.includes(name));
}

/** Takes in of which replicas this round has shown something. */
export function witnessed(gateway: Identity, shown: Readonly<Record<'own' | 'keptAway', boolean>>): Identity {
  const withNow = (known: readonly string[]) => [...new Set([...known, ...gateway.replicas])].slice(-MAX_REPLICAS);
  const { own, keptAway } = gateway;
  return { ...gateway, own: shown.own ? withNow(own) : own, keptAway: shown.keptAway ? withNow(keptAway) : keptAway };
}
