import { shellCommands } from '../variables/shell.ts';
import { shellWords } from '../variables/shell-words.ts';

/** The program that a command line ends in, and what it is given; `unknown` where a script or the image decides. */
export interface Program {
  name: 'litellm' | 'redis' | 'other' | 'unknown';
  words: readonly string[];
  /** Variables that a shell in front of it sets: known to be set, not to what. */
  sets: readonly string[];
}

/** Programs that run another one with the rest of their words, and how many words of their own they take before it. */
const WRAPPERS: Readonly<Record<string, number>> = {
  exec: 0,
  env: 0,
  nohup: 0,
  time: 0,
  tini: 0,
  'dumb-init': 0,
  catatonit: 0,
  'opentelemetry-instrument': 0,
  'ddtrace-run': 0,
  command: 0,
  nice: 0,
  sudo: 0,
  'docker-entrypoint.sh': 0,
  gosu: 1,
  'su-exec': 1,
  timeout: 1,
  'newrelic-admin': 1,
  poetry: 1,
  uv: 1,
  pipenv: 1,
  pdm: 1,
  doppler: 1,
  infisical: 1,
  op: 1,
};

const SHELL = /^(?:sh|bash|ash|dash|zsh)$/;
const SCRIPT = /\.(?:sh|bash|py)$|entrypoint/;
const ASSIGNMENT = /^([A-Za-z_]\w*)=/;
/** Shells within shells. */
const MAX_DEPTH = 5;

/**
 * What a command line runs, through shells, launchers and `env`: LiteLLM's proxy as a program, a module of
 * Python or an application of uvicorn or gunicorn; a server of Redis; or something else.
 */
export function programOf(words: readonly string[], depth = 0): Program {
  const sets: string[] = [];
  let rest = words;
  for (let first = rest[0]; first !== undefined; first = rest[0]) {
    const name = base(first);
    const assigned = ASSIGNMENT.exec(first)?.[1];
    if (assigned !== undefined) {
      sets.push(assigned);
      rest = rest.slice(1);
    } else if (SHELL.test(name)) return inShell(rest.slice(1), sets, depth);
    else if (Object.hasOwn(WRAPPERS, name)) rest = unwrapped(rest, WRAPPERS[name] ?? 0);
    else break;
  }
  const [first, ...others] = rest;
  if (first === undefined || first.startsWith('-')) return { name: 'unknown', words: rest, sets };
  const name = base(first);
  if (/^(?:redis|valkey|keydb)-server$/.test(name) || name === 'dragonfly' || /\.conf$/.test(name))
    return { name: 'redis', words: others, sets };
  if (name === 'litellm' || /^prod_entrypoint\.sh$/.test(name)) return { name: 'litellm', words: others, sets };
  if (/^(?:uvicorn|gunicorn|hypercorn|granian)$/.test(name) && others.some((word) => /^litellm\.proxy\.proxy_server\b/.test(word)))
    return { name: 'litellm', words: others, sets };
  if (/^python[\d.]*$/.test(name)) return ofPython(others, sets);
  return { name: SCRIPT.test(name) ? 'unknown' : 'other', words: others, sets };
}

/** Whether Python runs the proxy: as a module, or its file. */
function ofPython(words: readonly string[], sets: readonly string[]): Program {
  const module = words.indexOf('-m');
  const named = module === -1 ? words.find((word) => !word.startsWith('-')) : words[module + 1];
  const rest = words.slice(words.indexOf(named ?? '') + 1);
  if (named !== undefined && /^uvicorn|^gunicorn/.test(named) && rest.some((word) => word.startsWith('litellm.proxy.proxy_server')))
    return { name: 'litellm', words: rest, sets };
  const isProxy =
    named !== undefined && /^litellm(?:\.proxy(?:\.proxy_cli)?)?$|(?:^|\/)litellm\/proxy\/proxy_(?:cli|server)\.py$/.test(named);
  return { name: isProxy ? 'litellm' : 'other', words: rest, sets };
}

/** The last command of a script that runs something known; what is exported before it counts as set. */
function inShell(words: readonly string[], sets: readonly string[], depth: number): Program {
  const flag = words.findIndex((word) => /^-\w*c$/.test(word));
  const script = flag === -1 ? undefined : words[flag + 1];
  if (script === undefined || depth > MAX_DEPTH) return { name: 'unknown', words: [], sets };
  const programs = shellCommands(script).map((command) => {
    const spoken = command.words.map(({ raw }) => shellWords(raw)[0] ?? '');
    return spoken[0] === 'export' || spoken.every((word) => ASSIGNMENT.test(word))
      ? { name: 'other' as const, words: [], sets: spoken.flatMap((word) => ASSIGNMENT.exec(word)?.[1] ?? []) }
      : programOf(spoken, depth + 1);
  });
  const all = [...sets, ...programs.flatMap((program) => program.sets)];
  const known = programs.findLast(({ name }) => name === 'litellm' || name === 'redis');
  const opaque = programs.findLast(({ name }) => name === 'unknown');
  return { ...(known ?? opaque ?? { name: programs.length === 0 ? 'unknown' : 'other', words: [] }), sets: all };
}

function unwrapped(words: readonly string[], own: number): readonly string[] {
  const end = words.indexOf('--');
  if (end > 0 && words.slice(1, end).every((word) => !/server|litellm$/.test(word))) return words.slice(end + 1);
  const rest = words.slice(1);
  const first = rest.findIndex((word) => !word.startsWith('-'));
  return first === -1 ? [] : rest.slice(first + own);
}

function base(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}
