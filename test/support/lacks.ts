import { MissingError } from '../../dev/missing-error.ts';

/**
 * Whether the machine lacks what `ask` looks for, for `describe.skipIf(await lacks(...))`. With CI set the
 * answer is always no, so that what is missing fails there instead of being skipped.
 */
export async function lacks(ask: () => Promise<unknown>): Promise<boolean> {
  if (process.env.CI) return false;
  return ask().then(
    () => false,
    (error: unknown) => error instanceof MissingError,
  );
}
