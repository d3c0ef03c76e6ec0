/** The text of a page that comes in pieces, which share their memory. */
export function pageText({ pieces }: { pieces(): Iterable<Uint8Array> }): string {
  const copies: Buffer[] = [];
  for (const piece of pieces()) copies.push(Buffer.from(piece));
  return Buffer.concat(copies).toString();
}

/** A page of that text, as the HTTP side takes it. */
export function piecesOf(text: string): { length: number; pieces(): Iterable<Uint8Array> } {
  const bytes = Buffer.from(text);
  return { length: bytes.length, pieces: () => [bytes] };
}
