/** Random choices that a seed repeats. */
export interface Random {
  /** A whole number from 0 to `below`, which is left out. */
  below(below: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
}

/** A generator of 32 bits (mulberry32): the same seed makes the same choices on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { below, pick: (list) => list[below(list.length)] ?? list[0] };
}

/** The most bytes of an input; what is longer is cut. */
const LONGEST = 256 * 1024;

type Change = (bytes: Buffer, random: Random) => Buffer;

/** What is written into an input: separators, numbers at the edges of their types, and openings that nest. */
const TOKENS: readonly [string, ...string[]] = [
  ...([
    '',
    '\r\n',
    '\n',
    '\0',
    ':',
    '=',
    ',',
    '"',
    "'",
    '$',
    `\${A}`,
    `\${A:-`,
    '$(',
    '{',
    '}',
    '[',
    ']',
    '- ',
    '#',
    '*',
    '&a ',
    '*a',
    '%',
    '@',
  ] as const),
  ...([
    '-1',
    '0',
    '99999999999999999999',
    '9007199254740993',
    '1e999',
    'NaN',
    '__proto__',
    'constructor',
    '\u202e',
    '\ufeff',
    '\u001b[2J',
  ] as const),
];

const CHANGES: readonly [Change, ...Change[]] = [
  flip,
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return spliced(bytes, from, from + random.below(32), Buffer.alloc(0));
  },
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return spliced(bytes, random.below(bytes.length + 1), undefined, bytes.subarray(from, from + random.below(512)));
  },
  (bytes, random) => spliced(bytes, random.below(bytes.length + 1), undefined, Buffer.from(random.pick(TOKENS))),
  (bytes, random) =>
    spliced(bytes, random.below(bytes.length + 1), undefined, Buffer.from(random.pick(TOKENS).repeat(1 + random.below(3_000)))),
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    const run = bytes.subarray(from, from + 1 + random.below(8));
    return spliced(bytes, from, undefined, Buffer.concat(Array.from({ length: 1 + random.below(2_000) }, () => run)));
  },
  (bytes, random) => {
    const numbers = [...bytes.toString('latin1').matchAll(/\d{1,20}/g)];
    const chosen = numbers[random.below(numbers.length)];
    return chosen === undefined
      ? bytes
      : spliced(
          bytes,
          chosen.index,
          chosen.index + chosen[0].length,
          Buffer.from(random.pick(['-1', '0', '1', '65536', '4294967296', '99999999999999999999'])),
        );
  },
];

/** One of the seeds with up to eight changes. */
export function mutated(seeds: readonly [string, ...string[]], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(random.pick(seeds));
  for (let left = random.below(9); left > 0; left--) bytes = random.pick(CHANGES)(bytes, random).subarray(0, LONGEST);
  return bytes;
}

function flip(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
  return copy;
}

function spliced(bytes: Buffer, from: number, to: number | undefined, between: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), between, bytes.subarray(to ?? from)]);
}
