import type { LeaseAnswer, LeaseState, LeaseStore } from '../model/lease.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import type { Job } from '../schedule/job.ts';

/** How long a lease is valid after it was asked for, and how often it is renewed, in milliseconds. */
export const LEASE_TTL = 15_000;
const RENEWAL = 5_000;
/** While another holds it, it is asked for more often, so that one that is given back is taken soon. */
const ATTEMPT = 1_500;
const TIMEOUT = 1_400;
const RELEASE_TIMEOUT = 1_000;

/** The lease as this exporter sees it. */
export interface LeaseWatch {
  /** Its place on the grid. */
  readonly job: Omit<Job, 'run'>;
  /** Asks for the lease once; never rejects. */
  ask(signal: AbortSignal): Promise<void>;
  state(): LeaseState;
  /** Gives the lease back. */
  close(): Promise<void>;
}

/**
 * Keeps a lease. It counts as held for its whole time after the last time it was granted, also while the
 * store is away, and not a moment longer: then nobody probes, rather than everybody.
 */
export function watchLease({
  store,
  log,
  clock,
  onChange,
}: {
  store: LeaseStore;
  log: Log;
  clock: Clock;
  onChange: () => void;
}): LeaseWatch {
  let answer: LeaseAnswer = { state: 'unknown', reason: 'it was not asked for yet' };
  let askedAt = Number.NEGATIVE_INFINITY;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let told: LeaseState = 'unknown';
  let toldReason: string | undefined;

  function state(): LeaseState {
    if (answer.state === 'other') return 'other';
    return clock.monotonic() < heldUntil ? 'held' : 'unknown';
  }

  function tell(): void {
    const now = state();
    const reason = answer.state === 'unknown' ? answer.reason : undefined;
    if (reason !== undefined && reason !== toldReason)
      log.warn({ lease: now, reason }, 'The lease cannot be asked for; who holds it keeps it until it ends');
    toldReason = reason;
    if (now === told) return;
    told = now;
    if (now === 'held') log.info({ lease: now }, 'This exporter holds the lease and probes');
    else if (now === 'other') log.info({ lease: now }, 'Another exporter holds the lease and probes');
    else log.warn({ lease: now }, 'The lease has ended and nobody can be asked for it: no pair is sent');
    onChange();
  }

  return {
    job: {
      name: 'lease',
      interval: ATTEMPT,
      timeout: TIMEOUT,
      skip: () => (state() === 'other' || state() !== told || clock.monotonic() - askedAt >= RENEWAL - ATTEMPT / 2 ? undefined : 'not due'),
    },
    async ask(signal) {
      askedAt = clock.monotonic();
      const begun = askedAt;
      answer = await store.hold(signal);
      if (answer.state === 'held') heldUntil = begun + LEASE_TTL;
      if (answer.state === 'other') heldUntil = Number.NEGATIVE_INFINITY;
      tell();
    },
    state,
    close: () => store.release(AbortSignal.timeout(RELEASE_TIMEOUT)),
  };
}
