/** What replaces a secret. */
export const MASK = '<secret>';

/** A part of a text, from a character to the one behind its end. */
export interface Range {
  from: number;
  to: number;
}

/** A text with its ranges replaced by the mask; ranges that overlap or touch become one. */
export function hide(text: string, ranges: readonly Range[], as: string = MASK): string {
  if (ranges.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  let open = false;
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    if (to <= at) continue;
    if (from > at || !open) parts.push(text.slice(at, Math.max(at, from)), as);
    at = to;
    open = true;
  }
  return [...parts, text.slice(at)].join('');
}
