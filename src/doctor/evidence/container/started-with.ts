import { join } from 'node:path';
import type { Variable } from '../../environment.ts';
import type { Mount } from '../../setup.ts';
import { inside } from './dockerfile.ts';
import { programOf } from './program.ts';

/** The configuration that a container is started with: the path that it sees, and what names it. */
export interface StartedWith {
  path: string;
  from: string;
}

/** Where a file of a container is: a file here, a text in the evidence, or what it is mounted from, which is neither. */
export type Found = { path: string } | { text: string; file: string } | { missing: string | undefined };

/** Where the official image of LiteLLM works. */
const FOLDER = '/app';

/**
 * What LiteLLM is started with. CONFIG_FILE_PATH beats `--config` (litellm/proxy/proxy_server.py, proxy_startup_event);
 * a bucket is asked in place of a file. Undefined where nothing names one.
 */
export function startedWith(words: readonly string[], variables: readonly Variable[], folder = FOLDER): StartedWith | undefined {
  const variable = (name: string) => variables.findLast((one) => one.name === name);
  const path = variable('CONFIG_FILE_PATH')?.value?.reveal();
  if (path !== undefined && path !== '') return { path: inside(folder, path), from: 'CONFIG_FILE_PATH' };
  const bucket = variable('LITELLM_CONFIG_BUCKET_NAME');
  if (bucket !== undefined) return { path: 'an object of a bucket', from: 'LITELLM_CONFIG_BUCKET_NAME' };
  const option = configOption(words);
  if (option === undefined) return undefined;
  const text = option.replace(/\$\(?\{?(\w+)\}?\)?/g, (whole, name: string) => variable(name)?.value?.reveal() ?? whole);
  return { path: text.includes('$') ? text : inside(folder, text), from: '--config' };
}

/** The value of `--config FILE`, `--config=FILE`, `-c FILE` or `-cFILE`. */
function configOption(words: readonly string[]): string | undefined {
  const program = programOf(words);
  const own = program.name === 'litellm' ? program.words : words;
  const at = own.findLastIndex((word) => /^(?:--config(?:=|$)|-c)/.test(word));
  const word = own[at];
  if (word === undefined) return undefined;
  const inline = word.startsWith('--config=')
    ? word.slice('--config='.length)
    : word.startsWith('-c')
      ? word.slice(2).replace(/^=/, '')
      : '';
  return inline !== '' ? inline : own[at + 1];
}

/** Finds what a container sees at a path through its mounts: the last of a file, else the deepest of a folder. */
export function throughMounts(path: string, mounts: readonly Mount[]): Found {
  const exact = mounts.findLast(({ target }) => target === path);
  const around = mounts
    .filter(({ target }) => path.startsWith(target === '/' ? '/' : `${target}/`))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
  const mount = exact ?? around;
  if (mount === undefined) return { missing: undefined };
  if (mount.text !== undefined) return exact === undefined ? { missing: mount.source } : mount.text;
  if (mount.path === undefined) return { missing: mount.source };
  return { path: exact === undefined ? join(mount.path, path.slice(mount.target.length)) : mount.path };
}
