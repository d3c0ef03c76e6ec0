import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../litellm/json.ts';
import type { OriginApi } from '../model/origin.ts';
import {
  holdsActedOn,
  isActedOn,
  isAside,
  isEmpty,
  isList,
  isPlainName,
  isRecord,
  isResults,
  type Path,
  partKindOf,
  pointerOf,
} from './parts.ts';
import { vectorOf } from './witness.ts';

/** One part of a body that is not as it should be. */
export interface Difference {
  /** A JSON pointer into the body that was expected; of names that only the other body has it holds none but plain ones. */
  readonly pointer: string;
  /** A program acts on it: a text, a call of a tool, a vector, or the order of these. */
  readonly acts: boolean;
}

/** What one comparison found; `pointer` may have any name, `told` only those that can be told. */
interface Compared {
  readonly differing: readonly { readonly pointer: string; readonly told: string; readonly acts: boolean }[];
  /** There is more to compare than anything that the origin gives. */
  readonly isTooMuch: boolean;
}

/** Parts that one comparison looks at: an answer to a probe has a few hundred. */
const MAX_PARTS = 10_000;
/** Differences that one comparison finds; a few are told. */
const MAX_DIFFERENCES = 1_000;

/**
 * Where a body differs from what was expected, in the order of the latter. What is null or empty counts as absent. What is added
 * does not count, unless a program acts on it; neither do the `id` and the time of an answer, nor how the names of calls of tools
 * read. Both are bodies of this API as they are without a stream; nothing is known of an expected one that is no JSON object.
 */
export function differences(api: OriginApi, expected: unknown, found: unknown): readonly Difference[] {
  return toldOf(compared(api, expected, found).differing);
}

/** Differences as they are told, each part once. */
function toldOf(differing: Compared['differing']): readonly Difference[] {
  const acting = new Map<string, boolean>();
  for (const { told, acts } of differing) acting.set(told, acts || acting.get(told) === true);
  return [...acting].map(([pointer, acts]) => ({ pointer, acts }));
}

function compared(api: OriginApi, expected: unknown, found: unknown): Compared {
  const differing: Compared['differing'][number][] = [];
  const numberOf = { expected: createNumbers(), found: createNumbers() };
  let seen = 0;
  let isTooMuch = false;

  /** Whether one more part may be looked at. */
  function mayLook(): boolean {
    seen += 1;
    isTooMuch ||= seen > MAX_PARTS || differing.length >= MAX_DIFFERENCES;
    return !isTooMuch;
  }

  function report(path: Path, acts: boolean, told: Path = path): void {
    differing.push({ pointer: pointerOf(path), told: pointerOf(told), acts });
  }

  function compare(one: unknown, other: unknown, path: Path, told: Path = path): void {
    if (!mayLook()) return;
    const kind = partKindOf(path);
    if (kind === 'anew') return;
    if (isEmpty(one)) {
      if (!isEmpty(other) && holdsActedOn(api, other, path)) report(path, true, told);
    } else if (isEmpty(other)) report(path, holdsActedOn(api, one, path));
    else if (kind === 'vector') {
      if (!areEqualVectors(one, other)) report(path, true);
    } else if (kind === 'call_name' && typeof one === 'string' && typeof other === 'string') {
      if (numberOf.expected(one) !== numberOf.found(other)) report(path, true);
    } else if (kind === 'json_text' && typeof one === 'string' && typeof other === 'string') {
      if (one !== other) report(path, !isSameJson(one, other));
    } else if (isList(one) && isList(other)) compareLists(one, other, path);
    else if (isRecord(one) && isRecord(other)) compareRecords(one, other, path);
    else if (one !== other) report(path, holdsActedOn(api, one, path));
  }

  function compareRecords(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>, path: Path): void {
    for (const key of Object.keys(one)) {
      if (isTooMuch) return;
      compare(one[key], Object.hasOwn(other, key) ? other[key] : undefined, [...path, key]);
    }
    for (const key of Object.keys(other)) {
      if (isTooMuch) return;
      if (!Object.hasOwn(one, key)) compare(undefined, other[key], [...path, key], isPlainName(key) ? undefined : path);
    }
  }

  function compareLists(one: readonly unknown[], other: readonly unknown[], path: Path): void {
    const areResults = isResults(api, path);
    for (const aside of areResults ? [false, true] : [undefined]) {
      const [mine, theirs] = [indexesOf(one, aside), indexesOf(other, aside)];
      for (const [place, index] of mine.entries()) {
        if (isTooMuch) return;
        const counterpart = theirs[place];
        const here = [...path, index];
        if (counterpart !== undefined) compare(one[index], other[counterpart], here);
        else if (mayLook()) report(here, areResults ? aside === false : holdsActedOn(api, one[index], here));
      }
      // Elements that are too many are one difference, however many they are.
      const next = [...path, one.length];
      if (theirs.length > mine.length && (areResults ? aside === false : isActedOn(api, next))) report(next, true);
    }
  }

  if (isRecord(expected)) compareRecords(expected, isRecord(found) ? found : {}, []);
  return { differing, isTooMuch };
}

/**
 * What a cache has altered: where the repeated answer differs from the first one and from what the origin prescribes as well.
 * What a gateway makes of every answer is not the doing of its cache. Of two answers with more parts than can be compared all
 * that differs from what is prescribed counts. Pointers are those of the prescribed body.
 */
export function alterations(
  api: OriginApi,
  { prescribed, first, repeated }: Readonly<Record<'prescribed' | 'first' | 'repeated', unknown>>,
): readonly Difference[] {
  const { differing } = compared(api, prescribed, repeated);
  if (differing.length === 0) return [];
  const anew = compared(api, first, repeated);
  if (anew.isTooMuch) return toldOf(differing);
  const changed = new Set(anew.differing.map(({ pointer }) => pointer));
  const holdChanged = new Set([...changed].flatMap(holdersOf));
  return toldOf(
    differing.filter(
      ({ pointer }) => changed.has(pointer) || holdChanged.has(pointer) || holdersOf(pointer).some((holder) => changed.has(holder)),
    ),
  );
}

/** The pointers of everything that a part is in. */
function holdersOf(pointer: string): string[] {
  const steps = pointer.split('/');
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('/'));
}

/** Numbers names in the order in which they come. */
function createNumbers(): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    const number = known.get(name) ?? known.size;
    known.set(name, number);
    return number;
  };
}

/** The indexes of the results of a list, or of what is beside them; all without a choice. */
function indexesOf(list: readonly unknown[], aside: boolean | undefined): number[] {
  return list.flatMap((element, index) => (aside === undefined || isAside(element) === aside ? [index] : []));
}

/** Whether two vectors are equal as 32-bit floats. */
function areEqualVectors(one: unknown, other: unknown): boolean {
  const mine = vectorOf(one);
  // One value more tells that the other one is longer, whatever it holds.
  const theirs = vectorOf(other, (mine?.length ?? 0) + 1);
  if (mine === undefined || theirs === undefined) return isDeepStrictEqual(one, other);
  return mine.length === theirs.length && mine.every((value, index) => isEqualFloat(value, theirs[index]));
}

/** What is no number is equal to what is none either: base64 can hold it. */
function isEqualFloat(one: number, other: number | undefined): boolean {
  const [mine, theirs] = [Math.fround(one), Math.fround(other ?? 0)];
  return mine === theirs || (Number.isNaN(mine) && Number.isNaN(theirs));
}

function isSameJson(one: string, other: string): boolean {
  const [mine, theirs] = [parseJson(one), parseJson(other)];
  return mine !== undefined && isDeepStrictEqual(mine, theirs);
}
