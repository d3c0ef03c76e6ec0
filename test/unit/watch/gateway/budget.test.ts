import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../../src/config/effective.ts';
import type { CacheMarkers } from '../../../../src/litellm/cache-markers.ts';
import { PROBERS } from '../../../../src/pairs/index.ts';
import type { PairResult, RequestResult } from '../../../../src/pairs/pair.ts';
import type { Clock } from '../../../../src/schedule/clock.ts';
import { createStore } from '../../../../src/telemetry/store.ts';
import { createSpending, type Spending } from '../../../../src/watch/gateway/budget.ts';
import { payTwice } from '../../../../src/watch/gateway/round.ts';
import { handClock } from '../../../support/clock.ts';

const DAY = 86_400_000;

function spendingOf(config: Pick<GatewayConfig, 'daily_budget_usd' | 'price_per_pair_usd'>, clock: Clock): Spending {
  return createSpending(config, createStore(clock).open({ kind: 'gateway', name: 'g', staleAfter: 1_000 }), clock);
}

function sent(mark: RequestResult['mark'], costUsd?: number): RequestResult {
  const marks: CacheMarkers = { apiBase: false, timed: false, fromProvider: false, costUsd };
  return { seconds: 1, mark, markers: marks };
}

function pair(first: RequestResult, duplicate?: RequestResult): PairResult {
  return { probe: 'lce-probe-1', prober: PROBERS.chat, kind: 'own', outcome: 'ok', first, duplicate, key: 'unknown' };
}

describe('the account of a gateway', () => {
  it('pays nothing for answers of the origin, whatever the gateway reports', () => {
    const spending = spendingOf({ daily_budget_usd: 1, price_per_pair_usd: 0.5 }, handClock());
    const own = { fromOrigin: true };
    expect(spending.charge(pair({ ...sent('miss', 0.25), ...own }, { ...sent('miss'), ...own }))).toBe(0);
    expect(spending.charge(pair({ ...sent('miss', 0.25), ...own }, sent('miss')))).toBe(0.5);
  });

  it('pays for a request beside the pairs, also for one without an answer of which a provider may want its price', () => {
    const spending = spendingOf({ daily_budget_usd: 1, price_per_pair_usd: 0.125 }, handClock());
    const answer = { status: 200, body: '', seconds: 1, phases: { resolve: 0, connect: 0, tls: 0, send: 0, wait: 0, transfer: 0 } };
    spending.pay({ ...answer, headers: { 'x-litellm-response-cost': '0.5' } });
    spending.pay({ ...answer, headers: {} });
    spending.pay({ failure: 'timeout', seconds: 1 });
    spending.pay({ failure: 'refused', seconds: 1 });
    spending.pay({ failure: 'status', status: 404, seconds: 1 });
    expect(spending.total()).toBe(0.75);
  });

  it('counts what the gateway reports for answers that were not hits', () => {
    const spending = spendingOf({ daily_budget_usd: 1, price_per_pair_usd: 0.5 }, handClock());
    expect(spending.charge(pair(sent('miss', 0.25), sent('hit', 0.25)))).toBe(0.25);
    expect(spending.charge(pair(sent('miss', 0.25), sent('miss', 0.125)))).toBe(0.375);
    expect(spending.charge(pair(sent('miss', 0), sent('unknown', 0)))).toBe(0);
    expect(spending.total()).toBe(0.625);
  });

  it('counts the configured price where the gateway reports none', () => {
    const spending = spendingOf({ daily_budget_usd: 1, price_per_pair_usd: 0.125 }, handClock());
    expect(spending.charge(pair(sent('miss'), sent('hit')))).toBe(0.125);
    expect(spending.charge(pair(sent('miss'), sent('miss')))).toBe(0.25);
  });

  it('counts a request that a provider may have answered, and none that was refused', () => {
    const failed = (failure: RequestResult['failure']) =>
      spendingOf({ daily_budget_usd: 1, price_per_pair_usd: 0.125 }, handClock()).charge(pair({ seconds: 1, mark: 'unknown', failure }));
    expect(['timeout', 'closed', 'protocol', 'too_large'].map((failure) => failed(failure as RequestResult['failure']))).toEqual([
      0.125, 0.125, 0.125, 0.125,
    ]);
    expect(['auth', 'refused', 'quota', 'model', 'policy', 'dns'].map((failure) => failed(failure as RequestResult['failure']))).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });

  it('affords what fits into the day at twice the price, and starts anew with the next day', async () => {
    const clock = handClock(10 * DAY);
    const spending = spendingOf({ daily_budget_usd: 1, price_per_pair_usd: 0.25 }, clock);
    expect([spending.affords(2), spending.affords(3)]).toEqual([true, false]);
    spending.charge(pair(sent('miss', 0.5), sent('hit')));
    expect([spending.affords(1), spending.affords(2)]).toEqual([true, false]);
    await clock.advance(DAY - 1);
    expect(spending.affords(2)).toBe(false);
    await clock.advance(1);
    expect(spending.affords(2)).toBe(true);
    expect(spending.total()).toBe(0.5);
  });

  it('expects the dearest pair again', () => {
    const spending = spendingOf({ daily_budget_usd: 1 }, handClock());
    expect([spending.affords(100), spending.priced()]).toEqual([true, false]);
    spending.charge(pair(sent('miss', 0.25), sent('miss', 0.25)));
    expect([spending.affords(1), spending.affords(2), spending.priced()]).toEqual([true, false, true]);
  });

  it('takes a model whose price is said to be 0 for one that costs nothing', () => {
    const spending = spendingOf({ daily_budget_usd: 1, price_per_pair_usd: 0 }, handClock());
    spending.charge(pair(sent('miss', 0.001), sent('hit')));
    expect(spending.priced()).toBe(false);
  });
});

describe('a pair that another one follows at once', () => {
  it.each([
    ['both and the rest of the round', 2, true],
    ['both, but not the rest of the round', 3, false],
  ])('is paid for where the budget holds %s', (_, rest, expected) => {
    // A pair may cost twice its price: four of them fit.
    const spending = spendingOf({ daily_budget_usd: 1, price_per_pair_usd: 0.125 }, handClock());
    expect(payTwice(spending, pair(sent('miss'), sent('hit')), rest)).toBe(expected);
    expect(spending.total()).toBe(expected ? 0.125 : 0);
  });
});
