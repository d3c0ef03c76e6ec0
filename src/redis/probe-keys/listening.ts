import type { Clock } from '../../schedule/clock.ts';

/** Whether all writes of a server are listened to, which tells the namespace of a gateway that nobody knows: not yet, now, or not any more. */
export interface Listening<Connection> {
  readonly phase: 'not yet' | 'now' | 'done';
  /** The connection that hears of all writes; undefined while none does. */
  readonly connection: Connection | undefined;
  begin(connection: Connection): void;
  /** Counts names of written keys; false when these were too many. */
  hear(names: number): boolean;
  /** A pair with a key of its own is about to be sent. */
  expect(probe: string): void;
  /** Whether all writes were listened to since a probe was sent. */
  covers(probe: string | undefined): boolean;
  end(): void;
  /** It may begin now, however short ago it was in vain. */
  ask(): void;
  /** It was not in vain. */
  succeed(): void;
  /** Whether it may begin: where it told nothing, after a minute, then after twice the time, up to an hour. */
  isDue(): boolean;
  /** Makes the next connection one that hears of all writes. */
  beginAnew(): void;
}

/** The first time the server tells of every write: so long of a pair and so many names at most. */
const FIRST_MS = 1_000;
const NAMES = 10_000;
/** Where that told nothing, or the namespace may have changed, for so long at most: a model takes as long as it takes. */
const LONGEST_MS = 10_000;
const AGAIN_MS = 60_000;
const LONGEST_AGAIN_MS = 3_600_000;

/** Starts without a listener. `over` is called with a connection that has received enough names. */
export function keepListening<Connection>(clock: Clock, over: (connection: Connection) => void): Listening<Connection> {
  let phase: Listening<Connection>['phase'] = 'not yet';
  let connection: Connection | undefined;
  let limit = new AbortController();
  let sent: string | undefined;
  let names = 0;
  let isFirst = true;
  let [again, wait] = [Number.NEGATIVE_INFINITY, AGAIN_MS];

  function stopLater(): void {
    limit.abort();
    limit = new AbortController();
    clock.sleep(isFirst ? FIRST_MS : LONGEST_MS, limit.signal).then(end, () => undefined);
  }

  function end(): void {
    limit.abort();
    const ended = connection;
    connection = undefined;
    if (phase !== 'now') return;
    [phase, isFirst] = ['done', false];
    if (ended !== undefined) over(ended);
  }

  return {
    get phase() {
      return phase;
    },
    get connection() {
      return connection;
    },
    begin(redis) {
      [phase, connection, sent, names] = ['now', redis, undefined, 0];
      [again, wait] = [clock.monotonic() + wait, Math.min(LONGEST_AGAIN_MS, 2 * wait)];
      stopLater();
    },
    hear(more) {
      names += more;
      return names < NAMES;
    },
    expect(probe) {
      if (phase !== 'now') return;
      if (sent === undefined) stopLater();
      sent = probe;
    },
    covers: (probe) => phase === 'now' && probe !== undefined && probe === sent,
    end,
    ask() {
      [phase, isFirst, again] = ['not yet', false, clock.monotonic()];
    },
    succeed() {
      wait = AGAIN_MS;
    },
    isDue: () => phase !== 'now' && clock.monotonic() >= again,
    beginAnew() {
      phase = 'not yet';
    },
  };
}
