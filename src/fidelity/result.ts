import type { FidelityResult } from '../model/fidelity.ts';
import type { Reading } from './shape.ts';

/** So many of the parts that differ are told. */
const MAX_PARTS = 10;

/** What one try showed: its result, and where the answer differs, as JSON pointers, those first that a program acts on. */
export interface Judged {
  readonly result: FidelityResult;
  readonly parts: readonly string[];
}

/** What a reading says of a shape. A miss is one of this shape only where the cache serves others: that is not known here. */
export function resultOf(reading: Reading): Judged {
  if (reading.kind === 'missed') return { result: 'not_cached', parts: [] };
  if (reading.kind === 'unreadable') return { result: 'unknown', parts: [] };
  const acting = reading.parts.filter(({ acts }) => acts);
  const others = reading.parts.filter(({ acts }) => !acts);
  const result = acting.length > 0 ? 'wrong' : others.length > 0 ? 'altered' : 'same';
  return { result, parts: [...acting, ...others].slice(0, MAX_PARTS).map(({ pointer }) => pointer) };
}
