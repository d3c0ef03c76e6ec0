import { type JsonNode, stringNode, stringOf, writeJson } from '../json-text.ts';

/** Something that could be different in all requests, so that more of them share a key. */
export type Change =
  /** A field is left out. */
  | { readonly kind: 'without'; readonly path: string }
  /** What changes all the time in a text is left out. */
  | { readonly kind: 'plain'; readonly path: string; readonly look: ChangingLook }
  /** The fields are in one order. */
  | { readonly kind: 'order' }
  /** Numbers are written in one way. */
  | { readonly kind: 'numbers' };

/** What changes all the time in texts that are the same otherwise. */
export const CHANGING = {
  date: /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?\b|\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? )?(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b/g,
  id: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b(?=[0-9a-f]{0,64}\d)(?=[0-9a-f]{0,64}[a-f])[0-9a-f]{8,64}\b|\b\d{9,}\b/gi,
} as const;
export type ChangingLook = keyof typeof CHANGING;

/** A value at its place: texts, numbers, and lists and objects that are empty. */
export interface Leaf {
  readonly path: string;
  readonly written: string;
  readonly node: JsonNode;
}

/** The values of a body with their places, in the order of the body; at most so many. */
export function leavesOf(body: JsonNode, most: number): Leaf[] {
  const leaves: Leaf[] = [];
  visit(body, '');
  return leaves;

  function visit(node: JsonNode, path: string): void {
    if (leaves.length >= most) return;
    if (node.kind === 'object' && node.members.length > 0) {
      for (const { name, value } of node.members) visit(value, inside(path, name));
    } else if (node.kind === 'array' && node.items.length > 0) {
      for (const [index, item] of node.items.entries()) visit(item, `${path}[${index}]`);
    } else {
      leaves.push({ path, written: writeJson(node), node });
    }
  }
}

function inside(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Whether a path is another one, or leads into it. */
export function isWithin(path: string, outer: string): boolean {
  return path.startsWith(outer) && (path.length === outer.length || path[outer.length] === '.' || path[outer.length] === '[');
}

/** How a value reads after a change; undefined where it is left out. */
export function changedValue({ path, written, node }: Leaf, change: Change): string | undefined {
  if (change.kind === 'without') return isWithin(path, change.path) ? undefined : written;
  if (change.kind === 'plain' && path === change.path) {
    const text = stringOf(node);
    return text === undefined ? written : JSON.stringify(text.replaceAll(CHANGING[change.look], '…'));
  }
  if (change.kind === 'numbers' && node.kind === 'number') return String(Number(written));
  return written;
}

/** A body after a change. */
export function changed(body: JsonNode, change: Change, path = ''): JsonNode {
  if (body.kind === 'object') {
    const members = body.members.flatMap((member) => {
      const at = inside(path, member.name);
      return change.kind === 'without' && at === change.path ? [] : [{ ...member, value: changed(member.value, change, at) }];
    });
    return {
      kind: 'object',
      members: change.kind === 'order' ? members.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)) : members,
    };
  }
  if (body.kind === 'array') {
    const items = body.items.flatMap((item, index) => {
      const at = `${path}[${index}]`;
      return change.kind === 'without' && at === change.path ? [] : [changed(item, change, at)];
    });
    return { kind: 'array', items };
  }
  const written = changedValue({ path, written: body.written, node: body }, change) ?? body.written;
  if (written === body.written) return body;
  return body.kind === 'string' ? stringNode(stringOf({ kind: 'string', written }) ?? '') : { ...body, written };
}
