/** A member of an object: its name as a program reads it, as it was written, and its value. */
export interface JsonMember {
  readonly name: string;
  readonly written: string;
  readonly value: JsonNode;
}

/** A value of JSON that keeps what a parsed one loses: how numbers and texts were written, the order of members, and members given twice. */
export type JsonNode =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string' | 'number' | 'literal'; readonly written: string };

/** A text that is no JSON: what is wrong, and at which character, counted from 1. */
export interface JsonFault {
  readonly fault: string;
  readonly at: number;
}

/** Levels of nesting that are read: a request has about ten, and LiteLLM's own parser ends at a thousand. */
const MAX_DEPTH = 200;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

class Fault extends Error {
  override readonly name = 'Fault';
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** The value of a JSON text, as it was written; or what is wrong with it. */
export function readJson(text: string): JsonNode | JsonFault {
  try {
    return createReader(text).whole();
  } catch (error) {
    if (error instanceof Fault) return { fault: error.message, at: error.at + 1 };
    throw error;
  }
}

/** Whether a text was no JSON. */
export function isFault(read: object): read is JsonFault {
  return 'fault' in read;
}

function createReader(text: string) {
  let at = 0;

  function space(): void {
    SPACE.lastIndex = at;
    SPACE.test(text);
    at = SPACE.lastIndex;
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found !== undefined) at += found.length;
    return found;
  }

  /** A text with its quotes, as it was written. */
  function quoted(): string {
    const start = at;
    let end = text.indexOf('"', start + 1);
    while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
    if (end === -1) throw new Fault('a text that does not end', start);
    at = end + 1;
    return text.slice(start, at);
  }

  function decoded(written: string, start: number): string {
    try {
      return JSON.parse(written);
    } catch {
      throw new Fault('a text with a control character or an escape that JSON does not have', start);
    }
  }

  function value(depth: number): JsonNode {
    space();
    if (depth > MAX_DEPTH) throw new Fault(`more than ${MAX_DEPTH} levels of nesting`, at);
    const first = text[at];
    if (first === '{') return object(depth);
    if (first === '[') return array(depth);
    if (first === '"') {
      const start = at;
      const written = quoted();
      decoded(written, start);
      return { kind: 'string', written };
    }
    const literal = match(LITERAL);
    if (literal !== undefined) return { kind: 'literal', written: literal };
    const number = match(NUMBER);
    if (number !== undefined) return { kind: 'number', written: number };
    throw new Fault(at >= text.length ? 'the end in place of a value' : 'no value of JSON', at);
  }

  function object(depth: number): JsonNode {
    const members: JsonMember[] = [];
    at += 1;
    space();
    if (text[at] === '}') at += 1;
    else {
      for (;;) {
        space();
        const start = at;
        if (text[at] !== '"') throw new Fault('no name of a member', at);
        const written = quoted();
        const name = decoded(written, start);
        space();
        if (text[at] !== ':') throw new Fault('no colon after the name of a member', at);
        at += 1;
        members.push({ name, written, value: value(depth + 1) });
        if (isLast('}')) break;
      }
    }
    return { kind: 'object', members };
  }

  function array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    at += 1;
    space();
    if (text[at] === ']') at += 1;
    else {
      for (;;) {
        items.push(value(depth + 1));
        if (isLast(']')) break;
      }
    }
    return { kind: 'array', items };
  }

  /** Goes past what is behind an element: the end of its list, or a comma. */
  function isLast(end: string): boolean {
    space();
    const found = text[at];
    if (found !== end && found !== ',') throw new Fault(`neither a comma nor ${end} after a value`, at);
    at += 1;
    return found === end;
  }

  return {
    whole(): JsonNode {
      const read = value(0);
      space();
      if (at < text.length) throw new Fault('more behind the value', at);
      return read;
    },
  };
}

function isEscaped(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === '\\') before -= 1;
  return (at - before) % 2 === 0;
}

/** A value as JSON, each text and number as it was written, without spaces around them. */
export function writeJson(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.members.map(({ written, value }) => `${written}:${writeJson(value)}`).join(',')}}`;
    case 'array':
      return `[${node.items.map(writeJson).join(',')}]`;
    default:
      return node.written;
  }
}

/** A member by its name; of one given twice the last, which is what programs read. */
export function memberOf(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.findLast((member) => member.name === name)?.value : undefined;
}

/** The text that a value is; undefined for any other. */
export function stringOf(node: JsonNode | undefined): string | undefined {
  if (node?.kind !== 'string') return undefined;
  const value: unknown = JSON.parse(node.written);
  return typeof value === 'string' ? value : undefined;
}

/** A text as a value. */
export function stringNode(text: string): JsonNode {
  return { kind: 'string', written: JSON.stringify(text) };
}

/** A member with a name that no escape is needed for. */
export function newMember(name: string, value: JsonNode): JsonMember {
  return { name, written: JSON.stringify(name), value };
}
