/** A YAML mapping. */
export type Mapping = Record<string, unknown>;

/** `base` with `changes` laid over it: mappings are merged deeply, null removes a key, all else replaces. */
export function merge(base: Mapping, changes: Mapping): Mapping {
  const merged: Mapping = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isMapping(value) ? merge(isMapping(old) ? old : {}, value) : value;
  }
  return merged;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
