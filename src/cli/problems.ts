import type { Sources } from '../config/load.ts';
import { createMask } from '../masking/mask.ts';
import { secretsOfEnvironment, secretsOfFile } from '../source/known-secrets.ts';
import { type Problem, problemText } from '../source/problem.ts';
import { EXIT, type Io } from './io.ts';

/** Prints every problem of a configuration, one a line, secrets hidden, and returns the exit code for it. */
export function reportProblems(problems: readonly Problem[], { file, env }: Sources, io: Io): number {
  const mask = createMask([...secretsOfFile(file), ...secretsOfEnvironment(env)]);
  for (const problem of problems) io.err(`${mask.text(problemText(problem)).replace(/[\r\n]+/g, ' ')}\n`);
  io.err(
    problems.length === 1
      ? '1 problem in the configuration; nothing was started\n'
      : `${problems.length} problems in the configuration; nothing was started\n`,
  );
  return EXIT.usage;
}
