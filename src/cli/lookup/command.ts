import type { Config, GatewayConfig } from '../../config/effective.ts';
import { loadConfig, type Sources } from '../../config/load.ts';
import { createPace } from '../../explain/pace.ts';
import type { UserRequest } from '../../explain/request.ts';
import { createFleet } from '../../fleet/fleet.ts';
import { reportedCost } from '../../litellm/cache-markers.ts';
import { createGateway, failed } from '../../litellm/gateway.ts';
import { pingCache } from '../../litellm/health.ts';
import { lookUp, withoutTarget } from '../../lookup/lookup.ts';
import type { Lookup, LookupReason } from '../../lookup/result.ts';
import { singleLine } from '../../masking/sanitize.ts';
import type { GatewayStatus } from '../../model/status.ts';
import { createKeyWatch } from '../../redis/probe-keys/watch.ts';
import { systemClock } from '../../schedule/clock.ts';
import { startTelemetry, type Telemetry } from '../../telemetry/telemetry.ts';
import { EXIT, type Io } from '../io.ts';
import { aloneWith, gatewayNamed, isFree, priceSentence } from '../one-gateway.ts';
import { reportProblems } from '../problems.ts';
import { progress } from '../progress.ts';
import { type InputOptions, readInput } from './input.ts';
import { lookupJson, lookupText } from './report.ts';

/** What `lookup` was asked for. */
export interface LookupOptions {
  readonly input: InputOptions;
  readonly gateway?: string | undefined;
  /** The gateway's namespace, empty for none. */
  readonly namespace?: string | undefined;
  readonly spend?: number | undefined;
  readonly format: 'text' | 'json';
}

const PER_SECOND = 10;

/** Where these are the reason, what is wrong with the cache as a whole is told first. */
const CAUSED_BY_GATEWAY: readonly LookupReason[] = ['gateway_unreachable', 'cache_not_in_redis', 'not_stored', 'stored_elsewhere'];

const EXITS = { in_cache: EXIT.ok, not_in_cache: EXIT.failure, cannot_tell: EXIT.usage } as const;

/** Says whether a request is in the cache now, and for how long. Returns 0 when it is, 1 when it is not, 2 when that cannot be told or the usage is wrong. */
export async function lookup(sources: Sources, options: LookupOptions, version: string, io: Io): Promise<number> {
  const request = await readInput(options.input);
  if ('problem' in request) return wrong(request.problem, io);
  const loaded = await loadConfig(sources);
  if (!loaded.ok) return reportProblems(loaded.problems, sources, io);
  const { config, notes = [] } = loaded;
  for (const note of notes) io.err(`${note}\n`);
  const named = gatewayNamed(config.gateways, options.gateway);
  if (typeof named === 'string') return wrong(named, io);
  const gateway: GatewayConfig = named;
  if (!isFree(gateway) && options.spend === undefined) return wrong(priceSentence(gateway), io);

  const quiet = { ...config, log: { ...config.log, level: 'error' as const } };
  const telemetry = await startTelemetry({ config: quiet, version, env: io.env, clock: systemClock, out: io.err });
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    io.on(signal, () => interrupted.abort(new DOMException('interrupted', 'AbortError')));
  io.err(`${gateway.name} gets this request with the model ${gateway.model}; its own callbacks and logs will have it\n`);
  const stopProgress = progress(`looking at ${gateway.name}`, io);
  try {
    const found = await find(request, gateway, config, options, { telemetry, env: io.env, signal: interrupted.signal });
    const isCaused = found.reason !== undefined && CAUSED_BY_GATEWAY.includes(found.reason) && isFree(gateway);
    const verdict = isCaused ? await verdictOf(gateway, config, { telemetry, env: io.env, signal: interrupted.signal }) : undefined;
    stopProgress();
    const report = { lookup: found, gateway: gateway.name, probeModel: gateway.model, request, verdict };
    io.out(telemetry.mask.page(options.format === 'json' ? lookupJson(report) : lookupText(report, { color: io.colour })));
    return EXITS[found.result];
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    return wrong('interrupted', io);
  } finally {
    stopProgress();
    await telemetry.close();
  }
}

function wrong(sentence: string, io: Io): number {
  io.err(`${singleLine(sentence)}\n`);
  return EXIT.usage;
}

/** What a round of watches needs. */
interface Round {
  telemetry: Telemetry;
  env: Io['env'];
  signal: AbortSignal;
}

async function find(
  request: UserRequest,
  gateway: GatewayConfig,
  config: Config,
  { namespace, spend }: LookupOptions,
  { telemetry, env, signal }: Round,
): Promise<Lookup> {
  const { redis } = aloneWith(config, gateway);
  const [targetConfig] = redis;
  if (targetConfig === undefined) return withoutTarget(request);
  const clock = systemClock;
  const way = createGateway(gateway, clock, { started: () => undefined, finished: () => undefined });
  const fleet = createFleet({ telemetry, clock, env });
  await fleet.apply({ ...config, redis, gateways: [] });
  await fleet.runOnce([targetConfig.name], signal);
  const target = fleet.target(targetConfig.name);
  if (target === undefined) throw new Error('the fleet has no target');
  const keys = createKeyWatch(target, clock);
  let spent = 0;
  const dearest = gateway.price_per_pair_usd ?? 0;
  try {
    return await lookUp(
      request,
      {
        gateway: way,
        probeModel: gateway.model,
        target,
        keys,
        namespace: namespace === undefined ? gateway.namespace : namespace === '' ? null : namespace,
        tellNamespace: async (limited) => {
          if (gateway.cache_ping === 'off' || 'nodes' in target) return undefined;
          const until = clock.monotonic() + gateway.timeout;
          return (await pingCache(way, { giveUp: until, until }, limited)).settings.namespace;
        },
        clock,
        pace: createPace(PER_SECOND, clock),
        mayPay: () => isFree(gateway) || spent + dearest <= (spend ?? 0),
        pay: (reply) => {
          spent += failed(reply) ? 0 : (reportedCost(reply.headers) ?? dearest);
        },
      },
      signal,
    );
  } finally {
    keys.close();
    await fleet.close();
  }
}

/** The verdict on the cache as a whole, from one round of probes. */
async function verdictOf(gateway: GatewayConfig, config: Config, { telemetry, env, signal }: Round): Promise<GatewayStatus | undefined> {
  const fleet = createFleet({ telemetry, clock: systemClock, env });
  await fleet.apply(aloneWith(config, gateway));
  try {
    await fleet.runOnce([gateway.name], signal);
    return fleet.gateways()[0];
  } finally {
    await fleet.close();
  }
}
