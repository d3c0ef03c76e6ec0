/** Takes one line of what is going on, for people. */
export type Progress = (line: string) => void;

/** A progress that writes each line to standard error, with the seconds since it was made. */
export function progressToStderr(): Progress {
  const start = performance.now();
  return (line) => process.stderr.write(`[${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s] ${line}\n`);
}
