import { alignArrays, type Pairing } from './align.ts';
import { type JsonMember, type JsonNode, writeJson } from './json-text.ts';

/**
 * How two requests differ in one place. `value`: another value; `number`, `escape`: the same value in other characters; `only_first`, `only_second`:
 * it is only in one; `order`: it is in another place of its object or list.
 */
const PART_KIND = ['value', 'number', 'escape', 'only_first', 'only_second', 'order'] as const;
type PartKind = (typeof PART_KIND)[number];

/** One difference, which can be undone by itself. `path` is written as programs do: `messages[0].content`. */
export interface Part {
  readonly path: string;
  readonly kind: PartKind;
  readonly first?: JsonNode | undefined;
  readonly second?: JsonNode | undefined;
}

/** The differences of two bodies, and every body between them. */
export interface Difference {
  readonly parts: readonly Part[];
  /** The first body with some of the differences, by their place in `parts`: with none it is the first, with all the second. */
  mix(chosen: ReadonlySet<number>): JsonNode;
}

/** A value of which some parts may be chosen; undefined where it is absent. */
type Mixed = (chosen: ReadonlySet<number>) => JsonNode | undefined;

/** A member of an object, of one name and, where a name is given twice, one of its occurrences. */
interface Slot {
  readonly first?: JsonMember | undefined;
  readonly second?: JsonMember | undefined;
  /** Where it is in either object. */
  readonly at: { readonly first: number; readonly second: number };
}

/** What is different between two bodies, down to single values. */
export function differenceOf(first: JsonNode, second: JsonNode): Difference {
  const parts: Part[] = [];
  const whole = mixedOf('', first, second);
  return { parts, mix: (chosen) => whole(chosen) ?? first };

  function add(part: Part): number {
    return parts.push(part) - 1;
  }

  function mixedOf(path: string, one: JsonNode | undefined, other: JsonNode | undefined): Mixed {
    if (one !== undefined && other !== undefined) {
      if (writeJson(one) === writeJson(other)) return () => one;
      if (one.kind === 'object' && other.kind === 'object') return mixedObjects(path, one.members, other.members);
      if (one.kind === 'array' && other.kind === 'array') return mixedArrays(path, one.items, other.items);
    }
    const part = add({ path, kind: kindOf(one, other), first: one, second: other });
    return (chosen) => (chosen.has(part) ? other : one);
  }

  function mixedObjects(path: string, one: readonly JsonMember[], other: readonly JsonMember[]): Mixed {
    const slots = slotsOf(one, other);
    const steady = longestInOrder(slots.filter((slot) => slot.first !== undefined && slot.second !== undefined));
    const made = slots.map((slot) => {
      const name = (slot.first ?? slot.second)?.name ?? '';
      const inside = path === '' ? name : `${path}.${name}`;
      const isMoved = slot.first !== undefined && slot.second !== undefined && !steady.has(slot);
      return {
        slot,
        value: mixedOf(inside, slot.first?.value, slot.second?.value),
        moved: isMoved ? add({ path: inside, kind: 'order' }) : undefined,
      };
    });
    const anchors = (side: 'first' | 'second') => anchorsOf(slots, steady, side);
    const [inFirst, inSecond] = [anchors('first'), anchors('second')];
    return (chosen) => {
      const placed = made.flatMap(({ slot, value, moved }) => {
        const present = value(chosen);
        const named = slot.first ?? slot.second;
        if (present === undefined || named === undefined) return [];
        const side = slot.first === undefined || (moved !== undefined && chosen.has(moved)) ? 'second' : 'first';
        const anchor = (side === 'first' ? inFirst : inSecond).get(slot) ?? 0;
        return [{ member: { ...named, value: present }, anchor, side, at: slot.at[side] }];
      });
      placed.sort((a, b) => a.anchor - b.anchor || (a.side === b.side ? a.at - b.at : a.side === 'first' ? -1 : 1));
      return { kind: 'object', members: placed.map(({ member }) => member) };
    };
  }

  function mixedArrays(path: string, one: readonly JsonNode[], other: readonly JsonNode[]): Mixed {
    const pairings = alignArrays(one, other);
    const moves = movesOf(pairings, one, other);
    const made = pairings.map(({ first: at, second: to }): Mixed => {
      const [from, into] = [at === undefined ? undefined : one[at], to === undefined ? undefined : other[to]];
      const moved =
        at !== undefined && to === undefined
          ? moves.first.get(at)
          : to !== undefined && at === undefined
            ? moves.second.get(to)
            : undefined;
      if (moved === undefined) return mixedOf(`${path}[${at ?? to}]`, from, into);
      moved.part ??= add({ path: `${path}[${moved.from}]`, kind: 'order' });
      const { part } = moved;
      return (chosen) => (chosen.has(part) ? into : from);
    });
    return (chosen) => ({ kind: 'array', items: made.flatMap((item) => item(chosen) ?? []) });
  }
}

