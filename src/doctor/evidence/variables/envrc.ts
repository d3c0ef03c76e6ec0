import type { Problem } from '../../../source/problem.ts';
import type { Place } from '../../place.ts';
import { type Assignment, expandedValues, parseDotenv } from './dotenv.ts';
import { type Command, shellCommands, shellValue, type Word } from './shell.ts';
import { bounded } from './value-limit.ts';
import { firstOf, type Lookup, meaningOf, UNSET } from './variable-value.ts';

/** What a `.envrc` exports, without running it. */
export interface Envrc {
  /** In the order of the file; the last of a name counts. */
  assignments: readonly Assignment[];
  problems: readonly Problem[];
  /** What it does that cannot be told without running it. */
  notes: readonly Problem[];
}

/** Reads a file that the script names: `undefined` when it is missing. Says a problem itself. */
export type ReadNamed = (path: string, place: Place, required: boolean) => { text: string; file: string } | undefined;

/** Scripts that source each other are followed this far. */
const MAX_FILES = 50;

const NAME_VALUE = /^([A-Za-z_]\w*)(\+?)=/;
/** Commands of direnv that can set any variable. */
const OPAQUE: ReadonlySet<string> = new Set([
  'eval',
  'use',
  'layout',
  'source_up',
  'source_up_if_exists',
  'source_url',
  'load_prefix',
  'direnv_load',
]);

interface Shell {
  assignments: Assignment[];
  /** How many assignments there were when a name was taken away: its own among them do not count. */
  hidden: Map<string, number>;
  exported: Set<string>;
  values: Map<string, { value: string | undefined; place: Place }>;
  problems: Problem[];
  notes: Problem[];
  lookup: Lookup;
  read: ReadNamed;
  all: boolean;
  open: string[];
  count: number;
}

/**
 * Reads the variables that a `.envrc` or another shell script exports: assignments, `export`, `unset`,
 * `set -a`, `source_env`, `dotenv` and their `_if_exists` forms (direnv-stdlib). It is never run: what a
 * command computes, and what is set only under a condition, is known to be set but not to what.
 */
export function readEnvrc(text: string, file: string, outer: Lookup, read: ReadNamed): Envrc {
  const values: Shell['values'] = new Map();
  const inner: Lookup = (name) => (values.has(name) ? meaningOf(values.get(name)?.value) : UNSET);
  const shell: Shell = {
    assignments: [],
    hidden: new Map(),
    exported: new Set(),
    values,
    problems: [],
    notes: [],
    lookup: firstOf(inner, outer),
    read,
    all: false,
    open: [],
    count: 0,
  };
  run(text, file, shell);
  const { assignments, hidden, problems, notes } = shell;
  return { assignments: assignments.filter(({ name }, index) => index >= (hidden.get(name) ?? 0)), problems, notes };
}

function run(text: string, file: string, shell: Shell): void {
  shell.open.push(file);
  for (const command of shellCommands(text)) execute(command, file, shell);
  shell.open.pop();
}

function execute({ words, certain }: Command, file: string, shell: Shell): void {
  const first = words.findIndex(({ raw }) => !NAME_VALUE.test(raw));
  if (first < 0) {
    for (const word of words) assign(word, file, certain, shell, shell.all);
    return;
  }
  const [name, ...rest] = words.slice(first);
  if (first > 0 || name === undefined) return;
  const arguments_ = rest.filter(({ raw }) => !raw.startsWith('-') && !raw.startsWith('+'));
  const options = rest.filter(({ raw }) => raw.startsWith('-')).map(({ raw }) => raw);
  if (name.raw === 'export' || ((name.raw === 'declare' || name.raw === 'typeset') && options.includes('-x')))
    for (const word of arguments_) options.includes('-n') ? hide(word.raw, shell) : assign(word, file, certain, shell, true);
  else if (name.raw === 'unset') for (const word of arguments_) unset(word, file, certain, shell);
  else if (name.raw === 'set') setOption(rest, shell);
  else if (OPAQUE.has(name.raw))
    shell.notes.push({ path: name.raw, message: 'is not run; variables that it sets are not known', at: at(name, file) });
  else source(name, arguments_[0], file, certain, shell);
}

