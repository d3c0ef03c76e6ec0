import { randomBytes } from 'node:crypto';
import type { Measured } from '../../scripts/fidelity-page.ts';
import { runShape, type ShapeCheck } from '../../src/fidelity/runner.ts';
import { createGateway } from '../../src/litellm/gateway.ts';
import { FIDELITY_SHAPE, type FidelityShape } from '../../src/model/fidelity.ts';
import type { Tick } from '../../src/model/tick.ts';
import type { OriginKeys } from '../../src/origin/stamp.ts';
import { PROBERS } from '../../src/pairs/index.ts';
import { isSuccess } from '../../src/pairs/outcome.ts';
import { runPair } from '../../src/pairs/pair.ts';
import { systemClock } from '../../src/schedule/clock.ts';
import { gatewayConfig } from '../support/watched-gateway.ts';

/** Shapes of a cache that takes only equal requests for equal. */
export const EXACT_SHAPES = FIDELITY_SHAPE.filter((shape) => shape !== 'semantic_opposite');

/** What the cache of a gateway does to each shape. */
export interface ShapesFound {
  readonly shapes: Readonly<Partial<Record<FidelityShape, Measured>>>;
  /** Shapes that did not show the same in each round, with what they showed. */
  readonly varying: readonly { readonly shape: FidelityShape; readonly results: readonly string[] }[];
}

/** A gateway whose models lead to an origin with these keys. */
interface Tried {
  readonly url: string;
  readonly apiKey: string;
  readonly keys: OriginKeys;
}

const INSTANCE = 'f1de1177';
/** What one shape may take on a busy machine, in milliseconds. */
const LIMIT = 60_000;

/** Tries every shape in each of some rounds, one after the other; `onShape` sees each try. */
export async function tryShapes(tried: Tried, rounds: number, onShape: (check: ShapeCheck, round: number) => void): Promise<ShapesFound> {
  const checks: ShapeCheck[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const shape of EXACT_SHAPES) {
      const check = await tryShape(tried, shape);
      checks.push(check);
      onShape(check, round);
    }
  }
  const of = (shape: FidelityShape) => checks.filter((check) => check.shape === shape);
  const shapes = EXACT_SHAPES.flatMap((shape) => {
    const last = of(shape).at(-1);
    return last === undefined ? [] : [[shape, { result: last.result, parts: last.parts }] as const];
  });
  const varying = EXACT_SHAPES.map((shape) => ({ shape, results: [...new Set(of(shape).map((check) => check.result))] }));
  return { shapes: Object.fromEntries(shapes), varying: varying.filter(({ results }) => results.length > 1) };
}

async function tryShape({ url, apiKey, keys }: Tried, shape: FidelityShape): Promise<ShapeCheck> {
  const config = gatewayConfig(url, { api_key: apiKey, timeout: LIMIT });
  const gateway = createGateway(config, systemClock, { started: () => undefined, finished: () => undefined });
  const tick: Tick = {
    signal: AbortSignal.timeout(2 * LIMIT),
    traceId: randomBytes(16).toString('hex'),
    step: (_, run) => run({}, () => undefined),
    note: () => undefined,
  };
  const until = systemClock.monotonic() + LIMIT;
  const plan = { model: config.model, ttlSeconds: 60, instance: INSTANCE, onDemand: true, until };
  return runShape(
    { ...plan, shape, keys },
    {
      gateways: { first: gateway, repeated: gateway },
      keys: undefined,
      clock: systemClock,
      pay: () => undefined,
      mayGoOn: () => true,
      async serves() {
        const pair = { ...plan, prober: PROBERS.completions, kind: 'own', originKeys: keys } as const;
        const { outcome } = await runPair(pair, { first: gateway, duplicate: gateway }, undefined, tick, systemClock);
        return outcome !== undefined && isSuccess(outcome);
      },
    },
    tick,
  );
}
