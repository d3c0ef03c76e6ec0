import { buildJaeger, type RunningJaeger, startJaeger as start } from '../../dev/jaeger.ts';
import { lacks } from './lacks.ts';
import { forThisFile } from './lifetime.ts';

/** Starts a Jaeger that ends with the test file at the latest. */
export function startJaeger(): Promise<RunningJaeger> {
  return forThisFile(start());
}

/** Whether the machine has no Go to build Jaeger with; see `lacks`. */
export function lacksJaeger(): Promise<boolean> {
  return lacks(() => buildJaeger(() => undefined));
}
