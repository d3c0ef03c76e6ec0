import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { GatewayRelease } from '../../dev/gateway.ts';
import { install, requirementsOf } from '../../dev/install.ts';
import { startProcess } from '../../dev/process.ts';
import type { Progress } from '../../dev/progress.ts';

/** The releases of CPython that a lock is for; the stack installs it with one of them. */
const PYTHON = '3.10';
/** Each requirement that cannot be had costs one attempt. */
const MOST_ATTEMPTS = 12;
/** What the gateways of the tests need besides: traces, and metrics of Prometheus. */
const BESIDES = ['opentelemetry-sdk', 'opentelemetry-exporter-otlp-proto-http', 'prometheus-client'] as const;

/** A requirement of a release that the package index does not have. */
export interface Missing {
  name: string;
  /** The version that was asked for; absent where no release of the package is published at all. */
  version?: string;
}

/** What is asked for in place of what a release requires. */
export interface Replacement {
  name: string;
  /** `<=1.2.3`: the newest release up to the one that is missing. Absent where the package is left out. */
  upTo?: string;
}

/** A lock: the file of hashes, and what had to be replaced to get it; undefined for one that was there before and does not say. */
export interface Lock {
  file: string;
  replaced: readonly Replacement[] | undefined;
}

/** A release that cannot be locked. The message names the requirement and what was tried. */
export class UnresolvedError extends Error {
  override name = 'UnresolvedError';
}

/** What the resolver could not find, by the text of its error; undefined where that names no requirement. */
export function missingIn(errors: string): Missing | undefined {
  const text = errors.replace(/\s+/g, ' ');
  const absent = /(?:Because|and) ([a-z0-9][a-z0-9._-]*) was not found in the package registry/i.exec(text)?.[1];
  if (absent !== undefined) return { name: absent };
  const [, name, version] =
    /there (?:is|are) no versions? of ([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?(?:(?:==|<=)([0-9][0-9A-Za-z.+!-]*))?/i.exec(text) ?? [];
  if (name === undefined) return undefined;
  return version === undefined ? { name } : { name, version };
}

/**
 * What to ask for instead, after what was asked for before: first an older release of the package, then none of it. Undefined
 * where both were tried, or where it is LiteLLM itself that is missing.
 */
export function replacementFor({ name, version }: Missing, before: readonly Replacement[]): Replacement | undefined {
  if (name === 'litellm') return undefined;
  const tried = before.find((one) => one.name === name);
  if (tried?.upTo === undefined && tried !== undefined) return undefined;
  return tried === undefined && version !== undefined ? { name, upTo: `<=${version}` } : { name };
}

/** What was tried, for people. */
export function described({ name, upTo }: Replacement): string {
  return upTo === undefined ? `without ${name}` : `${name}${upTo}`;
}

/**
 * Locks the requirements of a release beside those of the stack, unless that was done before; rejects with UnresolvedError
 * when they cannot be had.
 */
export async function lockRelease(release: GatewayRelease, progress: Progress): Promise<Lock> {
  const file = requirementsOf(release);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== undefined) {
    progress(`the requirements of ${release} are locked already (${basename(file)})`);
    return { file, replaced: replacedIn(before) };
  }
  const uv = join(await install('uv', progress), 'bin', 'uv');
  let replaced: Replacement[] = [];
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    progress(`resolving the requirements of ${release}${replaced.length === 0 ? '' : ` (${replaced.map(described).join(', ')})`}`);
    const { hashes, errors } = await compile(uv, release, replaced);
    if (hashes !== undefined) {
      await writeFile(file, `${header(release, replaced)}${hashes}`);
      return { file, replaced };
    }
    const missing = missingIn(errors);
    const next = missing && replacementFor(missing, replaced);
    if (next === undefined) throw new UnresolvedError(unresolved(release, missing, replaced, errors));
    replaced = [...replaced.filter(({ name }) => name !== next.name), next];
  }
  throw new UnresolvedError(`LiteLLM ${release} does not resolve: ${replaced.map(described).join(', ')} were tried, and more is missing.`);
}

function unresolved(release: GatewayRelease, missing: Missing | undefined, replaced: readonly Replacement[], errors: string): string {
  const tried = replaced.length === 0 ? '' : ` Tried: ${replaced.map(described).join(', ')}.`;
  if (missing?.name === 'litellm') return `LiteLLM ${release} is not published in the package index. Is the number right?`;
  const named =
    missing === undefined
      ? ''
      : ` the requirement ${missing.name}${missing.version === undefined ? '' : ` ${missing.version}`} cannot be had.`;
  return `LiteLLM ${release} does not resolve:${named}${tried}\nThe resolver says:\n${errors.trim().slice(-1500)}`;
}

async function compile(
  uv: string,
  release: GatewayRelease,
  replaced: readonly Replacement[],
): Promise<{ hashes?: string; errors: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'lce-lock-'));
  const file = (name: string) => join(dir, name);
  try {
    await writeFile(file('in.txt'), [`litellm[proxy]==${release}`, ...BESIDES, ''].join('\n'));
    await writeFile(file('override.txt'), lines(replaced.flatMap(({ name, upTo }) => (upTo === undefined ? [] : [`${name}${upTo}`]))));
    await writeFile(file('exclude.txt'), lines(replaced.flatMap(({ name, upTo }) => (upTo === undefined ? [name] : []))));
    const asked = [
      'pip',
      'compile',
      '--quiet',
      '--universal',
      '--python-version',
      PYTHON,
      '--generate-hashes',
      '--no-header',
      '--no-annotate',
    ];
    const files = ['--override', file('override.txt'), '--excludes', file('exclude.txt'), '--output-file', file('out.txt'), file('in.txt')];
    const env = { ...process.env, UV_PYTHON_DOWNLOADS: 'never', NO_COLOR: '1' };
    const child = startProcess(uv, [...asked, '--no-emit-index-url', ...files], { cwd: dir, env });
    const how = await child.ended;
    return how === 'exited with status 0' ? { hashes: await readFile(file('out.txt'), 'utf8'), errors: '' } : { errors: child.log() };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join('');
}

const REPLACED = '# Replaced, because the package index does not have them: ';

function header(release: GatewayRelease, replaced: readonly Replacement[]): string {
  const note = replaced.length === 0 ? '' : `${REPLACED}${replaced.map(described).join(', ')}\n`;
  return `# LiteLLM proxy ${release}, with what its OpenTelemetry and Prometheus callbacks need.
# Hash lock for CPython ${PYTHON} and later on Linux x64; pip installs it with --require-hashes.
# To lock it again: remove this file and run npm run try-release -- ${release}
${note}`;
}

function replacedIn(lock: string): Replacement[] | undefined {
  const line = lock.split('\n').find((one) => one.startsWith(REPLACED));
  if (line === undefined) return undefined;
  return line
    .slice(REPLACED.length)
    .split(', ')
    .map((text) => {
      const [name = '', upTo] = text.startsWith('without ') ? [text.slice('without '.length)] : text.split(/(?=<=)/);
      return upTo === undefined ? { name } : { name, upTo };
    });
}
