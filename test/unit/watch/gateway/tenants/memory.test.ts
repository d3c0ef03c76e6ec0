import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROUTE, type Route, type Sharing, type TenantResult } from '../../../../../src/model/cache.ts';
import { Secret } from '../../../../../src/source/secret.ts';
import { createState } from '../../../../../src/watch/gateway/state.ts';
import {
  createTenantMemory,
  type TenantMemory,
  type TenantTrial,
  type TenantTurn,
  tenantSamples,
  tenantStatuses,
  tenantTurn,
  withTenantRound,
} from '../../../../../src/watch/gateway/tenants/memory.ts';
import { DOWN, round, stateAfter, UP } from '../../../../support/round.ts';
import { gatewayConfig } from '../../../../support/watched-gateway.ts';

const MINUTE = 60_000;

function config(names: string, routes: Route[], sharing?: Sharing) {
  const tenants = [...names].map((name) => ({ name, api_key: Secret.of(name) }));
  return gatewayConfig('http://x', { routes, tenants, expect: { cache: 'redis', ...(sharing && { sharing }) } });
}

function memoryOf(names: string, routes: Route[], sharing?: Sharing): TenantMemory {
  const memory = createTenantMemory(config(names, routes, sharing));
  if (memory === undefined) throw new Error('no memory');
  return memory;
}

function trialOf(turn: TenantTurn, result: TenantResult, at: number, detail?: string): TenantTrial {
  return { ...turn, result, detail, at, endedAt: at, traceId: 'trace' };
}

/** Rounds in which every turn ends as it is said; the turns with the numbers of their rounds, from 1, and what is known after them. */
function play(memory: TenantMemory, rounds: number, result: (turn: TenantTurn, round: number) => TenantResult, working = memory.routes) {
  const turns: (TenantTurn & { round: number })[] = [];
  let known = memory;
  for (let number = 1; number <= rounds; number++) {
    const turn = tenantTurn(known, working);
    if (turn !== undefined) turns.push({ ...turn, round: number });
    known = withTenantRound(known, turn && { trial: trialOf(turn, result(turn, number), number * MINUTE) });
  }
  return { turns, known };
}

const named = ({ from, to }: TenantTurn) => `${from}${to}`;

describe('the turns of tenants', () => {
  it('are one in ten rounds, the first at once, and bring every ordered pair on every route', () => {
    const few = fc.record({
      names: fc.constantFrom('ab', 'abc', 'abcdefgh'),
      routes: fc.uniqueArray(fc.constantFrom(...ROUTE), { minLength: 1 }),
    });
    fc.assert(
      fc.property(few, ({ names, routes }) => {
        const pairs = names.length * (names.length - 1);
        const { turns } = play(memoryOf(names, routes), pairs * routes.length * 10, () => 'separate');
        expect(turns.map(({ round: number }) => number)).toEqual(turns.map((_, index) => 10 * index + 1));
        expect(new Set(turns.slice(0, pairs).map(named)).size).toBe(pairs);
        expect(new Set(turns.map((turn) => named(turn) + turn.route)).size).toBe(pairs * routes.length);
      }),
      { numRuns: 30 },
    );
  });

  it('take another route where one does not work, and wait while none does', () => {
    const memory = memoryOf('ab', ['completions', 'chat']);
    expect(tenantTurn(memory, [])).toBeUndefined();
    expect(tenantTurn(withTenantRound(memory, undefined), ['chat'])).toEqual({ from: 'a', to: 'b', route: 'chat' });
  });

  it('that could not be asked come in the next round', () => {
    const memory = withTenantRound(memoryOf('ab', ['chat']), { notAsked: 'budget' });
    expect(tenantTurn(memory, ['chat'])).toEqual({ from: 'a', to: 'b', route: 'chat' });
  });

  it('look again at what contradicts the configuration, every other time, and soon at the rest of it once one is mended', () => {
    const memory = memoryOf('abc', ['chat'], 'isolated');
    const { turns, known } = play(memory, 60, ({ from, to }) => (from === 'a' || to === 'a' ? 'shared' : 'separate'));
    expect(turns.map(named)).toEqual(['ab', 'ab', 'bc', 'ab', 'ca', 'ab']);
    const mended = play(known, 12, () => 'separate');
    expect(mended.turns.map((turn) => [named(turn), turn.round])).toEqual([
      ['ac', 1],
      ['ca', 11],
      ['ab', 12],
    ]);
    expect(tenantStatuses(mended.known, 0, MINUTE).filter(({ result }) => result === 'shared')).toEqual([]);
  });

  it('are in order only, where sharing is what the configuration says', () => {
    for (const sharing of ['shared', undefined] as const) {
      const { turns } = play(memoryOf('ab', ['chat'], sharing), 40, () => 'shared');
      expect(turns.map(named)).toEqual(['ab', 'ba', 'ab', 'ba']);
    }
  });
});

