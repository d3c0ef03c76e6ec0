import type { Random } from './random.ts';

/** Code that takes in what others write. `run` throws when an invariant is broken. */
export interface Target {
  name: string;
  generate(random: Random): Buffer;
  run(input: Buffer): void | Promise<void>;
  /** How many inputs the unit test tries; fewer where one needs files or sockets. */
  cases: number;
}
