import type { Place } from '../../place.ts';
import type { Mount } from '../../setup.ts';
import { shellValue, type Word } from '../variables/shell.ts';
import type { Lookup } from '../variables/variable-value.ts';

/** What `docker run` is given. */
export interface DockerRun {
  name: string | undefined;
  image: string | undefined;
  imagePlace: Place | undefined;
  entrypoint: readonly string[];
  command: readonly string[];
  ports: readonly string[];
  variables: readonly { name: string; value: string | undefined; place: Place }[];
  envFiles: readonly { path: string; place: Place }[];
  mounts: readonly Mount[];
  folder: string | undefined;
}

const PROGRAM = /(?:^|\/)(?:docker|podman|nerdctl)$/;
/** Options without a value (docs.docker.com, docker container run); every other one takes the next word. */
const FLAG =
  /^(?:--(?:detach|interactive|tty|rm|init|privileged|read-only|publish-all|no-healthcheck|oom-kill-disable|sig-proxy|quiet|disable-content-trust|replace|tls-verify)|-[ditPq]+)$/;

/** Takes `docker run` apart; undefined for any other command. What the script computes is not known. */
export function dockerRun(words: readonly Word[], file: string, lookup: Lookup): DockerRun | undefined {
  // The folder of the script is where the doctor looks.
  const texts = words.map(({ raw }) => shellValue(raw.replace(/\$\(pwd\)|`pwd`|\$\{?PWD\}?/g, '.'), lookup) ?? raw);
  const program = texts.findIndex((text) => PROGRAM.test(text));
  const run = texts.findIndex((text, index) => index > program && /^(?:run|create)$/.test(text));
  if (program < 0 || program > 3 || run < 0 || run > program + 3) return undefined;
  const found = {
    variables: [] as DockerRun['variables'][number][],
    envFiles: [] as DockerRun['envFiles'][number][],
    mounts: [] as Mount[],
    ports: [] as string[],
  };
  const single = new Map<string, string>();
  let at = run + 1;
  for (; at < texts.length; at++) {
    const option = texts[at] ?? '';
    if (!option.startsWith('-')) break;
    const place = placeOf(words[at], file);
    if (FLAG.test(option) || /^--[\w-]+=(?:true|false)$/.test(option)) continue;
    const [, name = option, inline] = /^(--[\w-]+)=([\s\S]*)$/.exec(option) ?? /^(-[a-zA-Z])(.+)$/s.exec(option) ?? [];
    if (inline === undefined) at++;
    const value = inline ?? texts[at] ?? '';
    if (name === '-e' || name === '--env') found.variables.push(...variable(value, words[at]?.raw ?? '', place, lookup));
    else if (name === '--env-file') found.envFiles.push({ path: value, place });
    else if (name === '-v' || name === '--volume') found.mounts.push(...bound(value.split(':')));
    else if (name === '--mount') found.mounts.push(...bound(longForm(value)));
    else if (name === '-p' || name === '--publish' || name === '--expose') found.ports.push(value.split('/')[0]?.split(':').at(-1) ?? '');
    else single.set(name, value);
  }
  const entrypoint = single.get('--entrypoint');
  return {
    ...found,
    name: single.get('--name'),
    image: texts[at],
    imagePlace: words[at] === undefined ? undefined : placeOf(words[at], file),
    entrypoint: entrypoint === undefined || entrypoint === '' ? [] : [entrypoint],
    command: texts.slice(at + 1),
    folder: single.get('-w') ?? single.get('--workdir'),
  };
}

function placeOf(word: Word | undefined, file: string): Place {
  return { source: file, line: word?.line ?? 1, column: word?.column ?? 1 };
}

/** `NAME=value`, or `NAME` for what the shell has; a value that is computed is not known. */
function variable(text: string, raw: string, place: Place, lookup: Lookup): DockerRun['variables'][number][] {
  const [, name = '', value] = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(text) ?? [];
  if (name !== '' && value !== undefined && !/[$`]/.test(value)) return [{ name, value, place }];
  const written = /([A-Za-z_]\w*)/.exec(raw)?.[1];
  if (written === undefined) return [];
  const outside = lookup(written);
  if (value !== undefined || name === '') return [{ name: written, value: undefined, place }];
  return outside.kind === 'unset' ? [] : [{ name: written, value: outside.kind === 'value' ? outside.value : undefined, place }];
}

/** The source and the target of `type=bind,source=…,target=…`. */
export function longForm(text: string): string[] {
  const parts = new Map(text.split(',').map((part) => [part.split('=')[0] ?? '', part.slice(part.indexOf('=') + 1)]));
  return [parts.get('source') ?? parts.get('src') ?? '', parts.get('target') ?? parts.get('destination') ?? parts.get('dst') ?? ''];
}

/** The mount of `SOURCE:TARGET`. */
export function bound([source = '', target]: readonly string[]): Mount[] {
  if (target === undefined || target === '') return [];
  const path = /^[./]/.test(source) ? source : undefined;
  return [{ source, target: target.replace(/(?<=.)\/$/, ''), ...(path === undefined ? {} : { path }) }];
}
