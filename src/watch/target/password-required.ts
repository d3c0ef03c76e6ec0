import type { Tick } from '../../model/tick.ts';
import { expectWord, settle } from '../../redis/connection/failure.ts';
import type { Target } from '../../redis/connection/target.ts';
import type { Clock } from '../../schedule/clock.ts';
import type { CanaryResult } from './credential.ts';

/** Whether a server refuses those who bring no password. */
export interface PasswordCheck {
  /** Undefined until it is known. */
  required(): boolean | undefined;
  /**
   * Reads it from the exporter's own AUTH where that tells. Where it does not, looks again when it is time, or when
   * the server's run id is another one; never in a run that is one of many (`once`).
   */
  check(tick: Tick, canary: CanaryResult, runId: string | undefined): Promise<void>;
}

/** Each check adds one NOAUTH to the server's statistics, so there is at most one an hour. */
const EVERY_MS = 3_600_000;

/** Nothing is known before the first check. */
export function createPasswordCheck(target: Target, clock: Clock, once: boolean): PasswordCheck {
  let required: boolean | undefined;
  let checkedAt = 0;
  let checkedRun: string | undefined;

  async function check(tick: Tick, canary: CanaryResult, runId: string | undefined): Promise<void> {
    const isSameRun = runId === undefined || checkedRun === undefined || runId === checkedRun;
    checkedRun = runId ?? checkedRun;
    const answer = target.credential.username === undefined || canary.state === 'disabled' ? readCanary(canary) : undefined;
    if (answer === undefined && required !== undefined && isSameRun && clock.monotonic() - checkedAt < EVERY_MS) return;
    if (answer === undefined && once) return;
    required = answer ?? (await pingWithoutAuth(tick)) ?? required;
    checkedAt = clock.monotonic();
  }

  /** PING on a connection without AUTH. Access is checked before anything else, so any other error means that it was granted. */
  async function pingWithoutAuth(tick: Tick): Promise<boolean | undefined> {
    const dialled = await settle(tick.step('connect', () => target.dial(tick.signal)));
    if (!dialled.ok) return undefined;
    const ping = await settle(
      tick.step('PING', async () => expectWord(await target.ask(dialled.value, ['PING'], tick.signal), 'PONG', 'PING')),
    );
    dialled.value.disconnect();
    if (ping.ok) return false;
    return ping.error.prefix === undefined || ping.error.failure === 'maxclients' ? undefined : ping.error.prefix === 'NOAUTH';
  }

  return { required: () => required, check };
}

/**
 * What the canary of a credential without a user name tells: it is a PING without a password where it has
 * none, and where it has one, AUTH was compared with the password of the default user.
 */
function readCanary({ state, error }: CanaryResult): boolean | undefined {
  if (state === 'disabled') return false;
  if (state === 'ok') return true;
  return error?.failure === 'noauth' || error?.failure === 'wrongpass' ? true : undefined;
}
