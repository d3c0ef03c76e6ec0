import type { RecordedAnswer } from '../support/litellm-answer.ts';

/** The most members of a list or lines of a stream that are looked at; recorded answers are short. */
const MOST = 50;

/**
 * What a recorded answer looks like, one line a fact, without what differs from one answer to the next: its status, the names
 * of its headers, the paths of its body with the type of each value, and lists of words as they are.
 */
export function shapeOf({ status, headers, body }: RecordedAnswer): ReadonlySet<string> {
  const events = body.startsWith('data: ') || body.startsWith('event: ') ? eventsOf(body) : [body];
  return new Set([
    `status ${status}`,
    ...Object.keys(headers).map((name) => `header ${name}`),
    ...events.flatMap((text) => pathsOf(parsed(text), 'body')),
  ]);
}

/** The data of the events of a stream. */
function eventsOf(body: string): string[] {
  const lines = body.split('\n').filter((line) => line.startsWith('data: '));
  return lines.slice(0, MOST).map((line) => line.slice('data: '.length));
}

/** A JSON value where the text is one, else the text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pathsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    const isWords = value.length > 1 && value.every((one) => typeof one === 'string');
    if (isWords) return value.slice(0, MOST).map((word) => `${path} has ${word}`);
    return value.slice(0, MOST).flatMap((one) => pathsOf(one, `${path}[]`));
  }
  if (value !== null && typeof value === 'object') return Object.entries(value).flatMap(([name, one]) => pathsOf(one, `${path}.${name}`));
  // LiteLLM writes objects into texts of other objects.
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    const inner = parsed(value);
    if (typeof inner !== 'string') return pathsOf(inner, path);
  }
  return [`${path}: ${value === null ? 'null' : typeof value}`];
}

/** What one of two sets has and the other has not. */
export interface Difference {
  gone: readonly string[];
  added: readonly string[];
}

export function differenceOf(before: Iterable<string>, after: Iterable<string>): Difference {
  const [old, now] = [new Set(before), new Set(after)];
  return { gone: [...old].filter((line) => !now.has(line)).sort(), added: [...now].filter((line) => !old.has(line)).sort() };
}
