import type { Clock } from '../../schedule/clock.ts';
import type { Target } from './target.ts';

const POLL_MS = 50;

/**
 * Whether the exporter's credential may be used on a further connection. Its canary goes first, so that a
 * refused credential is not tried twice; until the target has been tried at all, this waits for it, at most
 * `patience` milliseconds. Rejects when the signal is aborted meanwhile.
 */
export async function waitForOwnCredential(
  target: Pick<Target, 'auth' | 'state'>,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = clock.monotonic() + timeoutMs;
  while (target.state === undefined && target.auth === 'unknown' && clock.monotonic() < deadline) await clock.sleep(POLL_MS, signal);
  return target.auth === 'ok' || target.auth === 'disabled';
}
