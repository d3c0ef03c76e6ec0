import { runCommand } from '../../src/cli/program.ts';

/** How a command ended, and what it wrote. */
export interface RanCommand {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, as from a pipe. */
export async function ranCommand(...args: string[]): Promise<RanCommand> {
  let [out, err] = ['', ''];
  const code = await runCommand(args, '1.2.3', {
    env: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colour: false,
    terminal: false,
    progress: false,
    on: () => undefined,
    exitNow: () => undefined,
  });
  return { code, out, err };
}
