/**
 * Values as Python sees them: what `os.environ/NAME` and environment variables become in LiteLLM, and what
 * its code makes of them.
 */

/** A variable of the environment as LiteLLM reads it: `true` and `false` in any case become booleans. */
export function environmentValue(text: string): string | boolean {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : text;
}

export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value !== null && typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}

/** `true`, `1` and `yes` in any case; other texts are false. */
export function isYes(value: unknown): boolean {
  return typeof value === 'string' ? ['true', '1', 'yes'].includes(value.toLowerCase()) : isTruthy(value);
}

const INT = /^[+-]?\d+(_\d+)*$/;
const FLOAT = /^[+-]?(\d+(_\d+)*(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;

/** `int(text)`: undefined where Python raises. */
export function toInt(text: string): number | undefined {
  const trimmed = text.trim();
  return INT.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined;
}

/** `float(text)`: undefined where Python raises. */
export function toFloat(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[+-]?(inf|infinity)$/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(trimmed)) return Number.NaN;
  return FLOAT.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined;
}

/** A value as people write it. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
