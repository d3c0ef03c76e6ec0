/** A mapping of a file as plain values. */
export type Section = Record<string, unknown>;

/** Whether a value is a mapping. */
export function isSection(value: unknown): value is Section {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
