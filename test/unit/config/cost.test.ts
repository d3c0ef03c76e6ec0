import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costRules, worstDailyCost } from '../../../src/config/cost.ts';
import { FIDELITY_SHAPE } from '../../../src/model/fidelity.ts';
import { createFidelity, shapeInTurn, withShape } from '../../../src/watch/gateway/fidelity/memory.ts';

const DAY_MS = 86_400_000;
const MINUTE = 60_000;
/** Two requests of each of two tries, and a pair. */
const REQUESTS = 6;

/** What is refused of a gateway: path, sentence, advice. */
function refused(gateway: Record<string, unknown>): string[] {
  const found: string[] = [];
  const usual = { interval: MINUTE, routes: ['completions', 'chat'], daily_budget_usd: 1, ...gateway };
  costRules(usual, (path, message, advice) => void found.push(`${path.join('.')}: ${message}; ${advice}`));
  return found;
}

/** How many shapes are tried on a day on which no try shows anything. */
function triesOfADay(shapes: number, every: number, interval: number): number {
  let memory = createFidelity({ fidelity: { interval: every, shapes: FIDELITY_SHAPE.slice(0, shapes), accept: [] }, interval });
  let tries = 0;
  for (let now = 0; now < DAY_MS && memory !== undefined; now += interval) {
    const shape = shapeInTurn(memory, 'redis-semantic', now);
    if (shape === undefined) continue;
    tries += 1;
    memory = withShape(memory, { check: { shape, result: 'unknown', parts: [] }, at: now, ranAt: now, traceId: 't' });
  }
  return tries;
}

describe('the worst day of a gateway', () => {
  it('holds all that shapes can cost', () => {
    const settings = fc.record({
      shapes: fc.integer({ min: 0, max: FIDELITY_SHAPE.length }),
      every: fc.integer({ min: 10_000, max: DAY_MS }),
      interval: fc.integer({ min: MINUTE / 2, max: 60 * MINUTE }),
    });
    fc.assert(
      fc.property(settings, ({ shapes, every, interval }) => {
        const priced = { interval, routes: [], price_per_pair_usd: 1 };
        const worst = worstDailyCost({ ...priced, fidelity: { shapes: FIDELITY_SHAPE.slice(0, shapes), interval: every } });
        // The first try of each shape comes at the start of the day.
        expect(triesOfADay(shapes, every, interval) * REQUESTS).toBeLessThanOrEqual(worst + shapes * REQUESTS);
        expect(worst <= (DAY_MS / interval) * REQUESTS).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused with shapes where it was not without them', () => {
    const cheap = { price_per_pair_usd: 0.0001 };
    expect(refused(cheap)).toEqual([]);
    expect(refused({ ...cheap, origin: true })).toEqual([
      'daily_budget_usd: the probes cost up to $1.44 a day (1440 rounds x 2 routes x $0.0001 a pair x 2 because a broken cache pays both requests, and 1440 shapes x 6 requests x $0.0001), more than the $1 of daily_budget_usd; write interval: 2m, or raise daily_budget_usd to 1.44',
    ]);
    expect(refused({ ...cheap, origin: true, fidelity: { shapes: [], interval: 10 * MINUTE } })).toEqual([]);
    expect(refused({ ...cheap, origin: true, fidelity: { shapes: ['text'], interval: 600 * MINUTE } })).toEqual([]);
    for (const price of [0, undefined]) expect(refused({ price_per_pair_usd: price, origin: true })).toEqual([]);
  });

  it('takes a longer interval for a remedy only where that is one', () => {
    const shapes = { shapes: ['text'], interval: 1_000 * MINUTE };
    const [only = ''] = refused({ price_per_pair_usd: 0.01, daily_budget_usd: 10, origin: true, fidelity: shapes });
    const [, advised] = /write interval: (\d+)m/.exec(only) ?? [];
    const minutes = Number(advised);
    expect(
      worstDailyCost({ interval: minutes * MINUTE, routes: ['a', 'b'], price_per_pair_usd: 0.01, fidelity: shapes }),
    ).toBeLessThanOrEqual(10);
    expect(refused({ price_per_pair_usd: 0.1, daily_budget_usd: 0, origin: true, fidelity: shapes })[0]).toMatch(
      /; raise daily_budget_usd to /,
    );
  });
});
