import type { Io } from './io.ts';

/** Shows a line with the seconds on a terminal, from the second second on, until the returned function is called. */
export function progress(text: string, io: Pick<Io, 'progress' | 'err'>): () => void {
  if (!io.progress) return () => {};
  const start = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - start) / 1_000);
    if (seconds >= 2) io.err(`\r${text}, ${seconds} s `);
  }, 1_000);
  return () => {
    clearInterval(timer);
    io.err('\r\u001b[K');
  };
}
