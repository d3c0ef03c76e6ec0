import { type JsonNode, writeJson } from './json-text.ts';

/** An element of one list, of the other, or one of each that belong together; by their places. */
export interface Pairing {
  readonly first?: number | undefined;
  readonly second?: number | undefined;
}

/** Comparisons that are made to find the elements that two lists have in common; longer ones are compared place by place. */
const MAX_COMPARED = 1_000_000;

/**
 * Which elements of two lists belong together, in an order of which both are a part: what is the same in both first, then what is between that, place
 * by place; what is left over is alone.
 */
export function alignArrays(one: readonly JsonNode[], other: readonly JsonNode[]): Pairing[] {
  const [a, b] = [one.map(writeJson), other.map(writeJson)];
  const pairings: Pairing[] = [];
  let [i, j] = [0, 0];
  for (const { first, second } of [...commonOf(a, b), { first: a.length, second: b.length }]) {
    while (i < first && j < second) pairings.push({ first: i++, second: j++ });
    while (i < first) pairings.push({ first: i++ });
    while (j < second) pairings.push({ second: j++ });
    if (first < a.length) pairings.push({ first: i++, second: j++ });
  }
  return pairings;
}

/** A longest common part of two lists: what both begin and end with, and between that one of the longest. */
function commonOf(a: readonly string[], b: readonly string[]): { first: number; second: number }[] {
  const shorter = Math.min(a.length, b.length);
  let begin = 0;
  while (begin < shorter && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < shorter - begin && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [rows, columns] = [a.length - begin - end, b.length - begin - end];
  return [
    ...Array.from({ length: begin }, (_, index) => ({ first: index, second: index })),
    ...(rows * columns > MAX_COMPARED ? [] : longestCommon(a.slice(begin, begin + rows), b.slice(begin, begin + columns))).map(
      ({ first, second }) => ({ first: first + begin, second: second + begin }),
    ),
    ...Array.from({ length: end }, (_, index) => ({ first: a.length - end + index, second: b.length - end + index })),
  ];
}

function longestCommon(a: readonly string[], b: readonly string[]): { first: number; second: number }[] {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const common: { first: number; second: number }[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) common.push({ first: i++, second: j++ });
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return common;
}
