import { ROUTES } from '../../model/cache.ts';
import type { Signals } from '../signals.ts';
import { type CauseRow, proven } from './cause.ts';

/** So many pairs are named in a sentence; the page shows every one. */
const NAMED = 4;

/** Whether a tenant got the answer to another one's request where the configuration says that it must not. */
export function crossesTenants({ tenants }: Pick<Signals, 'tenants'>): boolean {
  return tenants?.expected === 'isolated' && tenants.pairs.some(({ result }) => result === 'shared');
}

/** Weaker than what the pairs show of wrong answers: those are wrong for every tenant. */
export const BETWEEN_TENANTS: readonly CauseRow[] = [
  {
    cause: 'shared_between_tenants',
    strength: 'symptom',
    verdicts: ['wrong_answers'],
    proof: (signals) => proven(crossesTenants(signals) && sharedSentence(signals)),
  },
];

/** Which tenants get whose answers, and what to do about it. */
export function sharedSentence({ tenants }: Pick<Signals, 'tenants'>): string {
  const shared = (tenants?.pairs ?? []).filter(({ result }) => result === 'shared');
  const named = shared
    .slice(0, NAMED)
    .map(({ from, to, routes }) => `${to} got what ${from} had asked (${routes.map((route) => ROUTES[route].title).join(', ')})`);
  const more = shared.length - NAMED;
  return `Tenants get each other's answers from the cache, and expect.sharing is isolated: ${named.join('; ')}${more > 0 ? `; and ${more} more pairs` : ''}. An exact cache of LiteLLM has neither key nor team in its cache keys: give each tenant a cache namespace of its own.`;
}