describe('what is known of tenants', () => {
  it('is shared as soon as one route is, and nothing where nothing was shown', () => {
    const memory = memoryOf('ab', ['chat', 'completions']);
    const { known } = play(memory, 31, ({ from, route }) => (from === 'b' ? 'unknown' : route === 'chat' ? 'shared' : 'separate'));
    const statuses = tenantStatuses(known, 31 * MINUTE, MINUTE);
    expect(statuses).toMatchObject([
      { from: 'a', to: 'b', result: 'shared', routes: ['chat'], at: 21 * MINUTE },
      { from: 'b', to: 'a', result: 'unknown', at: 31 * MINUTE },
    ]);
    expect(tenantSamples(statuses)).toEqual([{ metric: 'llm.cache.tenants_shared', labels: { from: 'a', to: 'b' }, value: 1 }]);
  });

  it('stays when a later trial shows nothing, and grows old', () => {
    const turn = { from: 'a', to: 'b', route: 'chat' } as const;
    const one = withTenantRound(memoryOf('ab', ['chat']), { trial: trialOf(turn, 'shared', MINUTE) });
    const two = withTenantRound(one, { trial: trialOf(turn, 'unknown', 11 * MINUTE, 'why') });
    expect(tenantStatuses(two, 20 * MINUTE, MINUTE)).toMatchObject([{ result: 'shared', detail: 'why', at: 11 * MINUTE }]);
    expect(tenantStatuses(two, 200 * MINUTE, MINUTE)).toMatchObject([{ result: 'unknown' }]);
  });

  it('is nothing any more of a tenant that the gateway refuses, in all of its turns, and stays of the others', () => {
    const memory = memoryOf('abc', ['chat', 'completions'], 'isolated');
    const { known } = play(memory, 200, ({ from }) => (from === 'a' ? 'shared' : 'separate'));
    const resultsOf = (of: TenantMemory) =>
      Object.fromEntries(tenantStatuses(of, 201 * MINUTE, MINUTE).map(({ from, to, result }) => [from + to, result]));
    expect(resultsOf(known)).toEqual({ ab: 'shared', ac: 'shared', ba: 'separate', bc: 'separate', ca: 'separate', cb: 'separate' });
    const turn = { from: 'b', to: 'a', route: 'chat' } as const;
    const refused = { ...trialOf(turn, 'unknown', 201 * MINUTE, 'The gateway refuses the key of a (HTTP 401).'), refused: 'a' };
    const after = withTenantRound(known, { trial: refused });
    expect(resultsOf(after)).toEqual({ ab: 'unknown', ac: 'unknown', ba: 'unknown', bc: 'separate', ca: 'unknown', cb: 'separate' });
    for (const { from, to, detail } of tenantStatuses(after, 201 * MINUTE, MINUTE))
      expect(detail, from + to).toBe([from, to].includes('a') ? refused.detail : undefined);
    // A turn that worked before is tried again as any other, and counts at once.
    const back = withTenantRound(after, { trial: trialOf({ from: 'a', to: 'b', route: 'chat' }, 'separate', 201 * MINUTE) });
    expect(resultsOf(back)).toMatchObject({ ab: 'separate', ac: 'unknown' });
  });

  it('is nothing with fewer than two tenants', () => {
    for (const names of ['', 'a']) expect(createTenantMemory(config(names, ['chat']))).toBeUndefined();
    expect(createTenantMemory(gatewayConfig('http://x'))).toBeUndefined();
  });

  it('counts no more after the gateway was down, or became another one', () => {
    const start = createState(config('ab', ['chat'], 'isolated'));
    const trial = trialOf({ from: 'a', to: 'b', route: 'chat' }, 'shared', MINUTE);
    const good = round({ chat: 'ok' }, { tenants: { trial } });
    const trials = (...after: Parameters<typeof stateAfter>[1][]) => stateAfter(start, good, ...after).tenants?.trials.length;
    expect(trials()).toBe(1);
    expect(trials(round({ chat: 'ok' }), round({ chat: 'miss_not_written' }))).toBe(1);
    expect(trials(round({}, { before: DOWN, after: DOWN }))).toBe(0);
    const local = { ...UP, health: { failure: undefined, ready: true, version: undefined, cacheType: 'local' } } as const;
    expect(trials(round({ chat: 'ok' }, { after: local }))).toBe(0);
    const other = round({ chat: 'ok' }, { after: { ...UP, version: '1.109.3' } });
    expect(trials(other)).toBe(0);
    // Two gateways by turns behind one address are those that were tried.
    expect(trials(other, good, other, round({ chat: 'ok' }))).toBe(1);
  });
});
