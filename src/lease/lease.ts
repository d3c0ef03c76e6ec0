import type { LeaseAnswer, LeaseState, LeaseStore } from '../model/lease.ts';
import type { Log } from '../model/tick.ts';
import type { Clock } from '../schedule/clock.ts';
import type { Job } from '../schedule/job.ts';

/** How long a lease is valid after it was asked for, and how often it is renewed, in milliseconds. */
export const LEASE_TTL_MS = 15_000;
const RENEWAL_MS = 5_000;
/** While another holds it, it is asked for more often, so that one that is given back is taken soon. */
const ATTEMPT_MS = 1_500;
const TIMEOUT_MS = 1_400;
const RELEASE_TIMEOUT_MS = 1_000;

/** The lease as this exporter sees it. */
export interface LeaseWatch {
  /** Its place on the grid. */
  readonly job: Omit<Job, 'run'>;
  /** Asks for the lease once; never rejects. */
  ask(signal: AbortSignal): Promise<void>;
  state(): LeaseState;
  /** Gives the lease back; from its call on this exporter does not hold it. */
  close(): Promise<void>;
}

/**
 * Keeps a lease. It counts as held for its whole time after the last time it was granted, also while the
 * store is unreachable, and no longer: then no exporter probes, rather than all of them. The lease of another
 * exporter counts for as long, because it may have been renewed just before the store became unreachable.
 */
export function createLeaseWatch({
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
  /** What was last known, and until when that counts. */
  let known: { state: LeaseState; until: number } = { state: 'unknown', until: Number.NEGATIVE_INFINITY };
  let loggedState: LeaseState | 'nothing' = 'nothing';
  let loggedReason: string | undefined;
  let closed = false;
  let end = new AbortController();

  function state(): LeaseState {
    return clock.monotonic() < known.until ? known.state : 'unknown';
  }

  function logTransition(): void {
    const now = state();
    const reason = answer.state === 'unknown' ? answer.reason : undefined;
    if (reason !== undefined && reason !== loggedReason)
      log.warn({ lease: now, error: reason }, 'The lease store cannot be used; the present holder keeps the lease until it ends');
    loggedReason = reason;
    if (now === loggedState) return;
    const before = loggedState;
    loggedState = now;
    if (now === 'held') log.info({ lease: now }, 'This exporter holds the lease and probes');
    else if (now === 'other') log.info({ lease: now }, 'Another exporter holds the lease and probes');
    else if (before === 'held') log.warn({ lease: now }, 'The lease of this exporter has ended and cannot be renewed: it sends no pair');
    else
      log.warn({ lease: now }, 'The holder of the lease is unknown, because the lease store cannot be used: this exporter sends no pair');
    onChange();
  }

  /** Logs the end of the known state when it comes, whether or not the store answers then. */
  async function logExpiry(signal: AbortSignal): Promise<void> {
    for (let left = known.until - clock.monotonic(); left > 0; left = known.until - clock.monotonic()) {
      await clock.sleep(Math.ceil(left), signal);
    }
    logTransition();
  }

  return {
    job: {
      name: 'lease',
      interval: ATTEMPT_MS,
      timeout: TIMEOUT_MS,
      skip: () => (answer.state === 'other' || clock.monotonic() - askedAt >= RENEWAL_MS - ATTEMPT_MS / 2 ? undefined : 'not due'),
    },
    async ask(signal) {
      askedAt = clock.monotonic();
      const begun = askedAt;
      const given = await store.hold(signal);
      if (closed) return;
      answer = given;
      if (answer.state === 'held') known = { state: 'held', until: begun + LEASE_TTL_MS };
      if (answer.state === 'other') known = { state: 'other', until: clock.monotonic() + LEASE_TTL_MS };
      logTransition();
      if (answer.state === 'unknown') return;
      end.abort();
      end = new AbortController();
      logExpiry(end.signal).catch(() => undefined);
    },
    state,
    async close() {
      closed = true;
      end.abort();
      known = { state: 'unknown', until: Number.NEGATIVE_INFINITY };
      await store.release(AbortSignal.timeout(RELEASE_TIMEOUT_MS));
    },
  };
}
