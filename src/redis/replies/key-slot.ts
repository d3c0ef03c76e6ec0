import { SLOTS } from './cluster/slots.ts';

/** The remainders of CRC-16/XMODEM (polynomial 0x1021) for every byte. */
const REMAINDERS: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 8;
  for (let bit = 0; bit < 8; bit++) remainder = ((remainder << 1) ^ (remainder & 0x8000 ? 0x1021 : 0)) & 0xffff;
  return remainder;
});

/** The slot of a key: of the part between the first `{` and the next `}` where there is one that is not empty (Redis Cluster specification). */
export function keySlot(key: string): number {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  let crc = 0;
  for (const byte of Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key))
    crc = ((crc << 8) & 0xffff) ^ (REMAINDERS[(crc >> 8) ^ byte] ?? 0);
  return crc % SLOTS;
}
