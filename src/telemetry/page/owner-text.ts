import type { Entry } from '../entry.ts';
import { FAMILIES, type Format } from './families.ts';
import { exemplarText } from './lines.ts';
import { numberText } from './prometheus-text.ts';

/** The lines of one owner, family by family, in the order of `FAMILIES`; never changed once they are made. */
export interface OwnerText {
  readonly bytes: Buffer;
  /** Where the lines of each family end in `bytes`. */
  readonly ends: Uint32Array;
  /** The families whose lines carry exemplars in OpenMetrics, with these lines. */
  readonly withExemplars: ReadonlyMap<number, Buffer>;
}

const EMPTY = new Uint32Array(FAMILIES.length);

/** Where the lines of a family begin in the bytes of an owner. */
export function startOf(ends: Uint32Array, family: number): number {
  return family === 0 ? 0 : (ends[family - 1] ?? 0);
}

/** How many bytes an owner has in a format. */
export function lengthOf({ bytes, ends, withExemplars }: OwnerText, format: Format): number {
  let length = bytes.length;
  if (format === 'openmetrics') {
    for (const [family, lines] of withExemplars) length += lines.length - ((ends[family] ?? 0) - startOf(ends, family));
  }
  return length;
}

/** Makes the text of one owner after another; `labels` are those of the owner, without braces. Of two series with the same labels the first one counts. */
export function createOwnerWriter(): (labels: string, entries: Iterable<Entry>) => OwnerText {
  const texts: string[] = FAMILIES.map(() => '');
  let room = Buffer.allocUnsafeSlow(65_536);

  function bytesOf(ends: Uint32Array): Buffer {
    let length = 0;
    for (let family = 0; family < texts.length; family++) {
      const text = texts[family] ?? '';
      if (text !== '') {
        const most = length + 3 * text.length;
        if (most > room.length) room = Buffer.concat([room.subarray(0, length)], 2 * most);
        length += room.write(text, length);
        texts[family] = '';
      }
      ends[family] = length;
    }
    const bytes = Buffer.allocUnsafeSlow(length);
    room.copy(bytes, 0, 0, length);
    return bytes;
  }

  return (labels, entries) => {
    const seen = new Set<unknown>();
    const exemplified = new Map<number, string>();
    for (const entry of entries) {
      const { shape } = entry;
      if (seen.has(shape)) continue;
      seen.add(shape);
      const { place, line } = shape;
      if (entry.form === 'number') {
        if (line !== undefined) texts[place] += `${line.before}${labels}${line.after}${numberText(entry.value)}\n`;
        continue;
      }
      const plain = histogramLines(labels, entry, false);
      const before = exemplified.get(place) ?? (texts[place] || '');
      if (entry.point.exemplars.length > 0) exemplified.set(place, before + histogramLines(labels, entry, true));
      else if (exemplified.has(place)) exemplified.set(place, before + plain);
      texts[place] += plain;
    }
    const ends = EMPTY.slice();
    const bytes = bytesOf(ends);
    return { bytes, ends, withExemplars: new Map([...exemplified].map(([place, text]) => [place, Buffer.from(text)])) };
  };
}

/** Buckets are cumulative here, other than in the data model of OpenTelemetry. */
function histogramLines(labels: string, { shape, point }: Entry & { form: 'histogram' }, exemplars: boolean): string {
  if (shape.histogram === undefined) return '';
  const { buckets, sum, count } = shape.histogram;
  const { counts } = point.value.buckets;
  let cumulative = 0;
  let lines = '';
  for (let index = 0; index < buckets.length; index++) {
    const bucket = buckets[index];
    cumulative += counts[index] ?? 0;
    lines += `${bucket?.before}${labels}${bucket?.after}${cumulative}${exemplars ? exemplarText(point.exemplars[index]) : ''}\n`;
  }
  lines += `${sum.before}${labels}${sum.after}${numberText(point.value.sum ?? 0)}\n`;
  return `${lines}${count.before}${labels}${count.after}${point.value.count}\n`;
}
