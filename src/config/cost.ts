import { formatDuration } from '../source/duration.ts';
import type { Section } from '../source/section.ts';
import type { Report } from './section.ts';

const DAY_MS = 86_400_000;

/** The LiteLLM configuration of a model that answers by itself: it costs nothing and reaches no provider. */
export const MOCK_MODEL = `model_list:
  - model_name: cache-probe
    litellm_params: { model: openai/cache-probe, api_key: none, mock_response: "ok" }`;

/** What decides the price of a gateway's probes. Milliseconds and US dollars. */
export interface Priced {
  interval: number;
  routes: readonly unknown[];
  tenants?: readonly unknown[] | undefined;
  price_per_pair_usd: number;
}

/** In one round of so many a pair of tenants is tried. */
export const TENANT_ROUNDS = 10;

/**
 * What the probes of a gateway cost a day at worst, in US dollars. Each round sends one pair for each route, every tenth one more
 * where there are tenants, and in a broken cache the duplicate of a pair is paid as well.
 */
export function worstDailyCost(priced: Priced): number {
  return (DAY_MS / priced.interval) * (priced.routes.length + tenantPairs(priced)) * priced.price_per_pair_usd * 2;
}

/** Pairs of tenants in a round. */
function tenantPairs({ tenants = [] }: Pick<Priced, 'tenants'>): number {
  return tenants.length > 1 ? 1 / TENANT_ROUNDS : 0;
}

/** Refuses a gateway whose price is unknown, or above its budget on the worst day. */
export function costRules(gateway: Section, report: Report): void {
  const { interval, routes, tenants, price_per_pair_usd: price, daily_budget_usd: budget } = gateway;
  // What else origin holds is refused by itself.
  if (price === undefined && gateway.origin !== undefined && gateway.origin !== false) return;
  if (price === undefined) {
    report(
      ['price_per_pair_usd'],
      'is missing, so what the probes cost is unknown',
      'write the price of one request, 0 for a mock model (docs/configuration.md, "Cost"), or origin: true in the file',
    );
    return;
  }
  if (typeof interval !== 'number' || !Array.isArray(routes) || typeof price !== 'number' || typeof budget !== 'number') return;
  const priced = { interval, routes, price_per_pair_usd: price, tenants: Array.isArray(tenants) ? tenants : undefined };
  const worst = worstDailyCost(priced);
  if (worst <= budget * (1 + Number.EPSILON)) return;
  report(['daily_budget_usd'], `${sum(priced)}, more than the ${dollars(budget)} of daily_budget_usd`, remedy(priced, budget));
}

function sum(priced: Priced): string {
  const { interval, routes, price_per_pair_usd } = priced;
  const inRoutes = `${routes.length} ${routes.length === 1 ? 'route' : 'routes'}`;
  const factors = [
    `${count(DAY_MS / interval)} rounds`,
    tenantPairs(priced) === 0
      ? inRoutes
      : `${count(routes.length + tenantPairs(priced))} pairs (${inRoutes}, and tenants in every tenth round)`,
    `${dollars(price_per_pair_usd)} a pair`,
    '2 because a broken cache pays both requests',
  ];
  return `the probes cost up to ${dollars(worstDailyCost(priced))} a day (${factors.join(' x ')})`;
}

function remedy(priced: Priced, budget: number): string {
  const raise = `raise daily_budget_usd to ${Math.ceil(worstDailyCost(priced) * 100) / 100}`;
  const interval = budget > 0 ? Math.ceil((priced.interval * worstDailyCost(priced)) / budget / 60_000) * 60_000 : Number.POSITIVE_INFINITY;
  return interval <= DAY_MS ? `write interval: ${formatDuration(interval)}, or ${raise}` : raise;
}

function dollars(amount: number): string {
  return `$${count(amount)}`;
}

function count(value: number): string {
  return String(Number(value.toPrecision(6)));
}
