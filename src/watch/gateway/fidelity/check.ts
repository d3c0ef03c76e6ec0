import { runShape } from '../../../fidelity/runner.ts';
import { type NotAsked, ROUTES, type Verdict } from '../../../model/cache.ts';
import type { Tick } from '../../../model/tick.ts';
import { isHit } from '../../../pairs/outcome.ts';
import { runPair } from '../../../pairs/pair.ts';
import { SLOW_MS } from '../overhead.ts';
import { pairInTurn } from '../replicas/memory.ts';
import { keysOf, type RoundParts } from '../round.ts';
import { currentResult, planOf, type RouteRecord } from '../route.ts';
import { cacheTypeOf } from '../self-report.ts';
import type { GatewayState } from '../state.ts';
import { type FoundShape, shapeInTurn } from './memory.ts';

/** What a round brought of the shape whose turn it was: what was found, or why it was not asked. */
export type ShapeRound = { readonly found: FoundShape } | { readonly notAsked: NotAsked };

/** Verdicts under which the cache serves what is asked of it: under any other a miss says nothing of a shape. */
const SERVING: readonly Verdict[] = ['working', 'partial', 'wrong_answers', 'local', 'not_in_redis'];
/** Entries of shapes live so long at most, in seconds: some are large. */
const MAX_TTL_SECONDS = 60;
/** A shape is only tried where so much time is left, in milliseconds. */
const LEAST_MS = 4 * SLOW_MS;

/**
 * Tries the shape whose turn it is, just after pairs that hit, within the overhead, and until a monotonic time at most. Undefined
 * where none has its turn, or the cache does not serve. Rejects only when the tick was aborted.
 */
export async function checkShape(
  parts: RoundParts,
  state: GatewayState,
  verdict: Verdict,
  until: number,
  tick: Tick,
): Promise<ShapeRound | undefined> {
  const { config, questions, backend, spending, overhead, clock, mayProbe, originKeys } = parts;
  const serving = servingRoute(state.routes);
  if (state.fidelity === undefined || serving === undefined || !SERVING.includes(verdict) || !mayProbe()) return undefined;
  const shape = shapeInTurn(state.fidelity, cacheTypeOf(state.report), clock.monotonic());
  const keys = await keysOf(originKeys);
  if (shape === undefined || keys === undefined || keys === 'unreadable') return undefined;
  const whyNot = () =>
    overhead.withheld('fidelity') ?? (spending.affords(1) && until - clock.monotonic() > LEAST_MS ? undefined : ('budget' as const));
  const notAsked = whyNot();
  if (notAsked !== undefined) return { notAsked };
  const turn = pairInTurn(state.replicas);
  const gateways = { first: questions.to(turn?.from, tick.traceId), repeated: questions.to(turn?.to, tick.traceId) };
  const { settings } = state.report;
  const ttl = Math.min(MAX_TTL_SECONDS * 1000, config.ttl);
  const check = await runShape(
    {
      shape,
      model: config.model,
      ttlSeconds: ttl / 1000,
      instance: config.instance,
      onDemand: settings?.defaultOff !== false,
      keys,
      until,
    },
    {
      gateways,
      keys: backend?.keys,
      clock,
      pay: spending.pay,
      mayGoOn: () => mayProbe() && whyNot() === undefined,
      async serves() {
        const plan = planOf({ ...config, ttl }, settings, serving.route, 'own', until, keys);
        const pair = await runPair(
          { ...plan, experiment: { modelSeconds: serving.last?.pair.first.seconds ?? 0, question: 'fidelity' } },
          { first: gateways.first, duplicate: gateways.repeated },
          backend?.keys,
          tick,
          clock,
        );
        spending.charge(pair);
        return pair.outcome !== undefined && isHit(pair.outcome);
      },
    },
    tick,
  );
  tick.note({ shape: check.shape, fidelity: check.result, fidelity_parts: check.parts });
  return { found: { check, at: clock.now(), ranAt: clock.monotonic(), traceId: tick.traceId } };
}

/** A route whose last pair hit, one whose hit proves a read of Redis where there is one; undefined where none did. */
function servingRoute(routes: readonly RouteRecord[]): RouteRecord | undefined {
  const serving = routes.filter((record) => {
    const outcome = currentResult(record)?.outcome;
    return outcome !== undefined && isHit(outcome);
  });
  return serving.find(({ route }) => ROUTES[route].provesRead === 'every') ?? serving[0];
}
