import type { Status } from '../model/status.ts';

/** All that is known of one gateway, one fact a line, for a terminal; undefined when the name is not known. */
export function debugText(status: Status, name: string): string | undefined {
  const gateway = status.gateways.find((candidate) => candidate.name === name);
  return gateway === undefined ? undefined : lines('', gateway).join('\n');
}

function lines(path: string, value: unknown): string[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null)
    return [`${path}: ${isMoment(path, value) ? new Date(value).toISOString() : oneLine(String(value))}`];
  return Object.entries(value).flatMap(([key, part]) => lines(path === '' ? key : `${path}.${key}`, part));
}

function isMoment(path: string, value: unknown): value is number {
  return typeof value === 'number' && /(^|\.)(since|at|\w+At)$/.test(path);
}

/** Keeps a text from writing lines or controlling the terminal of its own. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
