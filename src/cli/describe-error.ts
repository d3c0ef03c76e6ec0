import { createMask, printableLine } from '../masking/mask.ts';
import { secretsOfEnvironment } from '../source/known-secrets.ts';
import { Secret } from '../source/secret.ts';
import { EXIT } from './io.ts';

/** Messages of libraries can hold all of what they were given. */
const MAX_MESSAGE_CHARACTERS = 300;

/**
 * The message of an error that ended a command, and the exit code for it: an error that people can fix has a sentence,
 * anything else is a mistake in this program. One line without secrets, with the place in the code but without the way there.
 */
export function describeError(error: unknown, env: Readonly<Record<string, string | undefined>>): { code: number; sentence: string } {
  const mask = createMask([...Secret.seen(), ...secretsOfEnvironment(env)]);
  const shown = (text: string) => printableLine(mask.text(text)).slice(0, MAX_MESSAGE_CHARACTERS);
  if (error instanceof Error && (error.name === 'WebConfigError' || error.name === 'ListenError'))
    return { code: error.name === 'WebConfigError' ? EXIT.usage : EXIT.failure, sentence: mask.text(error.message) };
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd')
    return { code: EXIT.usage, sentence: 'the folder in which this was started is not there any more; change to another one' };
  const what = error instanceof Error ? `${shown(error.name)}: ${shown(error.message)}${placeOf(error)}` : `thrown: ${typeof error}`;
  return {
    code: EXIT.internal,
    sentence: `internal error: ${what}; this is a mistake in litellm-cache-exporter, please report it with the command that you gave and the output of --version`,
  };
}

function placeOf({ stack }: Error): string {
  const place = /\/((?:src|dist)\/[\w./-]+:\d+:\d+)\)?$/m.exec(stack ?? '')?.[1];
  return place === undefined ? '' : ` (at ${place})`;
}
