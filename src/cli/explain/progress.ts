import type { Io } from '../io.ts';

/** A line of progress on a terminal; nothing where there is none. */
export interface Progress {
  /** Shows a text, at most a few times a second. */
  show(text: string): void;
  /** Shows what a function gives, every second. */
  count(text: () => string): void;
  hide(): void;
}

const EVERY_MS = 250;

/** Progress on standard error. */
export function progressOn(io: Io): Progress {
  let shownAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const write = (text: string) => io.err(`\r\u001b[K${text}`);
  const stop = () => clearInterval(timer);
  return {
    show(text) {
      if (!io.progress || performance.now() - shownAt < EVERY_MS) return;
      shownAt = performance.now();
      write(text);
    },
    count(text) {
      if (!io.progress) return;
      stop();
      timer = setInterval(() => write(text()), 1_000);
    },
    hide() {
      stop();
      if (io.progress && shownAt > 0) write('');
      shownAt = Number.NEGATIVE_INFINITY;
    },
  };
}
