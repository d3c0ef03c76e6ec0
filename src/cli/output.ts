import type { Writable } from 'node:stream';

/** Lines of the log that wait for a reader who does not keep up; beyond that they are dropped. Bytes. */
const MAX_LOG_BYTES = 1_048_576;

/** The longest that the end of the process waits for the reader of the log, milliseconds. */
const LOG_GRACE_MS = 1_000;

/** A standard stream of the process. Nothing that happens to its other end is an error of this program. */
export interface Output {
  /** Writes a piece of a report; nothing once the reader has gone. */
  write(text: string): void;
  /** Writes a line of the log, or drops and counts it when it cannot be written now. */
  log(line: string): void;
  /** Lines of the log that were dropped. */
  dropped(): number;
  /** Aborted when the reader of a report has gone. */
  readonly gone: AbortSignal;
  /** Waits until all is written: for the reader of a report as long as it takes, for that of a log a second. Returns why a report could not be written, unless its reader left. */
  flush(): Promise<string | undefined>;
}

/** The outlet of a process over one of its standard streams. */
export function createOutput(stream: Writable): Output {
  const gone = new AbortController();
  let failure: string | undefined;
  let dropped = 0;
  let pendingText = 0;
  let pendingLines = 0;
  let settled = () => {};
  // Each failed write is told to its own callback as well; without a listener the event ends the process.
  stream.on('error', () => undefined);

  function left(error: NodeJS.ErrnoException | null | undefined): void {
    if (!error) return;
    // A socket whose other end is closed says the one or the other.
    if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') failure ??= REASON[error.code ?? ''] ?? error.message;
    gone.abort();
  }

  return {
    gone: gone.signal,
    dropped: () => dropped,
    write(text) {
      if (gone.signal.aborted) return;
      pendingText += 1;
      stream.write(text, (error) => {
        pendingText -= 1;
        left(error);
        settled();
      });
    },
    log(line) {
      if (stream.writableLength + line.length > MAX_LOG_BYTES) {
        dropped += 1;
        return;
      }
      pendingLines += 1;
      stream.write(line, (error) => {
        pendingLines -= 1;
        if (error) dropped += 1;
        settled();
      });
    },
    async flush() {
      const late = Date.now() + LOG_GRACE_MS;
      while (pendingText > 0 || (pendingLines > 0 && Date.now() < late)) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, 50);
          settled = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return failure;
    },
  };
}

const REASON: Readonly<Record<string, string>> = {
  ENOSPC: 'there is no space left on the device',
  EIO: 'the device failed',
  EFBIG: 'the file may not grow any further',
  EDQUOT: 'the quota is used up',
};
