import { type Problem, problemText } from '../config/problem.ts';
import { EXIT, type Io } from './io.ts';

/** Prints every problem of a configuration, one a line, and returns the exit code for it. */
export function reportProblems(problems: readonly Problem[], io: Io): number {
  for (const problem of problems) io.err(`${problemText(problem)}\n`);
  io.err(
    problems.length === 1
      ? '1 problem in the configuration; nothing was started\n'
      : `${problems.length} problems in the configuration; nothing was started\n`,
  );
  return EXIT.usage;
}
