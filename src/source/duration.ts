const MILLISECONDS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** What a duration looks like in the configuration: `500ms`, `15s`, `5m`, `1h`. */
export const DURATION = /^\d{1,12}(ms|s|m|h)$/;

/** Milliseconds of a duration such as `15s`; undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  const [, unit] = DURATION.exec(text) ?? [];
  if (unit !== 'ms' && unit !== 's' && unit !== 'm' && unit !== 'h') return undefined;
  return Number.parseInt(text, 10) * MILLISECONDS[unit];
}

/** A duration in the largest unit that holds it exactly: 90,000 ms is `90s`, 60,000 ms is `1m`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds % MILLISECONDS.h === 0) return `${milliseconds / MILLISECONDS.h}h`;
  if (milliseconds % MILLISECONDS.m === 0) return `${milliseconds / MILLISECONDS.m}m`;
  if (milliseconds % MILLISECONDS.s === 0) return `${milliseconds / MILLISECONDS.s}s`;
  return `${milliseconds}ms`;
}

/** Units as other programs write them. */
const UNIT: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['ms', 'msec', 'msecs', 'millis', 'millisecond', 'milliseconds'].map((unit) => [unit, 1])),
  ...Object.fromEntries(['s', 'sec', 'secs', 'second', 'seconds'].map((unit) => [unit, 1_000])),
  ...Object.fromEntries(['m', 'min', 'mins', 'minute', 'minutes'].map((unit) => [unit, 60_000])),
  ...Object.fromEntries(['h', 'hr', 'hrs', 'hour', 'hours'].map((unit) => [unit, 3_600_000])),
  ...Object.fromEntries(['d', 'day', 'days'].map((unit) => [unit, 86_400_000])),
};

/** What a duration in another spelling was probably to be, as this program writes it; a number without a unit is seconds. */
export function meantDuration(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.length > 40) return undefined;
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/^pt(?=\d)/, '');
  const bare = /^\d{1,9}$/.test(plain) ? Number(plain) : undefined;
  if (bare !== undefined && bare > 0) return bare >= 1_000 && bare % 1_000 === 0 ? formatDuration(bare) : `${bare}s`;
  const part = /(\d+(?:[.,]\d+)?)\s*([a-z]+)\s*/y;
  let total = 0;
  while (part.lastIndex < plain.length) {
    const [, count = '', unit = ''] = part.exec(plain) ?? [];
    const milliseconds = Object.hasOwn(UNIT, unit) ? UNIT[unit] : undefined;
    if (milliseconds === undefined) return undefined;
    total += Number(count.replace(',', '.')) * milliseconds;
  }
  return total > 0 && Number.isSafeInteger(total) ? formatDuration(total) : undefined;
}
