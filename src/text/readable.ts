/** What is shown of a text at most, in characters. */
const LONGEST = 1_000;

/** A text as people can read it on one line: without control and format characters and broken code points, cut when it is long. */
export function readable(text: string): string {
  if (text.length <= LONGEST && /^[ -~]*$/.test(text)) return text;
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ');
}
