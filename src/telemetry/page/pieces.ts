import { FAMILIES, type Format, metadata } from './families.ts';
import { lengthOf, type OwnerText, startOf } from './owner-text.ts';

/** A page as it goes out. */
export interface Pieces {
  /** Bytes, all pieces together. */
  readonly length: number;
  /**
   * The bytes, in pieces that are short enough to be made and written in one turn of the event loop. A piece is only
   * true until the next one is asked for: they share their memory.
   */
  pieces(): Iterable<Uint8Array>;
}

/** What goes between the families of the catalogue, by name: those of the SDK. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The most that a piece has, bytes. */
const PIECE_BYTES = 524_288;

/** Room for the lines that make a piece full. */
const SLACK_BYTES = 65_536;

/**
 * A page of texts that stay as they are, whatever owners write meanwhile. Families are in the order of their names, and the lines
 * of all owners in a family follow each other, as both formats want it. `others` are sorted by name; one with the
 * name of a family of the owners is left out.
 */
export function createPieces(
  { head, texts, others }: { head: string; texts: readonly OwnerText[]; others: readonly NamedText[] },
  format: Format,
): Pieces {
  const heads = FAMILIES.map((family, place) => (isOnPage(texts, place) ? Buffer.from(metadata(family, format)) : undefined));
  const names = new Set(FAMILIES.flatMap(({ name }, place) => (heads[place] === undefined ? [] : [name])));
  const between = others.filter(({ name }) => !names.has(name)).map(({ name, text }) => ({ name, bytes: Buffer.from(text) }));
  const first = Buffer.from(head);
  const last = Buffer.from(format === 'openmetrics' ? '# EOF\n' : '');
  const length =
    [first, last, ...heads, ...between.map(({ bytes }) => bytes)].reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0) +
    texts.reduce((sum, text) => sum + lengthOf(text, format), 0);

  /** Everything in its order; `add` says that a piece is full. */
  function* fill(add: (bytes: Buffer, from: number, to: number) => boolean): Generator<void> {
    let other = 0;
    if (add(first, 0, first.length)) yield;
    for (let place = 0; place <= FAMILIES.length; place++) {
      const name = FAMILIES[place]?.name;
      for (let next = between[other]; next !== undefined && (name === undefined || next.name < name); next = between[++other]) {
        if (add(next.bytes, 0, next.bytes.length)) yield;
      }
      const above = heads[place];
      if (above === undefined) continue;
      if (add(above, 0, above.length)) yield;
      for (const { bytes, ends, withExemplars } of texts) {
        const lines = format === 'openmetrics' ? withExemplars.get(place) : undefined;
        if (lines !== undefined) {
          if (add(lines, 0, lines.length)) yield;
          continue;
        }
        const start = startOf(ends, place);
        const end = ends[place] ?? 0;
        if (end > start && add(bytes, start, end)) yield;
      }
    }
    if (add(last, 0, last.length)) yield;
  }

  return {
    length,
    *pieces() {
      let room = Buffer.allocUnsafeSlow(Math.min(length, PIECE_BYTES + SLACK_BYTES));
      let used = 0;
      // What no longer fits makes the room larger: lines of one owner and family are short.
      const add = (bytes: Buffer, from: number, to: number): boolean => {
        if (used + to - from > room.length) room = Buffer.concat([room.subarray(0, used)], used + to - from);
        bytes.copy(room, used, from, to);
        used += to - from;
        return used >= PIECE_BYTES;
      };
      for (const _ of fill(add)) {
        yield room.subarray(0, used);
        used = 0;
      }
      if (used > 0) yield room.subarray(0, used);
    },
  };
}

function isOnPage(texts: readonly OwnerText[], place: number): boolean {
  return texts.some(({ ends }) => (ends[place] ?? 0) > startOf(ends, place));
}
