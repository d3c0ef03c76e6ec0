/**
 * The paths that an index of git holds, versions 2 to 4 (git documentation, "index-format"); undefined for
 * anything else. Paths are relative to the root of the work tree. Read as bytes, because running git in a
 * foreign folder can run programs that its configuration names.
 */
export function trackedPaths(index: Buffer): ReadonlySet<string> | undefined {
  if (index.length < 12 || index.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = index.readUInt32BE(4);
  const count = index.readUInt32BE(8);
  if (version < 2 || version > 4) return undefined;
  const paths = new Set<string>();
  let at = 12;
  let before: Buffer = Buffer.alloc(0);
  for (let entry = 0; entry < count; entry++) {
    if (at + 62 > index.length) return undefined;
    const isExtended = version > 2 && (index.readUInt16BE(at + 60) & 0x4000) !== 0;
    const nameAt = at + (isExtended ? 64 : 62);
    const cut = version === 4 ? removed(index, nameAt) : { length: before.length, end: nameAt };
    const end = index.indexOf(0, cut.end);
    if (end < 0 || cut.length > before.length) return undefined;
    const rest = index.subarray(cut.end, end);
    const name = version === 4 ? Buffer.concat([before.subarray(0, before.length - cut.length), rest]) : rest;
    paths.add(name.toString('utf8'));
    before = name;
    at = version === 4 ? end + 1 : at + Math.ceil((end + 1 - at) / 8) * 8;
  }
  return paths;
}

/** How many bytes version 4 takes off the end of the path before: a number of seven bits a byte, each but the first plus one. */
function removed(index: Buffer, from: number): { length: number; end: number } {
  let at = from;
  let length = index[at] ?? 0;
  let value = length & 0x7f;
  while (length & 0x80) {
    length = index[++at] ?? 0;
    value = ((value + 1) << 7) | (length & 0x7f);
  }
  return { length: value, end: at + 1 };
}
