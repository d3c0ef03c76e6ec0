import type { RedisFailure } from '../../../model/redis.ts';
import type { Target, TargetState } from '../../../redis/connection/target.ts';
import { createKeyWatch, type KeyWatch } from '../../../redis/probe-keys/watch.ts';
import type { Clock } from '../../../schedule/clock.ts';
import { type AnomalousIncrease, type Counted, type CounterSnapshot, type ObservationWindow, ratioOf } from '../../../verdict/growth.ts';
import type { RefusedCredential, Signals } from '../../../verdict/signals.ts';
import type { TargetMode } from '../self-report.ts';
import { keepBaseline } from './baseline.ts';
import { viewRefusals } from './refusals.ts';

/** The signals of a verdict that come from the gateway's Redis. */
export type ServerSignals = Pick<
  Signals,
  | 'redisFailure'
  | 'redisStalled'
  | 'usedBefore'
  | 'refusedCredential'
  | 'acceptedCredential'
  | 'refusals'
  | 'deltas'
  | 'increases'
  | 'seesEveryWrite'
  | 'server'
>;

/** The Redis behind a gateway, seen while pairs run. Without a target it sees nothing. */
export interface ServerView {
  readonly keys: KeyWatch | undefined;
  /** Runs pairs between two readings of the server's counters. `told`: the gateway has just told its namespace. */
  around(namespace: string | null | undefined, told: boolean, signal: AbortSignal, run: () => Promise<void>): Promise<void>;
  /** Of what kind the target was when it was last read. */
  mode(): TargetMode;
  /** Reads of what kind the target is, unless that is known. */
  learnMode(namespace: string | null | undefined, signal: AbortSignal): Promise<void>;
  /** The server's counters now; undefined when they cannot be read. */
  snapshot(signal: AbortSignal): Promise<CounterSnapshot | undefined>;
  /** A pair of this probe was sent. */
  sent(probe: string): void;
  /**
   * What the last pairs showed, all of them being good or not. When they were bad and there is nothing yet to
   * compare the counters with, it waits as long as the pairs took, if that ends before the monotonic time
   * `until`, and reads once more. Of good pairs the counters are what is usual, if all was `steady` meanwhile.
   */
  signals(pairs: { allGood: boolean; steady: boolean }, until: number, signal: AbortSignal): Promise<ServerSignals>;
  /** Whether the target can be used now, as far as its own watch knows; undefined when it does not. */
  usable(): boolean | undefined;
  /** Whether the target does not answer now, as far as its own watch knows. */
  silent(): boolean;
  /** How many other exporters have probed in the same namespace since a monotonic time; undefined where that is not seen. */
  others(since: number): number | undefined;
  close(): void;
}

const STALE_INTERVALS = 3;
/** LiteLLM waits so long for an answer of Redis (its socket timeout): a request may wait for a server that is back already. */
const LITELLM_WAITS_MS = 5_000;
const BLIND: ServerSignals = {
  redisFailure: undefined,
  redisStalled: false,
  usedBefore: false,
  refusedCredential: undefined,
  refusals: [],
  deltas: undefined,
  increases: {},
  seesEveryWrite: false,
};

