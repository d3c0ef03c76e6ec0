/** Slots of a cluster: keys are spread over so many, and no cluster has more ranges of them (Redis Cluster specification). */
export const SLOTS = 16_384;

/** The first and the last of some slots, both included. */
export type SlotRange = readonly [first: number, last: number];

/** The slots between two, both included; undefined where they are none. */
export function rangeOf(first: unknown, last: unknown): SlotRange | undefined {
  return isSlot(first) && isSlot(last) && first <= last ? [first, last] : undefined;
}

function isSlot(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < SLOTS;
}
