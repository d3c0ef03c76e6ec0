import type { Tick } from '../model/tick.ts';
import { settle } from '../redis/failure.ts';
import type { Target } from '../redis/target.ts';
import type { Clock } from '../schedule/clock.ts';
import type { CanaryResult } from './target-credential.ts';

/** Whether a server refuses those who bring no password. */
export interface ProtectionWatch {
  /** Undefined until it is known. */
  required(): boolean | undefined;
  /** Looks again when it is time, or when the server's run id is another one. */
  check(tick: Tick, canary: CanaryResult, runId: string | undefined): Promise<void>;
}

/** A refused PING shows in everybody's monitoring of NOAUTH, so it is not repeated more often than that. */
const EVERY_MS = 3_600_000;

/** Nothing is known before the first check. */
export function watchProtection(target: Target, clock: Clock): ProtectionWatch {
  let required: boolean | undefined;
  let checkedAt = 0;
  let checkedRun: string | undefined;

  async function check(tick: Tick, canary: CanaryResult, runId: string | undefined): Promise<void> {
    const isSameRun = runId === undefined || checkedRun === undefined || runId === checkedRun;
    checkedRun = runId ?? checkedRun;
    const answer = target.credential.password === undefined ? readCanary(canary) : undefined;
    if (answer === undefined && required !== undefined && isSameRun && clock.monotonic() - checkedAt < EVERY_MS) return;
    required = answer ?? (await knock(tick)) ?? required;
    checkedAt = clock.monotonic();
  }

  /** PING on a connection without AUTH. Access is checked before anything else, so any other error means that it was granted. */
  async function knock(tick: Tick): Promise<boolean | undefined> {
    const dialled = await settle(tick.step('connect', () => target.dial(tick.signal)));
    if (!dialled.ok) return undefined;
    const ping = await settle(tick.step('PING', () => target.ask(dialled.value, ['PING'], tick.signal)));
    dialled.value.disconnect();
    if (ping.ok) return false;
    return ping.error.prefix === undefined || ping.error.failure === 'maxclients' ? undefined : ping.error.prefix === 'NOAUTH';
  }

  return { required: () => required, check };
}

/** The exporter's canary is that PING itself where it has no password. */
function readCanary({ state, error }: CanaryResult): boolean | undefined {
  if (state === 'disabled') return false;
  return error?.prefix === 'NOAUTH' ? true : undefined;
}
