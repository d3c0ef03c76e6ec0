import { execFile } from 'node:child_process';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One instruction of a Dockerfile, its lines joined. */
export interface Instruction {
  name: string;
  text: string;
}

/** The instructions of a Dockerfile in order (Dockerfile reference), without comments. */
export function instructions(dockerfile: string): Instruction[] {
  const lines = dockerfile.split('\n').filter((line) => !line.trimStart().startsWith('#'));
  const joined = lines
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return joined.flatMap((line) => {
    const [, name, text] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return name === undefined || text === undefined ? [] : [{ name, text }];
  });
}

/**
 * Does what a Dockerfile says without a container engine, as far as that goes: COPY and RUN, each stage in
 * a folder of its own below `folder`, with the programs of this machine in place of those of the base image.
 * Gives the folder of the last stage, which is the root of its file system.
 */
export async function execute(dockerfile: string, { context, folder }: { context: string; folder: string }): Promise<string> {
  const stages = new Map<string, string>();
  let stage = folder;
  let workdir = '/';
  let env: NodeJS.ProcessEnv = process.env;
  const inStage = (path: string) => join(stage, path.startsWith('/') ? '' : workdir, path);
  for (const { name, text } of instructions(await readFile(dockerfile, 'utf8'))) {
    const words = text.split(/\s+/);
    if (name === 'FROM') {
      stage = join(folder, String(stages.size));
      stages.set(words[1] === 'AS' ? (words[2] ?? '') : String(stages.size), stage);
      env = process.env;
    } else if (name === 'WORKDIR') {
      workdir = text;
      await mkdir(inStage('.'), { recursive: true });
    } else if (name === 'ENV') {
      env = { ...env, ...Object.fromEntries(words.map((word) => word.split('='))) };
    } else if (name === 'RUN') {
      await run('sh', ['-c', text], { cwd: inStage('.'), env, maxBuffer: 16e6 });
    } else if (name === 'COPY') {
      const from = /^--from=(.*)$/.exec(words[0] ?? '')?.[1];
      const source = from === undefined ? context : stages.get(from);
      if (source === undefined) throw new Error(`COPY from an unknown stage: ${text}`);
      const paths = words.slice(from === undefined ? 0 : 1);
      const to = paths.pop() ?? '';
      for (const path of paths)
        await cp(join(source, path), inStage(paths.length > 1 ? join(to, basename(path)) : to), { recursive: true });
    }
  }
  return stage;
}
