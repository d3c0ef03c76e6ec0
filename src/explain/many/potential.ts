import { createHash } from 'node:crypto';
import { CHANGING, type Change, type ChangingLook, changedValue, isWithin, type Leaf, leavesOf } from './change.ts';
import type { Entry } from './collect.ts';

/** How many keys there would be after a change, and which requests would come to share one. */
export interface Potential {
  readonly change: Change;
  readonly keys: number;
  /** Some pairs of requests, by their places, that have two keys now and would have one. */
  readonly merged: readonly (readonly [number, number])[];
}

/** An entry with the key that the gateway gave it. */
export interface KeyedEntry {
  readonly entry: Entry;
  /** The same for requests that share an entry of the cache. */
  readonly key: string;
}

/** Values of one body that are looked at one by one. */
const MAX_LEAVES = 2_000;
const MAX_CHANGES = 150;
const MAX_PAIRS = 20;
/** What is asked, which is not to be left out: only what changes in it by itself. */
const CONTENT = /^(?:messages|prompt|input|system|instructions)(?=$|[.[])/;

/** The values of all entries, each text as a number, so that thousands of bodies can be compared hundreds of times. */
interface Table {
  readonly rows: readonly (readonly Cell[])[];
  /** How many different values a path has, absence included. */
  readonly varied: ReadonlyMap<string, number>;
}

interface Cell {
  readonly leaf: Leaf;
  readonly id: number;
}

/** Finds what splits requests. `isHarmless` says which paths were found to be no part of a key. */
export function potentialsOf(entries: readonly KeyedEntry[], isHarmless: (path: string) => boolean): Potential[] {
  const ids = new Map<string, number>();
  const table = tableOf(entries, isHarmless, ids);
  const now = new Set(entries.map(({ key }) => key)).size;
  return changesOf(table)
    .map((change) => potentialOf(change, entries, table, ids))
    .filter(({ keys }) => keys < now)
    .sort((a, b) => a.keys - b.keys);
}

/** Fields at the top of bodies that are not the same in all of them, the most different first; what is asked itself is none of them. */
export function variedFields(entries: readonly KeyedEntry[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const { entry } of entries) {
    const { body } = entry.request;
    for (const { name, value } of body.kind === 'object' ? body.members : []) {
      if (CONTENT.test(name) || name === 'model') continue;
      const seen = values.get(name) ?? new Set();
      if (seen.size < 1_000) seen.add(digest(JSON.stringify(value)));
      values.set(name, seen);
    }
  }
  const everywhere = (name: string) =>
    entries.every(
      ({ entry: { request } }) => request.body.kind === 'object' && request.body.members.some((member) => member.name === name),
    );
  return [...values]
    .filter(([name, seen]) => seen.size > 1 || !everywhere(name))
    .sort(([, a], [, b]) => b.size - a.size)
    .map(([name]) => name);
}

function tableOf(entries: readonly KeyedEntry[], isHarmless: (path: string) => boolean, ids: Map<string, number>): Table {
  const seen = new Map<string, { ids: Set<number>; rows: number }>();
  const rows = entries.map(({ entry }) => {
    const leaves = leavesOf(entry.request.body, MAX_LEAVES).filter(({ path }) => !isHarmless(path));
    return leaves.map((leaf): Cell => {
      const id = idOf(ids, leaf.path, leaf.written);
      const of = seen.get(leaf.path) ?? { ids: new Set(), rows: 0 };
      of.ids.add(id);
      of.rows += 1;
      seen.set(leaf.path, of);
      return { leaf, id };
    });
  });
  const varied = new Map([...seen].map(([path, of]) => [path, of.ids.size + (of.rows < rows.length ? 1 : 0)]));
  return { rows, varied };
}

/** Everything that could be changed and is not the same in all requests; what has most values first. */
function changesOf({ rows, varied }: Table): Change[] {
  const fields = new Map<string, number>();
  for (const [path, count] of varied) {
    if (count < 2 || CONTENT.test(path)) continue;
    for (const outer of new Set([path, /^[^.[]+/.exec(path)?.[0] ?? path])) fields.set(outer, Math.max(fields.get(outer) ?? 0, count));
  }
  const looks = new Map<string, Change>();
  for (const row of rows) {
    for (const { leaf } of row) {
      if (leaf.node.kind !== 'string' || (varied.get(leaf.path) ?? 0) < 2) continue;
      for (const look of LOOKS) {
        const name = `${look} ${leaf.path}`;
        if (!looks.has(name) && looks.size < MAX_CHANGES && leaf.written.search(CHANGING[look]) !== -1)
          looks.set(name, { kind: 'plain', path: leaf.path, look });
      }
    }
  }
  const without = [...fields].sort(([, a], [, b]) => b - a).slice(0, MAX_CHANGES);
  return [...without.map(([path]): Change => ({ kind: 'without', path })), ...looks.values(), { kind: 'order' }, { kind: 'numbers' }];
}

const LOOKS: readonly ChangingLook[] = ['date', 'id'];

/** Requests share a key after a change when they do now, or when nothing is left that differs. */
function potentialOf(change: Change, entries: readonly KeyedEntry[], { rows }: Table, ids: Map<string, number>): Potential {
  const groups = createGroups(entries.length);
  const byKey = new Map<string, number>();
  const byText = new Map<string, number>();
  const merged: [number, number][] = [];
  for (const [index, { entry, key }] of entries.entries()) {
    join(groups, byKey, key, index);
    const text = `${entry.request.route} ${entry.apart} ${signatureOf(rows[index] ?? [], change, ids)}`;
    const other = join(groups, byText, text, index);
    if (other !== undefined && entries[other]?.key !== key && merged.length < MAX_PAIRS) merged.push([other, index]);
  }
  return { change, keys: groups.count(), merged };
}

function join(groups: ReturnType<typeof createGroups>, known: Map<string, number>, name: string, index: number): number | undefined {
  const other = known.get(name);
  if (other === undefined) known.set(name, index);
  else groups.join(other, index);
  return other;
}

function signatureOf(row: readonly Cell[], change: Change, ids: Map<string, number>): string {
  if (change.kind === 'order')
    return row
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .join(' ');
  if (change.kind === 'without') return row.flatMap(({ leaf, id }) => (isWithin(leaf.path, change.path) ? [] : [id])).join(' ');
  return row
    .map(({ leaf, id }) => {
      const value = changedValue(leaf, change);
      return value === leaf.written || value === undefined ? id : idOf(ids, leaf.path, value);
    })
    .join(' ');
}

function idOf(ids: Map<string, number>, path: string, written: string): number {
  const name = digest(`${path} ${written}`);
  const known = ids.get(name);
  if (known !== undefined) return known;
  ids.set(name, ids.size);
  return ids.size - 1;
}

function digest(text: string): string {
  return text.length < 48 ? text : createHash('sha256').update(text).digest('base64');
}

/** Groups of numbers from 0 on, each alone at first. */
function createGroups(size: number) {
  const parents = Array.from({ length: size }, (_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] ?? at] ?? at;
      at = parents[at] ?? at;
    }
    return at;
  };
  return {
    join(one: number, other: number): void {
      parents[root(other)] = root(one);
    },
    count: () => parents.filter((parent, index) => parent === index).length,
  };
}
