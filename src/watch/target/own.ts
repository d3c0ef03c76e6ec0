import type { Rejection } from '../../model/redis.ts';
import type { Target } from '../../redis/connection/target.ts';

type Counts = Record<Rejection, number>;
type OwnCounts = Counts & { logins: number };

/** What this process caused on a server since the last reading, by all of its targets that lead there. */
export interface OwnAccount {
  /**
   * `countsLogins`: the server shows how many AUTH failed, in whatever words. `awaited`: commands of other targets whose
   * answer has not come, so that the server may have counted them already.
   */
  read(runId: string | undefined, countsLogins: boolean): { caused: Counts; awaited: number };
}

const NOTHING: OwnCounts = { WRONGPASS: 0, logins: 0, NOAUTH: 0, NOPERM: 0 };

const snapshots = new WeakMap<Target, OwnCounts>();

/** What a target has caused until now: one object for all who look, until it causes more. */
function snapshotOf(target: Target): OwnCounts {
  const { WRONGPASS, logins, NOAUTH, NOPERM } = target.own;
  const known = snapshots.get(target) ?? NOTHING;
  if (known.WRONGPASS === WRONGPASS && known.logins === logins && known.NOAUTH === NOAUTH && known.NOPERM === NOPERM) return known;
  const now = { WRONGPASS, logins, NOAUTH, NOPERM };
  snapshots.set(target, now);
  return now;
}

/** A target is on the same server when its last scrape showed the same run id, or its connection leads to the same address. */
export function createOwnAccount(target: Target): OwnAccount {
  const seen = new WeakMap<Target, OwnCounts>([[target, snapshotOf(target)]]);

  function isHere(other: Target, runId: string | undefined): boolean {
    if (other.state?.runId !== undefined && runId !== undefined) return other.state.runId === runId;
    return other.peer !== undefined && other.peer === target.peer;
  }

  return {
    read(runId, countsLogins) {
      const caused: Counts = { WRONGPASS: 0, NOAUTH: 0, NOPERM: 0 };
      let awaited = 0;
      for (const one of new Set([target, ...target.siblings()])) {
        const now = snapshotOf(one);
        const before = seen.get(one) ?? NOTHING;
        // Nothing is kept of those that caused nothing: a thousand targets would keep a million counts of each other.
        if (before !== now) seen.set(one, now);
        if (one !== target && !isHere(one, runId)) continue;
        if (one !== target) awaited += one.awaited;
        // A login that was refused in other words is a WRONGPASS, as it is in the reading of the server.
        caused.WRONGPASS += Math.max(now.WRONGPASS - before.WRONGPASS, countsLogins ? now.logins - before.logins : 0);
        caused.NOAUTH += now.NOAUTH - before.NOAUTH;
        caused.NOPERM += now.NOPERM - before.NOPERM;
      }
      return { caused, awaited };
    },
  };
}
