/** What a command may touch of the process; `main` hands it in, tests hand in their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Whether standard output is a terminal that wants colour. */
  readonly colour: boolean;
  /** Whether standard output is a terminal: a report that repeats is drawn in place. */
  readonly terminal: boolean;
  /** Whether standard error is a terminal: progress is shown. */
  readonly progress: boolean;
  on(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', handler: () => void): void;
  /** Ends the process at once: for the second signal and for a shutdown that hangs. */
  exitNow(code: number): void;
}

/** Exit codes of every command; `internal` is a fault of this program, and wins over `failure`. */
export const EXIT = { ok: 0, failure: 1, usage: 2, internal: 3 } as const;
