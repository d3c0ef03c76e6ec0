import { hostname } from 'node:os';
import type { Config, GatewayConfig } from '../../config/effective.ts';
import { createKeyAsker, type KeyAsker } from '../../explain/asker.ts';
import { createPace } from '../../explain/pace.ts';
import type { AskedRoute } from '../../explain/request.ts';
import { createFleet } from '../../fleet/fleet.ts';
import { reportedCost } from '../../litellm/cache-markers.ts';
import { createGateway, failed } from '../../litellm/gateway.ts';
import type { Verdict } from '../../model/cache.ts';
import type { GatewayStatus } from '../../model/status.ts';
import { instanceOf } from '../../redis/probe-keys/names.ts';
import { createKeyWatch, type KeyWatch } from '../../redis/probe-keys/watch.ts';
import { systemClock } from '../../schedule/clock.ts';
import { startTelemetry } from '../../telemetry/telemetry.ts';
import type { Io } from '../io.ts';
import { aloneWith } from '../one-gateway.ts';

/** What a session with a gateway needs to know. */
export interface SessionOptions {
  readonly config: Config;
  readonly gateway: GatewayConfig;
  /** The API that is asked beside those of the probe. */
  readonly route: AskedRoute | undefined;
  /** Requests a second at most. */
  readonly rate: number;
  /** US dollars that may be spent; undefined where requests are free. */
  readonly spend: number | undefined;
  readonly version: string;
}

/** A gateway that was probed and can be asked for keys. */
export interface Session {
  /** What the probe found. */
  readonly status: GatewayStatus;
  /** Whether keys can be asked for at all: the gateway answers from some cache. */
  readonly caches: boolean;
  /** Why the target does not tell of writes, so that hits have to; undefined where it does. */
  readonly untold: string | undefined;
  readonly asker: KeyAsker;
  /** US dollars that were spent until now. */
  spent(): number;
  close(): Promise<void>;
}

/** Verdicts under which a gateway answers from a cache, and those of them under which the target would tell of writes. */
const CACHING: readonly Verdict[] = ['working', 'partial', 'wrong_answers', 'memory_only', 'not_in_redis', 'local'];
const IN_REDIS: readonly Verdict[] = ['working', 'partial', 'wrong_answers'];

/** Inputs of one batch of embeddings, each of which has a key. */
const MOST_KEYS = 2_100;

/** Probes a gateway once, with its target, and opens what its keys are asked with. Rejects only with the signal's reason. */
export async function openSession(options: SessionOptions, io: Io, signal: AbortSignal): Promise<Session> {
  const { config, gateway, route, rate, spend, version } = options;
  const clock = systemClock;
  const alone = aloneWith(config, gateway, route);
  const telemetry = await startTelemetry({
    config: { ...alone, log: { ...config.log, level: 'error' } },
    version,
    env: io.env,
    clock,
    out: io.err,
  });
  const fleet = createFleet({ telemetry, clock, env: io.env });
  await fleet.apply(alone);
  await fleet.runOnce([gateway.name], signal);
  const [status] = fleet.gateways();
  if (status === undefined) throw new Error('the fleet has no gateway');
  const caches = CACHING.includes(status.verdict);
  const { keys, untold } = caches ? await watched() : { keys: undefined, untold: undefined };
  let spent = spend === undefined ? 0 : status.costUsd;
  let dearest = gateway.price_per_pair_usd ?? 0;
  const asker = createKeyAsker({
    gateway: createGateway(gateway, clock, { started: () => undefined, finished: () => undefined }),
    model: gateway.model,
    keys,
    clock,
    pace: createPace(rate, clock),
    mayPay: () => spend === undefined || spent + dearest <= spend,
    pay(reply) {
      const cost = spend === undefined ? 0 : failed(reply) ? 0 : (reportedCost(reply.headers) ?? gateway.price_per_pair_usd ?? 0);
      dearest = Math.max(dearest, cost);
      spent += cost;
    },
  });

  async function watched(): Promise<{ keys: KeyWatch | undefined; untold: string | undefined }> {
    const target = gateway.redis === undefined ? undefined : fleet.target(gateway.redis);
    if (target === undefined) return { keys: undefined, untold: 'no Redis target is configured for it' };
    if (!IN_REDIS.includes(status?.verdict ?? 'unknown')) return { keys: undefined, untold: 'its cache is not in the watched Redis' };
    const keys = createKeyWatch(target, clock, instanceOf([hostname(), ...config.http.listen]), MOST_KEYS);
    // Some releases put the namespace of the gateway before the one of a request for some APIs only, so that the first key does not tell it.
    await keys.connect(gateway.namespace ?? fleet.details(gateway.name)?.namespace, signal, false);
    if (keys.failure === undefined) return { keys, untold: undefined };
    const { failure } = keys;
    keys.close();
    const why =
      failure === 'noperm'
        ? 'the user of the exporter may not track keys (CLIENT TRACKING; docs/configuration.md has the rights)'
        : failure;
    return { keys: undefined, untold: `the target does not tell of writes: ${why}` };
  }

  return {
    status,
    caches,
    untold,
    asker,
    spent: () => spent,
    async close() {
      keys?.close();
      await fleet.close();
      await telemetry.close();
    },
  };
}
