import { shellWords } from '../variables/shell-words.ts';

/** What the last stage of a Dockerfile, or the stage that is asked for, makes of an image. */
export interface Built {
  /** The image that it is made from; undefined for `scratch` or where a variable hides it. */
  from: string | undefined;
  entrypoint: readonly string[] | undefined;
  command: readonly string[] | undefined;
  variables: readonly { name: string; value: string; line: number }[];
  /** Files of the build context by where they go. */
  copies: readonly { source: string; target: string }[];
  /** The ports of EXPOSE. */
  ports: readonly string[];
  folder: string;
}

type Stage = { -readonly [K in keyof Built]: Built[K] } & { name: string | undefined };

/**
 * Reads a Dockerfile (reference: docs.docker.com/reference/dockerfile): stages that are made from each other,
 * `ARG` with the arguments of the build, `ENV`, `COPY`, `ADD`, `WORKDIR`, `EXPOSE`, `ENTRYPOINT` and `CMD`.
 */
export function readDockerfile(text: string, target: string | undefined, given: Readonly<Record<string, string>>): Built | undefined {
  const stages: Stage[] = [];
  const outer: Record<string, string> = {};
  let inner: Record<string, string> = {};
  for (const { instruction, rest, line } of instructions(text)) {
    const stage = stages.at(-1);
    const known = { ...outer, ...inner };
    if (instruction === 'ARG') {
      for (const word of shellWords(rest)) {
        const [name = '', value] = divided(word);
        const found = Object.hasOwn(given, name) ? given[name] : value === undefined ? outer[name] : expanded(value, known);
        if (found !== undefined) (stage === undefined ? outer : inner)[name] = found;
      }
    } else if (instruction === 'FROM') {
      const [image = '', as, name] = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
      const source = expanded(image, outer);
      const below = stages.find((one) => one.name !== undefined && one.name === source.toLowerCase());
      const own = as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined;
      stages.push({ ...(below ?? empty(source)), name: own });
      inner = {};
    } else if (stage === undefined) continue;
    else if (instruction === 'ENV') {
      const pairs =
        /^\w+\s/.test(rest) && !rest.includes('=')
          ? [[rest.split(/\s+/)[0] ?? '', rest.replace(/^\w+\s+/, '')]]
          : shellWords(rest).map(divided);
      const added = pairs.map(([name = '', value = '']) => ({ name, value: expanded(value, known), line }));
      for (const { name, value } of added) inner[name] = value;
      stage.variables = [...stage.variables, ...added];
    } else if (instruction === 'COPY' || instruction === 'ADD') copy(stage, rest, known);
    else if (instruction === 'WORKDIR') stage.folder = inside(stage.folder, expanded(rest, known));
    else if (instruction === 'EXPOSE')
      stage.ports = [
        ...stage.ports,
        ...expanded(rest, known)
          .split(/\s+/)
          .map((port) => port.replace(/\/.*/s, '')),
      ];
    else if (instruction === 'CMD') stage.command = form(rest);
    else if (instruction === 'ENTRYPOINT') {
      stage.entrypoint = form(rest);
      stage.command = undefined;
    }
  }
  return target === undefined ? stages.at(-1) : stages.find(({ name }) => name === target.toLowerCase());
}

function empty(source: string): Stage {
  const from = source === 'scratch' || source.includes('$') ? undefined : source;
  return {
    from,
    entrypoint: undefined,
    command: undefined,
    variables: [],
    copies: [],
    ports: [],
    folder: /litellm/i.test(source) ? '/app' : '/',
    name: undefined,
  };
}

/** The instructions with their continued lines joined; comments and here-documents are left out. */
function instructions(text: string): { instruction: string; rest: string; line: number }[] {
  const found: { instruction: string; rest: string; line: number }[] = [];
  let open: { text: string; line: number } | undefined;
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    const line = written.trim();
    if (line.startsWith('#') || (line === '' && open === undefined)) continue;
    const continued = line.endsWith('\\');
    open = {
      text: `${open === undefined ? '' : `${open.text} `}${continued ? line.slice(0, -1).trim() : line}`,
      line: open?.line ?? index + 1,
    };
    if (continued) continue;
    const [, instruction, rest] = /^([A-Za-z]+)\s+(\S.*)$/.exec(open.text) ?? [];
    if (instruction !== undefined && rest !== undefined)
      found.push({ instruction: instruction.toUpperCase(), rest: rest.trim(), line: open.line });
    open = undefined;
  }
  return found;
}

function copy(stage: Stage, rest: string, known: Readonly<Record<string, string>>): void {
  const words = (rest.startsWith('[') ? (form(rest) ?? []) : shellWords(rest)).map((word) => expanded(word, known));
  if (words.some((word) => word.startsWith('--from'))) return;
  const paths = words.filter((word) => !word.startsWith('--'));
  const last = paths.at(-1);
  if (last === undefined) return;
  const target = inside(stage.folder, last);
  const isFolder = /\/$|(?:^|\/)\.$/.test(last) || target === stage.folder || paths.length > 2;
  stage.copies = [
    ...stage.copies,
    ...paths.slice(0, -1).map((source) => ({ source, target: isFolder ? inside(target, fileName(source)) : target })),
  ];
}

/** What a source is called in the folder that it is copied to: of a folder the content is copied, not the folder itself. */
function fileName(source: string): string {
  const name = source.slice(source.lastIndexOf('/') + 1);
  return /[^.]\.[\w-]+$/.test(name) ? name : '.';
}

/** The words of the JSON form, or of a shell that runs the text. */
function form(text: string): readonly string[] {
  if (text.startsWith('[') && text.endsWith(']')) {
    const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word.replace(/\\(.)/g, '$1'));
    if (words.length > 0 || /^\[\s*\]$/.test(text)) return words;
  }
  return ['sh', '-c', text];
}

function expanded(text: string, known: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (whole: string, braced?: string, fallback?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    return (Object.hasOwn(known, name) ? known[name] : fallback) ?? whole;
  });
}

function divided(word: string): [string, string | undefined] {
  const equal = word.indexOf('=');
  return equal === -1 ? [word, undefined] : [word.slice(0, equal), word.slice(equal + 1)];
}

/** A path of the image from a working directory, without `.` and `..` at its parts. */
export function inside(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