function setOption(words: readonly Word[], shell: Shell): void {
  const text = words.map(({ raw }) => raw).join(' ');
  if (/^-\w*a|-o allexport/.test(text)) shell.all = true;
  if (/^\+\w*a|\+o allexport/.test(text)) shell.all = false;
}

function assign(word: Word, file: string, certain: boolean, shell: Shell, exports: boolean): void {
  const place = { source: file, line: word.line, column: word.column };
  const [prefix, name = word.raw, plus] = NAME_VALUE.exec(word.raw) ?? [];
  if (!/^[A-Za-z_]\w*$/.test(name)) return;
  const isExported = exports || shell.exported.has(name);
  if (exports) shell.exported.add(name);
  if (prefix !== undefined) {
    const before = plus === '+' ? shell.lookup(name) : UNSET;
    const added = certain && before.kind !== 'unknown' ? shellValue(word.raw.slice(prefix.length), shell.lookup) : undefined;
    const value = added === undefined ? undefined : bounded((before.kind === 'value' ? before.value : '') + added);
    shell.values.set(name, { value, place });
    if (isExported) shell.assignments.push({ name, value, place });
    return;
  }
  const known = shell.values.get(name);
  if (known !== undefined) shell.assignments.push({ name, ...known });
}

function hide(name: string, shell: Shell): void {
  shell.exported.delete(name);
  shell.hidden.set(name, shell.assignments.length);
}

function unset(word: Word, file: string, certain: boolean, shell: Shell): void {
  if (!shell.values.has(word.raw)) return;
  if (!certain) {
    assign({ ...word, raw: `${word.raw}=` }, file, false, shell, false);
    return;
  }
  shell.values.delete(word.raw);
  hide(word.raw, shell);
}

const SOURCE: Readonly<Record<string, { required: boolean; dotenv: boolean }>> = {
  source: { required: true, dotenv: false },
  '.': { required: true, dotenv: false },
  source_env: { required: true, dotenv: false },
  source_env_if_exists: { required: false, dotenv: false },
  dotenv: { required: true, dotenv: true },
  dotenv_if_exists: { required: false, dotenv: true },
};

function source(name: Word, path: Word | undefined, file: string, certain: boolean, shell: Shell): void {
  const kind = Object.hasOwn(SOURCE, name.raw) ? SOURCE[name.raw] : undefined;
  if (kind === undefined) return;
  const target = path === undefined ? (kind.dotenv ? '.env' : undefined) : shellValue(path.raw, shell.lookup);
  if (target === undefined) {
    shell.notes.push({ path: name.raw, message: 'names a file that is computed; it is not read', at: at(name, file) });
    return;
  }
  const found = shell.read(target, { source: file, line: name.line, column: name.column }, kind.required && certain);
  if (found === undefined) return;
  const fault = shell.open.includes(found.file)
    ? 'is read while it is being read'
    : ++shell.count > MAX_FILES
      ? 'is one file too many'
      : undefined;
  if (fault !== undefined) {
    shell.problems.push({ path: name.raw, message: `${found.file} ${fault}`, at: at(name, file) });
    return;
  }
  if (!kind.dotenv) {
    run(found.text, found.file, shell);
    return;
  }
  const { entries, problems } = parseDotenv(found.text, found.file);
  for (const problem of problems) shell.problems.push(problem);
  for (const { name: variable, value, place } of expandedValues(entries, shell.lookup)) {
    shell.values.set(variable, { value: certain ? value : undefined, place });
    shell.exported.add(variable);
    shell.assignments.push({ name: variable, value: certain ? value : undefined, place });
  }
}

function at({ line, column }: Word, file: string): { file: string; line: number; column: number } {
  return { file, line, column };
}
