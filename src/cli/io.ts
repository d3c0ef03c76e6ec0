/** What a command may touch of the process; `main` hands it in, tests hand in their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** The log of the daemon on standard output: lines that cannot be written are dropped and counted. `out` without it. */
  readonly log?: { write(line: string): void; dropped(): number };
  /** Aborted when the reader of standard output has gone: what runs until then may end. */
  readonly readerGone?: AbortSignal;
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

/** Exit codes of every command: all is well; it ran and something is not; usage or configuration; a mistake in this program, or a report that could not be written. */
export const EXIT = { ok: 0, failure: 1, usage: 2, internal: 3 } as const;
