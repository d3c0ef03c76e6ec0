/** Whether this exporter may probe: it holds the lease, another exporter does, or the holder is unknown. */
export const LEASE_STATE = ['held', 'other', 'unknown'] as const;
export type LeaseState = (typeof LEASE_STATE)[number];

/** What asking for the lease gave; `reason` is for people, without any secret. */
export type LeaseAnswer = { state: 'held' | 'other' } | { state: 'unknown'; reason: string };

/** A place that gives the lease to one exporter at a time. Neither function rejects. */
export interface LeaseStore {
  /** Takes the lease where it is free and renews it where it is ours. */
  hold(signal: AbortSignal): Promise<LeaseAnswer>;
  /** Gives it back where it is ours. */
  release(signal: AbortSignal): Promise<void>;
}
