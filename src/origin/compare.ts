import { isDeepStrictEqual } from 'node:util';
import { at, parseJson } from '../litellm/json.ts';
import type { OriginApi } from '../model/origin.ts';
import { holdsActedOn, isActedOn, isAside, isEmpty, isList, isRecord, isResults, type Path, partKindOf, pointerOf } from './parts.ts';
import { vectorOf } from './witness.ts';

/** One part of a body that is not as it should be. */
export interface Difference {
  /** A JSON pointer into the body that was expected, whose names are those of that body. */
  readonly pointer: string;
  /** A program acts on it: a text, a call of a tool, a vector, or the order of these. */
  readonly acts: boolean;
}

/** Parts of a body that are compared: an answer of the origin has a few thousand, one of a gateway whatever it likes. */
const MAX_COMPARED = 100_000;

/**
 * Where a body differs from what was expected, in the order of the latter. What is null or empty counts as absent. What is added
 * does not count, unless a program acts on it; neither do the `id` and the time of an answer, nor how the names of calls of tools
 * read. Both are bodies of this API as they are without a stream; nothing is known of an expected one that is no JSON object. One
 * that has far too many parts differs as a whole.
 */
export function differences(api: OriginApi, expected: unknown, found: unknown): readonly Difference[] {
  const differing: Difference[] = [];
  const numberOf = { expected: createNumbers(), found: createNumbers() };
  let compared = 0;

  function report(path: Path, acts: boolean): void {
    differing.push({ pointer: pointerOf(path), acts });
  }

  function compare(one: unknown, other: unknown, path: Path): void {
    if (compared >= MAX_COMPARED) return;
    if (one !== undefined) compared += 1;
    const kind = partKindOf(path);
    if (kind === 'anew') return;
    if (isEmpty(one)) {
      if (!isEmpty(other) && holdsActedOn(api, other, path)) report(path, true);
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
    for (const key of Object.keys(one)) compare(one[key], Object.hasOwn(other, key) ? other[key] : undefined, [...path, key]);
    const added = Object.keys(other).filter((key) => !Object.hasOwn(one, key));
    // Within what a program acts on, what is added has a name of its own, which may hold anything: one difference of the whole.
    if (isActedOn(api, path)) {
      if (added.some((key) => !isEmpty(other[key]))) report(path, true);
    } else for (const key of added) compare(undefined, other[key], [...path, key]);
  }

  function compareLists(one: readonly unknown[], other: readonly unknown[], path: Path): void {
    const areResults = isResults(api, path);
    for (const aside of areResults ? [false, true] : [undefined]) {
      const [mine, theirs] = [indexesOf(one, aside), indexesOf(other, aside)];
      for (const [place, index] of mine.entries()) {
        if (compared >= MAX_COMPARED) return;
        const counterpart = theirs[place];
        const here = [...path, index];
        if (counterpart !== undefined) {
          compare(one[index], other[counterpart], here);
          continue;
        }
        compared += 1;
        report(here, areResults ? aside === false : holdsActedOn(api, one[index], here));
      }
      // Elements that are too many are one difference, however many they are.
      const next = [...path, one.length];
      if (theirs.length > mine.length && (areResults ? aside === false : isActedOn(api, next))) report(next, true);
    }
  }

  if (isRecord(expected)) compareRecords(expected, isRecord(found) ? found : {}, []);
  if (compared >= MAX_COMPARED) report([], true);
  return differing;
}

/**
 * What a cache has altered: where the repeated answer differs from the first one and from what the origin prescribes as well.
 * What a gateway makes of every answer is not the doing of its cache; neither is a text that it adds to each one anew, as a
 * guardrail may. Pointers are those of the prescribed body.
 */
export function alterations(
  api: OriginApi,
  { prescribed, first, repeated }: Readonly<Record<'prescribed' | 'first' | 'repeated', unknown>>,
): readonly Difference[] {
  const wrong = differences(api, prescribed, repeated);
  if (wrong.length === 0) return [];
  const changed = new Set(differences(api, first, repeated).map(({ pointer }) => pointer));
  const holdChanged = new Set([...changed].flatMap(holdersOf));
  const isChanged = (pointer: string) =>
    changed.has(pointer) || holdChanged.has(pointer) || holdersOf(pointer).some((holder) => changed.has(holder));
  const isAddedAnew = (pointer: string) => {
    const [whole, one, other] = [prescribed, first, repeated].map((body) => at(body, ...stepsOf(pointer)));
    if (typeof whole !== 'string' || typeof one !== 'string' || typeof other !== 'string' || one === whole) return false;
    return one.includes(whole) && other.includes(whole);
  };
  return wrong.filter(({ pointer }) => isChanged(pointer) && !isAddedAnew(pointer));
}

/** The way that a pointer tells. */
function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
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
  const [mine, theirs] = [vectorOf(one), vectorOf(other)];
  if (mine === undefined || theirs === undefined) return isDeepStrictEqual(one, other);
  return mine.length === theirs.length && mine.every((value, index) => Math.fround(value) === Math.fround(theirs[index] ?? Number.NaN));
}

function isSameJson(one: string, other: string): boolean {
  const [mine, theirs] = [parseJson(one), parseJson(other)];
  return mine !== undefined && isDeepStrictEqual(mine, theirs);
}