/** Watches a target for the sake of the gateway on these hosts. `instance` is what the probes of this exporter have in their name. */
export function viewServer(hosts: readonly string[], target: Target | undefined, clock: Clock, instance: string): ServerView {
  if (target === undefined) {
    const nothing = {
      around: (_: unknown, __: unknown, ___: unknown, run: () => Promise<void>) => run(),
      mode: () => 'none' as const,
      learnMode: async () => undefined,
      snapshot: async () => undefined,
      sent: () => undefined,
      usable: () => undefined,
      silent: () => false,
      others: () => undefined,
      close: () => undefined,
    };
    return { keys: undefined, signals: async () => BLIND, ...nothing };
  }
  const keys = createKeyWatch(target, clock, instance);
  const baseline = keepBaseline();
  const refusals = viewRefusals(hosts, target, keys, clock);
  const shared = target;
  let window: ObservationWindow | undefined;
  let deltas: ServerSignals['deltas'];
  let after: CounterSnapshot | undefined;
  let usedBefore = false;
  let stalled = false;
  let mode: TargetMode;

  async function snapshot(signal: AbortSignal): Promise<CounterSnapshot | undefined> {
    const counters = await keys.counters(signal);
    if (counters?.mode !== undefined) mode = counters.mode === 'cluster' ? 'cluster' : 'single';
    const { WRONGPASS, NOAUTH, NOPERM, logins } = shared.own;
    return counters && { at: clock.monotonic(), counters, own: { WRONGPASS, NOAUTH, NOPERM, logins } };
  }

  function state(): TargetState | undefined {
    const known = shared.state;
    return known !== undefined && clock.now() - known.at <= STALE_INTERVALS * shared.config.interval ? known : undefined;
  }

  async function increases(until: number, signal: AbortSignal): Promise<Partial<Record<Counted, AnomalousIncrease>>> {
    if (window === undefined) return {};
    const length = window.during.seconds * 1000;
    if (!baseline.suffices(window) && after !== undefined && clock.monotonic() + length < until) {
      await clock.sleep(length, signal);
      const quiet = baseline.window(after, await snapshot(signal));
      window = { during: window.during, pause: quiet?.during };
    }
    return baseline.increases(window);
  }

  function redisFailure(seen: CounterSnapshot | undefined): RedisFailure | undefined {
    if (seen !== undefined) return seen.counters.loading ? 'loading' : undefined;
    return keys.failure ?? (state()?.up === false ? state()?.failure : undefined);
  }

  return {
    keys,
    async around(namespace, told, signal, run) {
      const start = clock.now();
      await keys.connect(namespace, signal, told);
      await refusals.before(signal);
      const before = await snapshot(signal);
      const failedBefore = redisFailure(before);
      await run();
      after = await snapshot(signal);
      // A server that is back before the round is over, or just before it, has kept the gateway waiting all the same.
      stalled = [failedBefore, redisFailure(after)].includes('timeout') || (shared.state?.timedOutAt ?? 0) >= start - LITELLM_WAITS_MS;
      await refusals.after(signal);
      usedBefore ||= after !== undefined;
      window = baseline.window(before, after);
      deltas = window?.during.by;
    },
    mode: () => mode,
    async learnMode(namespace, signal) {
      if (mode !== undefined) return;
      await keys.connect(namespace, signal, false);
      await snapshot(signal);
    },
    snapshot,
    sent: refusals.sent,
    async signals({ allGood, steady }, until, signal) {
      const seen = allGood ? {} : withDenied(await increases(until, signal), refusals.unheardOf());
      if (allGood && window !== undefined) {
        if (steady) baseline.keep(window);
        else baseline.leaveOut();
        window = undefined;
      }
      const refusedCredential = refusedBy(state());
      return {
        redisFailure: redisFailure(after),
        redisStalled: stalled,
        usedBefore,
        refusals: await refusals.ofGateway({ allGood, steady }),
        deltas,
        refusedCredential,
        acceptedCredential: refusedCredential === undefined ? state()?.accepted?.at(0) : undefined,
        server: after?.counters.state,
        increases: seen,
        seesEveryWrite: keys.watching && after?.counters.mode === 'standalone',
      };
    },
    usable: () => {
      const known = state();
      return known === undefined ? undefined : known.up && known.failure === undefined && (known.refused?.length ?? 0) === 0;
    },
    silent: () => state()?.up === false,
    others: keys.others,
    close: () => keys.close(),
  };
}

/**
 * The growth with refused commands of a kind that never came before, which are few beside all that a user may be
 * refused at all times: what stands out more speaks.
 */
function withDenied(increases: Partial<Record<Counted, AnomalousIncrease>>, count: number): Partial<Record<Counted, AnomalousIncrease>> {
  const denied: AnomalousIncrease = { by: count, usual: 0 };
  const [all = 0, ofNewKind = 0] = [increases.NOPERM && ratioOf(increases.NOPERM), ratioOf(denied)];
  return ofNewKind > all ? { ...increases, NOPERM: denied } : increases;
}

/** The first credential that a server refuses, or has no password for. */
function refusedBy(state: TargetState | undefined): RefusedCredential | undefined {
  const [refused] = state?.refused ?? [];
  if (refused !== undefined) return { credential: refused.credential, error: refused.error ?? 'unknown' };
  const [credential] = state?.unneeded ?? [];
  return credential === undefined ? undefined : { credential, error: 'no password configured' };
}
