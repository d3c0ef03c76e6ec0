import { FIDELITY_SHAPE } from '../model/fidelity.ts';
import { formatDuration } from '../source/duration.ts';
import { isSection, type Section } from '../source/section.ts';
import { USUAL_FIDELITY_MS } from './fidelity.ts';
import type { Report } from './section.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

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
  /** The shapes that are tried, and the time in which each has its turn once; undefined where none is. */
  fidelity?: { shapes: readonly unknown[]; interval: number } | undefined;
}

/** In one round of so many a pair of tenants is tried. */
export const TENANT_ROUNDS = 10;

/** A shape that showed nothing is tried again after this part of the interval of shapes. */
export const SHAPE_AGAIN = 10;
/** A shape is tried twice where it misses, by two requests each, and a pair tells whether the cache serves. */
const SHAPE_REQUESTS = 6;

/**
 * What the probes of a gateway cost a day at worst, in US dollars. Each round sends one pair for each route, every tenth one more
 * where there are tenants, and in a broken cache the duplicate of a pair is paid as well. At most one shape is tried in a round.
 */
export function worstDailyCost(priced: Priced): number {
  const { interval, routes, price_per_pair_usd: price } = priced;
  const pairs = (DAY_MS / interval) * (routes.length + tenantPairs(priced));
  return (pairs * 2 + shapesADay(priced) * SHAPE_REQUESTS) * price;
}

/** How often shapes are tried a day at most. */
function shapesADay({ interval, fidelity }: Priced): number {
  if (fidelity === undefined) return 0;
  // A turn comes with the round that is nearest to its time.
  const between = Math.max(interval, fidelity.interval / SHAPE_AGAIN - interval / 2);
  return Math.min(DAY_MS / interval, (fidelity.shapes.length * DAY_MS) / between);
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
  const fidelity = shapesOf(gateway);
  const priced = { interval, routes, price_per_pair_usd: price, tenants: Array.isArray(tenants) ? tenants : undefined, fidelity };
  const worst = worstDailyCost(priced);
  if (worst <= budget * (1 + Number.EPSILON)) return;
  report(['daily_budget_usd'], `${sum(priced)}, more than the ${dollars(budget)} of daily_budget_usd`, remedy(priced, budget));
}

/** The shapes that a gateway with the origin tries, the usual ones where it does not say. */
function shapesOf({ origin, fidelity }: Section): Priced['fidelity'] {
  if (origin !== true) return undefined;
  const { shapes, interval } = isSection(fidelity) ? fidelity : { shapes: FIDELITY_SHAPE, interval: USUAL_FIDELITY_MS };
  return Array.isArray(shapes) && typeof interval === 'number' ? { shapes, interval } : undefined;
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
  const tried = shapesADay(priced);
  const shapes = tried > 0 ? `, and ${count(tried)} shapes x ${SHAPE_REQUESTS} requests x ${dollars(price_per_pair_usd)}` : '';
  return `the probes cost up to ${dollars(worstDailyCost(priced))} a day (${factors.join(' x ')}${shapes})`;
}

function remedy(priced: Priced, budget: number): string {
  const raise = `raise daily_budget_usd to ${Math.ceil(Number((worstDailyCost(priced) * 100).toPrecision(12))) / 100}`;
  const fits = (interval: number) => worstDailyCost({ ...priced, interval }) <= budget * (1 + Number.EPSILON);
  for (let interval = Math.ceil(priced.interval / MINUTE_MS) * MINUTE_MS; interval <= DAY_MS; interval += MINUTE_MS)
    if (fits(interval)) return `write interval: ${formatDuration(interval)}, or ${raise}`;
  return raise;
}

function dollars(amount: number): string {
  return `$${count(amount)}`;
}

function count(value: number): string {
  return String(Number(value.toPrecision(6)));
}