function kindOf(one: JsonNode | undefined, other: JsonNode | undefined): PartKind {
  if (other === undefined) return 'only_first';
  if (one === undefined) return 'only_second';
  if (one.kind === 'number' && other.kind === 'number' && Number(one.written) === Number(other.written)) return 'number';
  if (one.kind === 'string' && other.kind === 'string' && JSON.parse(one.written) === JSON.parse(other.written)) return 'escape';
  return 'value';
}

function slotsOf(one: readonly JsonMember[], other: readonly JsonMember[]): Slot[] {
  const left = new Map<string, { member: JsonMember; at: number }[]>();
  for (const [at, member] of other.entries()) left.set(member.name, [...(left.get(member.name) ?? []), { member, at }]);
  const slots = one.map((first, at): Slot => {
    const match = left.get(first.name)?.shift();
    return { first, second: match?.member, at: { first: at, second: match?.at ?? -1 } };
  });
  const added = [...left.values()].flat().map(({ member, at }): Slot => ({ second: member, at: { first: -1, second: at } }));
  return [...slots, ...added];
}

/** Of slots in the order of the first object a longest choice that is in the same order in the second. */
function longestInOrder(slots: readonly Slot[]): ReadonlySet<Slot> {
  const ends: { slot: Slot; before: number }[] = [];
  const tails: number[] = [];
  for (const slot of slots) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const tail = ends[tails[middle] ?? 0];
      if (tail !== undefined && tail.slot.at.second < slot.at.second) low = middle + 1;
      else high = middle;
    }
    tails[low] = ends.push({ slot, before: low === 0 ? -1 : (tails[low - 1] ?? -1) }) - 1;
  }
  const chosen = new Set<Slot>();
  for (let at = tails.at(-1) ?? -1; at >= 0; ) {
    const end = ends[at];
    if (end === undefined) break;
    chosen.add(end.slot);
    at = end.before;
  }
  return chosen;
}

/** For each slot of one object how many steady ones are before it, itself included. */
function anchorsOf(slots: readonly Slot[], steady: ReadonlySet<Slot>, side: 'first' | 'second'): ReadonlyMap<Slot, number> {
  const anchors = new Map<Slot, number>();
  let before = 0;
  for (const slot of slots.filter(({ at }) => at[side] >= 0).sort((a, b) => a.at[side] - b.at[side])) {
    if (steady.has(slot)) before += 1;
    anchors.set(slot, before);
  }
  return anchors;
}

interface Move {
  readonly from: number;
  part: number | undefined;
}

/** Elements that one list has in another place than the other: what is gone and what is new, where both are the same. */
function movesOf(pairings: readonly Pairing[], one: readonly JsonNode[], other: readonly JsonNode[]) {
  const gone = new Map<string, number[]>();
  for (const { first, second } of pairings) {
    const node = first === undefined ? undefined : one[first];
    if (first === undefined || second !== undefined || node === undefined) continue;
    gone.set(writeJson(node), [...(gone.get(writeJson(node)) ?? []), first]);
  }
  const moves = { first: new Map<number, Move>(), second: new Map<number, Move>() };
  for (const { first, second } of pairings) {
    const node = second === undefined ? undefined : other[second];
    if (second === undefined || first !== undefined || node === undefined) continue;
    const from = gone.get(writeJson(node))?.shift();
    if (from === undefined) continue;
    const move: Move = { from, part: undefined };
    moves.first.set(from, move);
    moves.second.set(second, move);
  }
  return moves;
}
